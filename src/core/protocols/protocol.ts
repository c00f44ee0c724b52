import type { MeasureName, RunMeasureName } from '../measures/table';

/**
 * What stands behind a "±": the standard deviation over runs, the standard error of their mean, or the half width of its
 * 95 % interval.
 */
export const spreadKinds = ['SD', 'SEM', 'CI95'] as const;
export type SpreadKind = (typeof spreadKinds)[number];

export interface Spread {
  readonly of: SpreadKind;
  /** In the unit of the value. */
  readonly value: number;
}

/**
 * How sure a number is: read in its source, restated by others, or known without anybody's having read it in its source.
 */
export type Certainty = 'read' | 'restated' | 'unverified';

/** A number of the literature. */
export interface PublishedValue {
  readonly measure: MeasureName;
  /** A fraction. */
  readonly value: number;
  readonly spread?: Spread;
  /** How many runs it is the mean of, where that is known. */
  readonly seeds?: number;
  /** Paper and table, or the file of its authors' code. */
  readonly source: string;
  readonly sure: Certainty;
}

/** An entry of `methods`, as an experiment file has it. */
export type RawEntry = { readonly method: string } & Readonly<Record<string, unknown>>;

/** A method as a protocol has it, and what was published of it. */
export interface ProtocolMethod {
  readonly entry: RawEntry;
  readonly values: readonly PublishedValue[];
  /** In what this method is another here than there: a sentence. */
  readonly differs?: string;
}

/** A protocol of the literature: under which settings its numbers came about. */
export interface Protocol {
  /** What `extends` names it by: the stream, then the paper. */
  readonly id: string;
  readonly title: string;
  /** Authors, year and venue. */
  readonly source: string;
  /** Parts of an experiment file. */
  readonly settings: {
    readonly stream: Readonly<Record<string, unknown>>;
    readonly network: Readonly<Record<string, unknown>>;
    readonly training: Readonly<Record<string, unknown>>;
    readonly evaluation?: Readonly<Record<string, unknown>>;
    readonly seeds: number;
    readonly bounds?: boolean;
  };
  readonly methods: readonly ProtocolMethod[];
  /** What is told of methods of which no number was published; default: the accuracy. */
  readonly told?: readonly RunMeasureName[];
  /** Details of the protocol that are others here, or not known: sentences. */
  readonly differences: readonly string[];
}

/** What values of one table have in common. */
interface Table {
  readonly source: string;
  readonly sure: Certainty;
  readonly seeds?: number;
  /** What its "±" is. */
  readonly spread?: SpreadKind;
}

/** Gives the values of a table, which has them in per cent. */
export const valuesOf =
  ({ spread: of, ...table }: Table) =>
  (percent: number, spread?: number, measure: MeasureName = 'accuracy'): PublishedValue => ({
    measure,
    value: fraction(percent),
    ...(of !== undefined && spread !== undefined && { spread: { of, value: fraction(spread) } }),
    ...table,
  });

/** Division alone leaves digits that no paper has. */
const fraction = (percent: number): number => Number((percent / 100).toFixed(8));
