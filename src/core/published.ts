/** What a comparison is judged by: published values of the same protocol, and what its file expects. */
import type { ComparedExperiment, ComparedVariant } from './comparedExperiment';
import type { Comparison, ComparisonRow } from './comparison';
import { readExperimentFile, resolveExperiment, type Experiment } from './experiment';
import { expectedValue, isOf } from './expectation';
import { differingFields, fingerprintOf, type FieldDifference, type Fingerprint } from './fingerprint';
import { protocolOf, protocols } from './protocols/index';
import type { Protocol, ProtocolMethod, PublishedValue } from './protocols/protocol';
import { selectingTasks } from './selection';
import { judge, type Verdict, type Yardstick } from './verdict';
import { withProtocol } from './withProtocol';

/** The verdict on one number of one row. */
export interface RowVerdict {
  /** Of the row. */
  readonly key: string;
  readonly label: string;
  /** Of a published value, the protocol; undefined where it is what the file expects. */
  readonly protocol?: string;
  readonly published: PublishedValue;
  readonly verdict: Verdict;
  /** In what the method is known to be another here than there. */
  readonly differs?: string;
}

/** A method of a protocol, with its fingerprint. */
interface KnownMethod extends ProtocolMethod {
  readonly protocol: Protocol;
  readonly methods: string;
  readonly fingerprint: Fingerprint;
}

const idsOf = (methods: ComparedVariant['methods']): string => methods.map(({ method }) => method).join('+');

/** The experiment that a protocol is. */
export function experimentOf({ id }: Protocol): Experiment {
  return resolveExperiment(readExperimentFile(withProtocol({ extends: id })).data as never);
}

const known = new Map<Protocol, readonly KnownMethod[]>();

function methodsOf(protocol: Protocol): readonly KnownMethod[] {
  const found = known.get(protocol) ?? resolved(protocol);
  known.set(protocol, found);
  return found;
}

function resolved(protocol: Protocol): KnownMethod[] {
  const experiment = experimentOf(protocol);
  return protocol.methods.flatMap((method, i) => {
    const variant = experiment.variants.find(({ entry }) => entry === i);
    return variant
      ? [
          {
            ...method,
            protocol,
            methods: idsOf(variant.methods),
            fingerprint: fingerprintOf({ ...experiment, ...variant }),
          },
        ]
      : [];
  });
}

/** What is published of a variant: under its own protocol, or under the one nearest to it of those that its file extends. */
interface Found {
  readonly method: KnownMethod;
  readonly fields: readonly FieldDifference[];
}

function findPublished(experiment: ComparedExperiment, variant: ComparedVariant): Found | undefined {
  const own = fingerprintOf({ ...experiment, ...variant });
  const extended = protocolOf(experiment.protocol);
  const all = extended ? [extended, ...protocols.filter((one) => one !== extended)] : protocols;
  const ofMethod = (protocol: Protocol): Found[] =>
    methodsOf(protocol)
      .filter(({ methods }) => methods === idsOf(variant.methods))
      .map((method) => ({ method, fields: differingFields(own, method.fingerprint) }));
  for (const protocol of all) {
    const same = ofMethod(protocol).find(({ fields }) => fields.length === 0);
    if (same) return same;
  }
  const [first, ...others] = extended ? ofMethod(extended) : [];
  return first && others.reduce((best, one) => (one.fields.length < best.fields.length ? one : best), first);
}

/** How a variant stands to a protocol. */
export interface Standing {
  readonly key: string;
  readonly label: string;
  readonly protocol: string;
  /** In what it is another than there; nothing where its numbers can be compared. */
  readonly fields: readonly FieldDifference[];
}

/** How the variants of an experiment stand to what is published of their methods: those of which something is. */
export const standingsOf = (experiment: ComparedExperiment): Standing[] =>
  experiment.variants.flatMap((variant) => {
    const found = variant.isForeign ? undefined : findPublished(experiment, variant);
    if (!found) return [];
    const { key, label } = variant;
    return [{ key, label, protocol: found.method.protocol.id, fields: found.fields }];
  });

/** What a variant is judged by: published values first, then what the file expects. */
export function yardsticksOf(experiment: ComparedExperiment, variant: ComparedVariant): Yardstick[] {
  // Nobody publishes what changes on the way.
  if (variant.fork) return [];
  const expected = (experiment.expect ?? []).filter((one) => isOf(one, variant));
  return [
    ...publishedOf(experiment, variant),
    ...expected.map((one) => ({ published: expectedValue(one), fields: [] })),
  ];
}

function publishedOf(experiment: ComparedExperiment, variant: ComparedVariant): Yardstick[] {
  const found = variant.isForeign ? undefined : findPublished(experiment, variant);
  if (!found) return [];
  const { method } = found;
  return method.values.map((published) => ({
    protocol: method.protocol.id,
    published,
    fields: [...found.fields, ...selectingFields(experiment)],
    ...(method.differs !== undefined && { differs: method.differs }),
  }));
}

/** Where the first tasks only select, numbers are of the others. */
function selectingFields({ select }: ComparedExperiment): FieldDifference[] {
  const tasks = selectingTasks(select);
  return tasks === 0 ? [] : [{ field: 'select.on.tasks', ours: tasks, theirs: undefined }];
}

/** The verdicts on the rows of a comparison that have results, in their order. */
export function verdictsOf(experiment: ComparedExperiment, rows: readonly ComparisonRow[]): RowVerdict[] {
  return rows
    .filter(({ seedsDone }) => seedsDone > 0)
    .flatMap(({ key, label, measures }) => {
      const variant = experiment.variants.find((one) => one.key === key);
      const yardsticks = variant ? yardsticksOf(experiment, variant) : [];
      return yardsticks
        .filter(({ published }) => Number.isFinite(measures[published.measure].mean))
        .map((yardstick): RowVerdict => {
          const { fields: _fields, ...rest } = yardstick;
          return { key, label, ...rest, verdict: judge(measures[yardstick.published.measure], yardstick) };
        });
    });
}

/** A comparison with its verdicts. */
export const judged = (experiment: ComparedExperiment, comparison: Comparison): Comparison => ({
  ...comparison,
  verdicts: verdictsOf(experiment, comparison.rows),
});
