/**
 * Stands for `train.js`: it keeps to the run folder as training does, by the same parts of it, and learns nothing. What it
 * lived through is told to a file beside the network, which tells the truth.
 */
import { appendFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EventLog, type NewEvent } from '../../../src/engine/log';
import { Superseded, Tenure } from '../../../src/engine/tenure';

const TASKS = 5;
const STEPS = 12;

async function main(folder: string, flags: readonly string[]): Promise<number> {
  const token = flags[flags.indexOf('--token') + 1] ?? '';
  const isResumed = flags.includes('--resume');
  const say = (what: string) =>
    appendFileSync(
      process.env['LETHE_TEST_TOLD'] ?? '',
      `${JSON.stringify({ at: Date.now(), run: path.basename(folder), token, host: hostname(), what })}\n`,
    );
  const tenure = new Tenure(folder, token);
  try {
    await tenure.begin();
    say('begun');
    const file = new EventLog(path.join(folder, 'events.jsonl'));
    // Whose a line is: so a test sees where two lives write one log.
    const log = { write: (event: NewEvent) => file.write({ ...event, by: token } as unknown as NewEvent) };
    const self = { pid: process.pid, host: hostname(), token };
    const tasks = Array.from({ length: TASKS }, (_, i) => ({ name: `t${i}`, classes: [i], train: 1, test: 1 }));
    const backend = { name: 'cpu', version: '0', why: 'for a test', processor: 'any' };
    if (isResumed) log.write({ type: 'resumed', task: 1, step: 0, ...self });
    else log.write({ type: 'started', schema: 1, ...self, backend, tasks, steps: tasks.map(() => STEPS) });
    for (let task = isResumed ? 1 : 0; task < TASKS; task++) {
      for (let step = 1; step <= STEPS; step++) {
        await delay(10);
        tenure.giveSign();
        log.write({ type: 'step', task, step, loss: 1 / step, shapes: '.'.repeat(200) } as unknown as NewEvent);
      }
      tenure.confirm();
      log.write({
        type: 'task-end',
        task,
        accuracy: tasks.map(() => 1),
        taskAware: tasks.map(() => 1),
        memoryBytes: 0,
      });
      if (task === 0) log.write({ type: 'checkpoint', task: 1, step: 0, file: 'x.safetensors', sha256: '0' });
      file.sync();
    }
    tenure.confirm();
    log.write({ type: 'ended', status: 'done', token, seconds: 1 });
    file.close();
    say('done');
    return 0;
  } catch (error) {
    say(error instanceof Superseded ? 'superseded' : `failed: ${String(error)}`);
    if (error instanceof Superseded) return 4;
    console.error(error);
    return 1;
  }
}

main(process.argv[2] ?? '', process.argv.slice(3)).then(
  (code) => process.exit(code),
  () => process.exit(1),
);
