import { hasWholeResult } from '../core/doubts';
import type { Experiment, Variant } from '../core/experiment';
import type { RunManifest } from '../core/manifest';
import type { Run } from '../core/run';
import { specHash, specOf } from './spec';

/** What has changed of a variant since it was run: its settings, or only the user's own code that it names. */
export type Changed = 'settings' | 'code';

/** The runs of a variant from when it was another one. */
export interface EarlierRuns<R extends Run = Run> {
  /** With whole results, and with seeds that the experiment asks for. The newest first; never none. */
  readonly runs: readonly R[];
  /** Since the newest. */
  readonly changed: Changed;
}

export interface OfFile<R extends Run> {
  /** Path of the experiment file, as manifests have it. */
  readonly file: string;
  readonly runs: readonly R[];
  /** Of the variant as it is now. */
  readonly hash: string;
}

/** What a variant of an experiment file left when it was another one; undefined where there is nothing. */
export function earlierRuns<R extends Run>(
  experiment: Experiment,
  variant: Variant,
  { file, runs, hash }: OfFile<R>,
): EarlierRuns<R> | undefined {
  const earlier = runs
    .filter(({ manifest }) => manifest.experiment.file === file && manifest.variant.key === variant.key)
    .filter((run) => run.manifest.variant.hash !== hash && experiment.seeds.includes(run.manifest.seed))
    .filter(hasWholeResult)
    .sort((a, b) => b.manifest.created - a.manifest.created);
  const [newest] = earlier;
  return newest && { runs: earlier, changed: changedSince(newest.manifest, experiment, variant) };
}

function changedSince(manifest: RunManifest, experiment: Experiment, variant: Variant): Changed {
  if (manifest.trainer !== 'lethe' || manifest.spec.own === undefined) return 'settings';
  const { own: _before, ...before } = manifest.spec;
  const { own: _now, ...now } = specOf(experiment, variant);
  return specHash(before) === specHash(now) ? 'code' : 'settings';
}
