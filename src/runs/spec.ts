import { createHash } from 'node:crypto';
import { canonicalJson } from '../core/canonicalJson';
import { datasets, isDatasetId } from '../core/datasets';
import type { Experiment, Variant } from '../core/experiment';
import type { RunSpec } from '../core/manifest';
import { cards, isMethodId } from '../core/methods/index';
import { networkRevisions, type EvaluationSpec } from '../core/recipe';
import { streamRevisions } from '../core/stream';

/** What determines the numbers of a variant's runs, besides seed and backend. */
export const specOf = (experiment: Experiment, variant: Variant): RunSpec => ({
  stream: experiment.stream,
  network: variant.network,
  training: variant.training,
  evaluation: experiment.evaluation,
  methods: variant.methods.map(({ method, settings, own }) => ({ method, settings, ...(own && { own }) })),
});

/**
 * SHA-256 (hex) of all that a run's results follow from, besides seed and backend: the spec, the content of the data set,
 * and the revisions of stream, network and methods. Equal for runs that differ in nothing that changes a result: not in
 * label, order of keys, threads or version of Lethe.
 */
export const specHash = (spec: RunSpec): string =>
  createHash('sha256')
    .update(
      canonicalJson({
        ...spec,
        evaluation: effectiveEvaluation(spec),
        content: contentOf(spec),
        revisions: revisionsOf(spec),
      }),
    )
    .digest('hex');

/**
 * By content what a spec only names, as the SHA-256 of each file by name. Files of the user's own stand in the spec itself
 * with theirs; whatever else a spec comes to name belongs here.
 */
const contentOf = ({ stream }: RunSpec) => ({
  dataset: isDatasetId(stream.dataset) ? datasets[stream.dataset].files : undefined,
});

const revisionsOf = ({ stream, network, methods }: RunSpec) => ({
  stream: streamRevisions[stream.kind],
  network: networkRevisions[network.kind],
  methods: methods.map(({ method }) => (isMethodId(method) ? cards[method].revision : undefined)),
});

/**
 * The curves are results too, so how they are measured counts: as far as it goes. More points than steps and more samples
 * than test examples measure what as many measure.
 */
function effectiveEvaluation({ stream, training, evaluation }: RunSpec): EvaluationSpec {
  const { points, samples } = evaluation;
  const examples = isDatasetId(stream.dataset) ? datasets[stream.dataset].test : Infinity;
  return { points: Math.min(points, training.iterations ?? Infinity), samples: Math.min(samples, examples) };
}
