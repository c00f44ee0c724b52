import { canonicalJson } from './canonicalJson';
import { isPlain, type InputScale } from './inputScale';
import { withoutNeutral } from './trainingSettings';

/** What of a variant and its experiment says under which protocol its numbers came about. */
export interface ProtocolParts {
  readonly stream: object;
  readonly network: object;
  readonly training: object;
  readonly evaluation: object;
  readonly methods: readonly { readonly method: string; readonly settings: Readonly<Record<string, unknown>> }[];
}

/** Fields that decide whether two numbers can be compared, by dotted name, such as `training.batchSize` or `ewc.lambda`. */
export type Fingerprint = Readonly<Record<string, unknown>>;

/**
 * The fingerprint of a variant. What says nothing is left out, so that settings that mean the same are the same: what is
 * neutral, a preset beside the settings that it stands for. Of the evaluation counts which tasks,
 * and how many of their images, the matrix is of: curves change no result.
 */
export function fingerprintOf({ stream, network, training, evaluation, methods }: ProtocolParts): Fingerprint {
  return {
    ...fields('stream', effectiveStream(stream)),
    ...fields('network', withoutNeutral(network)),
    ...fields('training', effectiveTraining(training)),
    ...fields('evaluation', measuredPart(evaluation)),
    ...Object.assign({}, ...methods.map(ofMethod)),
  } as Fingerprint;
}

const fields = (part: string, values: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [`${part}.${key}`, value]),
  );

const ofMethod = ({ method, settings: { preset: _preset, ...settings } }: ProtocolParts['methods'][number]) => ({
  [method]: true,
  ...fields(method, settings),
});

function effectiveStream({ inputs, blurry, ...stream }: { inputs?: unknown; blurry?: unknown }): object {
  return { ...stream, ...(!isPlain(inputs as InputScale | undefined) && { inputs }), ...(blurry ? { blurry } : {}) };
}

/** One pass, where neither passes nor steps are given. */
function effectiveTraining(given: { readonly epochs?: unknown; readonly iterations?: unknown }): object {
  const training = withoutNeutral(given);
  const isLeftOut = training.epochs === undefined && training.iterations === undefined;
  return { ...training, ...(isLeftOut && { epochs: 1 }) };
}

function measuredPart({ matrixTasks, matrixSamples }: { matrixTasks?: unknown; matrixSamples?: unknown }): object {
  // What is left out is as it always was; a row of the tasks seen has all of them at the end.
  return { ...(typeof matrixTasks === 'number' && { matrixTasks }), matrixSamples };
}

/** A field in which two fingerprints differ, with what each has; undefined where it has none. */
export interface FieldDifference {
  readonly field: string;
  readonly ours: unknown;
  readonly theirs: unknown;
}

/** Where two fingerprints differ, in the order of their fields. None: their numbers can be compared. */
export function differingFields(ours: Fingerprint, theirs: Fingerprint): FieldDifference[] {
  const names = new Set([...Object.keys(theirs), ...Object.keys(ours)]);
  return [...names]
    .filter((name) => canonicalJson(ours[name]) !== canonicalJson(theirs[name]))
    .map((field) => ({ field, ours: ours[field], theirs: theirs[field] }));
}
