import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../core/parse';
import type { Run } from '../core/run';
import { foldEvents } from '../core/runModel';
import { largePlanOf, MOST_UNASKED } from './largePlan';
import { planRuns } from './plan';

function experimentOf(values: number, seeds = 1) {
  const lambda = { sweep: { from: 1, to: 1000, steps: values } };
  const file = { name: 'Large', bounds: false, seeds, methods: [{ method: 'ewc', lambda }] };
  const { experiment } = parseExperiment(JSON.stringify(file));
  if (!experiment) throw new Error('not an experiment');
  return experiment;
}

const options = { backend: 'auto' } as const;

/** Finished runs of the first variants, each of so many seconds. */
const finishedOf = (experiment: ReturnType<typeof experimentOf>, seconds: readonly number[], name = 'Large'): Run[] =>
  planRuns(experiment, [], options)
    .create.slice(0, seconds.length)
    .map((manifest, i) => ({
      manifest: { ...manifest, experiment: { name } },
      state: foldEvents([
        {
          ...{ type: 'started', at: 0, schema: 1, backend: { name: 'wasm', version: '1' }, steps: [1] },
          tasks: [{ name: 'a', classes: [0], train: 1, test: 1 }],
        },
        { type: 'task-end', at: 1, task: 0, accuracy: [1], taskAware: [1], memoryBytes: 0 },
        { type: 'ended', at: 1000 * (seconds[i] ?? 0), status: 'done' },
      ]),
      status: 'done',
    }));

describe('a plan', () => {
  it('of few runs is not asked about, of more it is', () => {
    const asked = (values: number) => largePlanOf(planRuns(experimentOf(values), [], options), 'Large', [], 2);
    expect(asked(MOST_UNASKED)).toBeUndefined();
    expect(asked(MOST_UNASKED + 1)).toEqual({ runs: MOST_UNASKED + 1 });
  });

  it('counts what is not there yet, and takes as long as finished runs of the experiment did', () => {
    const experiment = experimentOf(250, 2);
    const finished = finishedOf(experiment, [10, 20, 30]);
    const plan = planRuns(experiment, finished, options);
    // Of three variants one run is there, so 497 are not: 3 of known variants, 10, 20 and 30 s, and 494 of 20 s on average.
    expect(largePlanOf(plan, 'Large', finished, 2)).toEqual({ runs: 497, seconds: (60 + 494 * 20) / 2 });
    const others = finishedOf(experiment, [10], 'Another');
    expect(largePlanOf(planRuns(experiment, others, options), 'Large', others, 2)).toEqual({ runs: 499 });
  });
});
