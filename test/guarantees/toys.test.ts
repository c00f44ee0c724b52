import { afterAll, describe, expect, it } from 'vitest';
import { largestDifference, numbersOf, ofType, removeRunFolders, runToy, type ToyRun } from './toyRuns';
import { stepToys } from './stepToys';
import { hostToys } from './hostToys';
import { networkToys } from './networkToys';
import { toyMethods } from './toyMethods';

afterAll(removeRunFolders);

const lossesOf = ({ events }: ToyRun) => ofType(events, 'step').map(({ loss }) => loss);

describe.each(Object.entries({ ...toyMethods, ...stepToys, ...hostToys, ...networkToys }))(
  'a method with %s',
  (_, create) => {
    it('trains otherwise than without it, compiled where that can be done, to the same as eager steps', async () => {
      const run = await runToy({}, { method: create() });
      expect(run.error).toBeUndefined();
      expect(ofType(run.events, 'warning')).toEqual([]);
      const eager = await runToy({ eager: true }, { method: create() });
      expect(largestDifference(run, eager)).toBeLessThan(1e-4);
      lossesOf(eager).forEach((loss, i) => expect(lossesOf(run)[i]).toBeCloseTo(loss, 4));
      expect(lossesOf(run)).not.toEqual(lossesOf(await runToy({})));
    });

    it('goes on to the same bits wherever it was stopped', async () => {
      const whole = await runToy({}, { method: create() });
      for (let stopAt = 1; stopAt <= whole.asked; stopAt += 4) {
        const stopped = await runToy({}, { stopAt, method: create() });
        expect(stopped.status).toBe('stopped');
        const resumed = await runToy({}, { resume: stopped.folder, method: create() });
        expect(numbersOf(resumed), `stopped when asked for the ${stopAt}th time`).toEqual(numbersOf(whole));
      }
    });
  },
);
