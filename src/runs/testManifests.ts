import { parseExperiment } from '../core/parse';
import type { Experiment } from '../core/experiment';
import { emptyRun, type RunState } from '../core/runModel';
import { RUN_FORMAT, type OwnManifest, type RunManifest } from '../core/manifest';
import type { Run, RunStatus } from '../core/run';
import { specHash, specOf } from './spec';

/** For tests: an experiment of the given methods. */
export function experimentOf(methods: readonly object[], more: object = {}): Experiment {
  const { experiment, problems } = parseExperiment(JSON.stringify({ name: 'Test', seeds: 2, methods, ...more }));
  if (!experiment) throw new Error(problems.map((problem) => problem.message).join('\n'));
  return experiment;
}

/** For tests: a manifest as planRuns makes it. */
export function manifestFor(options: { key?: string; seed?: number; id?: string; created?: number } = {}): OwnManifest {
  const { key = 'none', seed = 1, id = `${key}-${seed}`, created = 1 } = options;
  const experiment = experimentOf([{ method: 'none' }], { bounds: false });
  const [variant] = experiment.variants;
  if (!variant) throw new Error('no variant');
  const spec = specOf(experiment, variant);
  return {
    lethe: RUN_FORMAT,
    trainer: 'lethe',
    id,
    created,
    experiment: { name: experiment.name },
    variant: { key, label: key, hash: specHash(spec) },
    seed,
    backend: 'auto',
    spec,
  };
}

/** For tests: all that a log of one task needs for a comparison. */
const wholeResult: Partial<RunState> = {
  started: {
    type: 'started',
    at: 0,
    schema: 1,
    backend: { name: 'wasm', version: '4' },
    tasks: [{ name: 'a', classes: [0], train: 1, test: 1 }],
    steps: [1],
  },
  rows: [{ task: 0, accuracy: [1], taskAware: [1], memoryBytes: 0 }],
};

/** For tests: a run with a status and parts of a state. What is done has a whole result. */
export const runOf = (manifest: RunManifest, status: RunStatus, state: Partial<RunState> = {}): Run => ({
  manifest,
  status,
  state: { ...emptyRun(), ...(status === 'done' && wholeResult), ...state },
});
