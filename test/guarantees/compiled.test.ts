import { afterAll, describe, expect, it } from 'vitest';
import { cases } from './cases';
import {
  digestAfter,
  ofType,
  parametersAfter,
  removeRunFolders,
  runToy,
  shownOf,
  type ToyRun,
  type ToySpec,
} from './toyRuns';

afterAll(removeRunFolders);

const tasks = [0, 1, 2];
const numbersOf = ({ events, folder, status }: ToyRun) => ({
  status,
  shown: shownOf(events),
  parameters: tasks.map((task) => digestAfter(folder, task)),
});

/** Largest difference between the parameters of two runs after any task, and the largest change training made. */
function largestDifference(a: ToyRun, b: ToyRun): number {
  const differences = tasks.flatMap((task) => {
    const [first, second] = [a, b].map(({ folder }) => parametersAfter(folder, task));
    return Object.entries(first ?? {}).map(([name, { values }]) =>
      Math.max(...Array.from(values, (value, i) => Math.abs(value - (second?.[name]?.values[i] as number)))),
    );
  });
  return Math.max(...differences);
}

describe('compiled steps', () => {
  describe.each(Object.entries(cases))('of %s', (_, rest) => {
    const spec: ToySpec = rest;

    it('come to what eager steps come to, but for rounding', async () => {
      const [compiled, eager] = [await runToy(spec), await runToy({ ...spec, eager: true })];
      expect(compiled.error).toBeUndefined();
      expect(ofType(compiled.events, 'warning')).toEqual([]);
      expect(largestDifference(compiled, eager)).toBeLessThan(1e-4);
      const losses = (run: ToyRun) => ofType(run.events, 'step').map(({ loss }) => loss);
      losses(eager).forEach((loss, i) => expect(losses(compiled)[i]).toBeCloseTo(loss, 4));
    });

    it('give the same bits again, in one call or many, stopped or not', async () => {
      const whole = await runToy(spec);
      expect(numbersOf(await runToy(spec, { clock: 'real' }))).toEqual(numbersOf(whole));
      const stopped = await runToy(spec, { stopAt: Math.ceil(whole.asked / 2) });
      expect(stopped.status).toBe('stopped');
      expect(numbersOf(await runToy(spec, { resume: stopped.folder, clock: 'real' }))).toEqual(numbersOf(whole));
    });
  });

  it('of a method that reads a tensor back are eager, with the reason and the line', async () => {
    const run = await runToy(
      {},
      { method: { id: 'own', gradient: (gradient) => (gradient.dataSync()[0] === 0.5 ? gradient : gradient) } },
    );
    expect(run.status).toBe('done');
    expect(ofType(run.events, 'warning').map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^Steps are not compiled, so the run takes longer: it reads a tensor back to JavaScript \(.*compiled\.test\.ts:\d+:\d+\)$/,
      ),
    ]);
  });
});
