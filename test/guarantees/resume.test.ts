import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { firstDifference } from '../../src/core/difference';
import { cases } from './cases';
import { numbersOf, ofType, removeRunFolders, runToy, shownOf, type ToyRun, type ToySpec } from './toyRuns';

afterAll(removeRunFolders);

const logOf = ({ folder }: ToyRun) => readFileSync(path.join(folder, 'events.jsonl'), 'utf8');

/** Chances to stop that are taken. Methods that learn examples one by one have hundreds: some of them, over the whole run. */
const MOST_CHANCES = 30;
function chancesOf({ asked }: ToyRun, every = 1): number[] {
  const stride = Math.max(every, Math.ceil(asked / MOST_CHANCES));
  return Array.from({ length: Math.ceil(asked / stride) }, (_, i) => 1 + i * stride);
}

describe.each(Object.entries(cases))('a run with %s', (_, { training, ...rest }) => {
  const spec = { ...rest, training: { iterations: 4, ...training } };

  it('goes on to the same numbers, bit for bit, wherever it was stopped', async () => {
    const whole = await runToy(spec);
    expect(whole.status).toBe('done');
    const expected = numbersOf(whole);
    for (const stopAt of chancesOf(whole)) {
      const stopped = await runToy(spec, { stopAt });
      expect(stopped.status).toBe('stopped');
      const resumed = await runToy(spec, { resume: stopped.folder });
      expect(numbersOf(resumed), `stopped when asked for the ${stopAt}th time`).toEqual(expected);
      expect(firstDifference(logOf(resumed), logOf(whole)), `log after the ${stopAt}th time`).toBeUndefined();
    }
  });

  it('goes on to the same log when it was stopped, killed, resumed and killed again', async () => {
    const whole = await runToy(spec);
    for (const at of chancesOf(whole, 3)) {
      const { folder } = await runToy(spec, { stopAt: at });
      for (const killAt of [5, 1, 4]) await runToy(spec, { resume: folder, killAt });
      const resumed = await runToy(spec, { resume: folder });
      expect(numbersOf(resumed), `stopped when asked for the ${at}th time`).toEqual(numbersOf(whole));
      expect(firstDifference(logOf(resumed), logOf(whole)), `log after the ${at}th time`).toBeUndefined();
    }
  });

  it('goes on to the same numbers after several stops, gives them again when run again, and others with another seed', async () => {
    const whole = await runToy(spec);
    let run = await runToy(spec, { stopAt: 4 });
    let stops = 1;
    while (run.status === 'stopped') {
      run = await runToy(spec, { resume: run.folder, stopAt: 8 });
      stops++;
    }
    expect(stops).toBeGreaterThan(2);
    expect(ofType(run.events, 'resumed').length).toBe(stops - 1);
    expect(numbersOf(run)).toEqual(numbersOf(whole));
    expect(numbersOf(await runToy(spec))).toEqual(numbersOf(whole));
    expect(shownOf((await runToy({ ...spec, seed: 2 })).events)).not.toEqual(shownOf(whole.events));
  });
});

describe('a run that logs the mean loss of several steps', () => {
  it('goes on in the middle of such a mean', async () => {
    const spec: ToySpec = { training: { iterations: 150 } };
    const expected = numbersOf(await runToy(spec));
    for (const stopAt of [200, 201, 202]) {
      const { folder } = await runToy(spec, { stopAt });
      expect(numbersOf(await runToy(spec, { resume: folder }))).toEqual(expected);
    }
  });
});
