import { createHash } from 'node:crypto';
import { augmentationOf } from '../core/augment';
import { canonicalJson } from '../core/canonicalJson';
import { datasets, isDatasetId, SHIPPED } from '../core/datasets';
import type { Experiment, Variant } from '../core/experiment';
import { isPlain } from '../core/inputScale';
import type { RunSpec } from '../core/manifest';
import { cards, isMethodId } from '../core/methods/index';
import type { Command } from '../core/program';
import { isLong } from '../core/measuredTasks';
import { isOwnNetwork, networkRevisions, type EvaluationSpec, type TrainingSpec } from '../core/recipe';
import { isOwnStream, streamRevisions, type RecordedBuiltIn, type RecordedStream } from '../core/stream';
import { datasetsOf, tasksOf } from '../core/streamTasks';
import { asked } from '../core/trainingSettings';

/** What determines the numbers of runs: where a program trains them, its command too. */
export type VariantSpec = RunSpec & { readonly program?: Command; readonly batches?: true };

/** What determines the numbers of a variant's runs, besides seed and backend. */
export const specOf = (experiment: Experiment, variant: Variant): VariantSpec => ({
  stream: experiment.stream,
  ...addedData(experiment),
  network: variant.network,
  training: variant.training,
  evaluation: experiment.evaluation,
  methods: variant.methods.map(({ method, settings }) => ({ method, settings })),
  ...(variant.own && { own: variant.own }),
  ...(variant.contents && { contents: variant.contents }),
  ...(variant.program && { program: variant.program.command }),
  ...(variant.program?.batches && { batches: true }),
});

/** What the user added is named by its content: under the same name may be something else tomorrow. */
function addedData({ data }: Experiment): Pick<RunSpec, 'data'> {
  const added = [...data].flatMap(([name, { files }]) => (files && name !== SHIPPED ? [[name, files] as const] : []));
  return added.length > 0 ? { data: Object.fromEntries(added) } : {};
}

/** Of all variants of an experiment, by their keys, the hash of their spec. */
export const hashesOf = (experiment: Experiment): ReadonlyMap<string, string> =>
  new Map(experiment.variants.map((variant) => [variant.key, specHash(specOf(experiment, variant))]));

/**
 * SHA-256 (hex) of all that a run's results follow from, besides seed and backend: the spec, the content of its data
 * sets, and the revisions of stream, network and methods. Equal for runs that differ in nothing that changes a result: not in
 * label, order of keys, threads or version of Lethe.
 */
export function specHash(spec: VariantSpec): string {
  const { data: _data, ...settings } = spec;
  return createHash('sha256')
    .update(
      canonicalJson({
        ...settings,
        stream: effectiveStream(spec.stream),
        training: effectiveTraining(spec.training),
        changes: spec.changes?.map(({ training, ...change }) => ({ ...change, training: effectiveTraining(training) })),
        evaluation: effectiveEvaluation(spec),
        content: contentOf(spec),
        revisions: revisionsOf(spec),
      }),
    )
    .digest('hex');
}

const effectiveTraining = (training: TrainingSpec) => ({ ...training, augment: augmentationOf(training) });

/**
 * By content what a spec only names, as the SHA-256 of each file by name. Files of the user's own stand in the spec itself
 * with theirs; whatever else a spec comes to name belongs here.
 */
const contentOf = ({ stream, data }: RunSpec) => {
  const filesOf = (dataset: string) => (dataset === SHIPPED ? datasets[SHIPPED].files : data?.[dataset]);
  return stream.kind === 'parts' || isOwnStream(stream)
    ? { datasets: Object.fromEntries(datasetsOf(stream).map((id) => [id, filesOf(id)])) }
    : { dataset: filesOf(stream.dataset) };
};

const revisionsOf = ({ stream, network, methods, training }: RunSpec) => ({
  stream: isOwnStream(stream) ? undefined : revisionsOfStream(stream),
  network: isOwnNetwork(network) ? undefined : networkRevisions[network.kind],
  methods: methods.map(({ method }) => (isMethodId(method) ? cards[method].revision : undefined)),
  // Since 2, rows have the accuracies on validation sets.
  validation: asked(training.validation) && 2,
});

const revisionsOfStream = (stream: RecordedBuiltIn) =>
  stream.kind === 'parts' ? revisionsOfParts(stream) : streamRevisions[stream.kind];

/** Its own, and those of the kinds of its parts, whose tasks it has. */
function revisionsOfParts({ parts }: Extract<RecordedBuiltIn, { readonly kind: 'parts' }>): readonly number[] {
  const kinds = parts.map(({ kind }) => (kind === 'whole' ? undefined : streamRevisions[kind]));
  return [streamRevisions.parts, ...kinds.flatMap((revision) => revision ?? [])];
}

/** What does nothing counts as left out. */
const effectiveStream = ({ blurry, inputs, ...stream }: RecordedStream) => ({
  ...stream,
  ...(!isPlain(inputs) && { inputs }),
  ...(blurry && { blurry }),
});

/**
 * The curves are results too, so how they are measured counts: as far as it goes. More points than steps and more samples
 * than test examples measure what as many measure. Whose parameters are kept changes no number.
 */
function effectiveEvaluation({ stream, training, evaluation }: RunSpec): EvaluationSpec {
  const { points, samples, matrixTasks = 'all', matrixSamples = Infinity, online } = evaluation;
  const { dense, answers, rocAuc, interference = 0 } = evaluation;
  // A stream of the user's own may make more of them.
  const examples = isOwnStream(stream)
    ? Infinity
    : Math.max(...datasetsOf(stream).map((id) => (isDatasetId(id) ? datasets[id].test : Infinity)));
  return {
    points: Math.min(points, training.iterations ?? Infinity),
    samples: Math.min(samples, examples),
    // What is as it always was is left out, as it always was.
    ...(matrixTasks !== 'all' && { matrixTasks }),
    ...(matrixSamples < examples && { matrixSamples }),
    ...(dense !== undefined && points > 0 && { dense }),
    ...(answers && { answers }),
    ...(rocAuc && { rocAuc }),
    ...(interference > 0 && { interference }),
    ...(online !== undefined && online !== isLong(tasksOf(stream)) && { online }),
  };
}
