import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { testBackend } from '../../src/engine/backend/testBackends';
import { cases } from './cases';
import { ofType, parametersAfter, removeRunFolders, runToy, type ToyRun } from './toyRuns';

/**
 * What every kind of training comes to, recorded once: of WASM the exact bits, as a digest; of native TensorFlow, whose
 * rounding may differ from one processor to another, the numbers themselves. A change that is meant to change numbers
 * raises the revision of the method, stream or network it changes (their cards) and records them anew:
 *   UPDATE_NUMBERS=1 npx vitest run test/guarantees/numbers.test.ts
 */
const file = 'test/guarantees/numbers.json';

interface Recorded {
  wasm?: string;
  native?: readonly number[];
}
const recorded = (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as Record<string, Recorded>;
const isRecording = process.env['UPDATE_NUMBERS'] !== undefined;

afterAll(() => {
  removeRunFolders();
  if (isRecording) writeFileSync(file, `${JSON.stringify(recorded, undefined, 2)}\n`);
});

const tasks = [0, 1, 2];

/** All losses and accuracies of a run, in the order of its log. */
const loggedNumbers = ({ events }: ToyRun): (number | null)[] =>
  events.flatMap((event) => {
    if (event.type === 'step') return [event.loss];
    if (event.type === 'eval' || event.type === 'task-end' || event.type === 'baseline')
      return [...event.accuracy, ...event.taskAware];
    return [];
  });

const parametersOf = ({ folder }: ToyRun, task: number) =>
  Object.entries(parametersAfter(folder, task)).sort(([a], [b]) => (a < b ? -1 : 1));

function digestOf(run: ToyRun): string {
  const hash = createHash('sha256').update(JSON.stringify(loggedNumbers(run)));
  for (const task of tasks)
    for (const [name, { shape, values }] of parametersOf(run, task))
      hash
        .update(JSON.stringify([name, shape]))
        .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return hash.digest('hex');
}

/** The losses, and of each tensor after each task its norm and its sum weighted by place. */
function valuesOf(run: ToyRun): number[] {
  const losses = ofType(run.events, 'step').map(({ loss }) => loss);
  const ofTensors = tasks.flatMap((task) =>
    parametersOf(run, task).flatMap(([, { values }]) => {
      const numbers = Array.from(values);
      const norm = Math.hypot(...numbers);
      return [norm, numbers.reduce((sum, value, i) => sum + value * Math.cos(i), 0)];
    }),
  );
  return [...losses, ...ofTensors].map((value) => Number(value.toPrecision(6)));
}

describe.each(Object.entries(cases))('the numbers of %s', (name, spec) => {
  it('are what they were', async () => {
    const run = await runToy(spec, { clock: 'real' });
    expect(run.error).toBeUndefined();
    expect(ofType(run.events, 'warning')).toEqual([]);
    const known = (recorded[name] ??= {});
    const backend = testBackend;
    if (isRecording && backend === 'wasm') known.wasm = digestOf(run);
    if (isRecording && backend === 'native') known.native = valuesOf(run);
    if (backend === 'wasm') expect(digestOf(run)).toBe(known.wasm);
    else {
      const values = valuesOf(run);
      expect(values.length).toBe(known.native?.length);
      values.forEach((value, i) => expect(value).toBeCloseTo(known.native?.[i] ?? NaN, 3));
    }
  });
});

it('are recorded of runs that there are', () => {
  expect(Object.keys(recorded).sort()).toEqual(Object.keys(cases).sort());
});
