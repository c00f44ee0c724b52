import { createHash } from 'node:crypto';
import { canonicalJson } from '../core/canonicalJson';
import { datasets, isDatasetId, SHIPPED, type DatasetFacts } from '../core/datasets';
import type { Experiment, Variant } from '../core/experiment';
import type { RunSpec } from '../core/manifest';
import { cards, isMethodId } from '../core/methods/index';
import { networkRevisions, type EvaluationSpec } from '../core/recipe';
import { streamRevisions } from '../core/stream';

/** What determines the numbers of a variant's runs, besides seed and backend. */
export const specOf = (experiment: Experiment, variant: Variant): RunSpec => ({
  stream: experiment.stream,
  ...addedData(experiment),
  network: variant.network,
  training: variant.training,
  evaluation: experiment.evaluation,
  methods: variant.methods.map(({ method, settings }) => ({ method, settings })),
});

/** What the user added is named by its content: under the same name may be something else tomorrow. */
function addedData({ data }: Experiment): Pick<RunSpec, 'data'> {
  const added = [...data].flatMap(([name, { files }]) => (files && name !== SHIPPED ? [[name, files] as const] : []));
  return added.length > 0 ? { data: Object.fromEntries(added) } : {};
}

/**
 * SHA-256 (hex) of all that a run's results follow from, besides seed and backend: the spec, the content of the data set,
 * and the revisions of stream, network and methods. Equal for runs that differ in nothing that changes a result: not in
 * label, order of keys, threads or version of Lethe.
 */
export function specHash(spec: RunSpec): string {
  const { data: _data, ...settings } = spec;
  return createHash('sha256')
    .update(
      canonicalJson({
        ...settings,
        evaluation: effectiveEvaluation(spec),
        content: contentOf(spec),
        revisions: revisionsOf(spec),
      }),
    )
    .digest('hex');
}

/**
 * By content what a spec only names, as the SHA-256 of each file by name. Whatever else a spec comes to name, such as
 * files of the user's own, belongs here.
 */
const contentOf = ({ stream, data }: RunSpec) => ({
  dataset: stream.dataset === SHIPPED ? datasets[SHIPPED].files : data?.[stream.dataset],
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
  const facts: DatasetFacts | undefined = isDatasetId(stream.dataset) ? datasets[stream.dataset] : undefined;
  return {
    points: Math.min(points, training.iterations ?? Infinity),
    samples: Math.min(samples, facts?.test ?? Infinity),
  };
}
