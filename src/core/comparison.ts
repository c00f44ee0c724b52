import { backendWarnings, elsewhereSentences } from './backendWords';
import type { ComparedExperiment } from './comparedExperiment';
import type { Family } from './experiment';
import { crossCheckOf, type CrossCheck } from './crossCheck';
import { lazyRecords } from './lazyRecord';
import { HOLE, type AccuracyMatrix } from './measures/matrix';
import { basisOf, type Basis } from './measures/ofMatrix';
import {
  isOfRun,
  measureInfo,
  measureNames,
  ofBounds,
  ofRun,
  runMeasureNames,
  type BoundFacts,
  type MeasureName,
  type RunFacts,
  type RunMeasureName,
} from './measures/table';
import { canonicalJson } from './canonicalJson';
import type { RowVerdict } from './published';
import { doubtSentences, hasWholeResult } from './doubts';
import type { BackendChoice } from './backends';
import { noPreference, repetitionsOf, type Preference } from './repetitions';
import type { Run } from './run';
import {
  picksOf,
  selectingSeeds,
  selectingTasks,
  selectionSentences,
  type Candidate,
  type Picked,
  type Select,
  type SelectMeasure,
} from './selection';
import { areasOf, entriesOf, type AccuracyKind, type Measured } from './measured';
import type { MatrixRow } from './runModel';
import type { ForkPlace } from './forks';
import { mean } from './mean';
import { pairedPermutationTest, summarise, tQuantile, type Summary } from './statistics';
import { enumerated, t } from './text';

/**
 * Measures of one finished run. Fractions; NaN where not defined, and all but the time where the run's log does not have
 * its whole result. `taskAware` ones are given the task at test time.
 */
export type RunMeasures = Readonly<Record<RunMeasureName, number>> & { readonly seed: number };

/** What the measures of a run were computed from, where that is not every task on its full test set. */
export interface RunBasis {
  /** Test images of each task; undefined for all. */
  readonly images?: number | undefined;
  /** Of how many terms of how many a measure is the mean. */
  readonly terms: Readonly<Record<keyof ReturnType<typeof basisOf>, Basis>>;
}

/** One row of the comparison table. */
export interface ComparisonRow {
  readonly key: string;
  readonly label: string;
  readonly bound?: 'lower' | 'upper';
  /** Seeds with a finished run that has a whole result, and seeds asked for. */
  readonly seedsDone: number;
  readonly seeds: number;
  readonly measures: Readonly<Record<MeasureName, Summary>>;
  /** Of finished runs: why a measure is empty, by its name. */
  readonly missing: Readonly<Partial<Record<MeasureName, string | undefined>>>;
  /** Why the scenario's own accuracy is empty, where it is. */
  readonly taskAwareOnly?: string;
  /** What sweeps made of the same entry of the file. */
  readonly family?: Family;
  /** Its runs were forked from those of another row: it is no remedy of its own, and does not compete. */
  readonly fork?: ForkPlace;
  /** Set on the row that is chosen of its family. */
  readonly pick?: Picked;
  /** Settings in which this variant differs from the experiment's. */
  readonly differs: readonly string[];
  /** Parts of the experiment, as `network`, of which another program says nothing. */
  readonly unsaid?: readonly string[];
  /** Of a program that implements another row's method too: how far it is from that row. */
  readonly crossCheck?: CrossCheck;
  /** Backends its runs used. */
  readonly backends: readonly string[];
  readonly perSeed: readonly RunMeasures[];
  /** What they were computed from, where that is not every task on its full test set; of the first seed. */
  readonly basis?: RunBasis;
  /**
   * Set on the row with the best accuracy (bounds aside), and on rows the paired test cannot tell from it. As long as a
   * remedy lacks a run there is only a best so far: of those with results, on the seeds that they share.
   */
  readonly rank?: 'best' | 'best so far' | 'not distinguishable';
  /** p of the paired permutation test of accuracy against the best row. */
  readonly pAgainstBest?: number;
}

export interface Comparison {
  readonly rows: readonly ComparisonRow[];
  /**
   * What the measures were computed from, in sentences: where that is not every task on its full test set, and where there
   * are results on another backend too.
   */
  readonly basis: readonly string[];
  /** Which rows were chosen of their families and on what, and what therefore does not count, in sentences. */
  readonly selection: readonly string[];
  /** Things that make rows not comparable (several backends, different settings), and runs whose logs are doubtful. */
  readonly warnings: readonly string[];
  /** Beside published and expected values, where they have been judged (published.ts). */
  readonly verdicts?: readonly RowVerdict[];
}

/**
 * Undefined accuracies are null in the log and NaN in computations; tasks that a row leaves out are holes.
 *
 * @param tasks of the stream
 */
const toMatrix = (rows: readonly Measured[], kind: AccuracyKind, tasks: number): AccuracyMatrix =>
  rows.map((row) => toRow(row, kind, tasks));

function toRow(measured: Measured, kind: AccuracyKind, tasks: number): AccuracyMatrix[number] {
  if (!measured.tasks) return measured[kind].map((value) => value ?? NaN);
  const row = new Array<number | typeof HOLE>(tasks).fill(HOLE);
  for (const [task, value] of entriesOf(measured, kind)) if (task < tasks) row[task] = value ?? NaN;
  return row;
}

/** The same of whole rows, each on the tasks it has validation sets measured of. */
const toValidationMatrix = (rows: readonly MatrixRow[], kind: AccuracyKind, tasks: number): AccuracyMatrix =>
  rows.map(({ task, validation }) => {
    if (!validation) return toRow({ accuracy: [], taskAware: [], tasks: [task] }, kind, tasks);
    return toRow({ ...validation, tasks: validation.tasks ?? seenAfter(validation.accuracy.length) }, kind, tasks);
  });

const seenAfter = (count: number): number[] => Array.from({ length: count }, (_, task) => task);

const tasksOf = ({ state }: Run): number => state.started?.tasks.length ?? 0;

/** Of finished runs, whose states do not change any more: a long one's matrix has hundreds of thousands of entries. */
const known = new WeakMap<Run['state'], { readonly measures: RunMeasures; readonly measurement: string }>();

function knownOf(run: Run) {
  const found = known.get(run.state) ?? { measures: measured(run), measurement: measurementOf(run) };
  known.set(run.state, found);
  return found;
}

export const measuresOf = (run: Run): RunMeasures => (hasWholeResult(run) ? knownOf(run).measures : measured(run));

/** Measures by name of what a run has learned so far, as of a stream that ends with its last finished task. */
export function measuresSoFar<Name extends RunMeasureName>(run: Run, names: readonly Name[]): Record<Name, number> {
  const sorted = [...run.state.rows].sort((a, b) => a.task - b.task);
  // Other programs may tell of tasks in any order: what goes up to the first that is missing is a stream.
  const rows = sorted.filter(({ task }, i) => task === i);
  // The counts of a row are told shortly before the row itself.
  const isOfLast = run.state.answers?.task === rows.at(-1)?.task;
  const state = isOfLast ? run.state : { ...run.state, answers: undefined };
  const facts = factsFrom({ ...run, state }, rows);
  return Object.fromEntries(names.map((name) => [name, ofRun(name, facts)])) as Record<Name, number>;
}

/** The measures of a run on a stream of which the first tasks do not count. */
const measuresFrom = (run: Run, first: number): RunMeasures =>
  first === 0 ? measuresOf(run) : measured(run, laterTasks(factsOf(run), first));

/** Without the first tasks. What a log says of all tasks together is not known of the others alone. */
const laterTasks = ({ matrix, aware, areas, baseline, state }: RunFacts, first: number): RunFacts => ({
  matrix: matrix.slice(first).map((row) => row.slice(first)),
  aware: aware.slice(first).map((row) => row.slice(first)),
  areas: areas.slice(first).map((row) => row.slice(first)),
  baseline: baseline.slice(first),
  state: {
    ...state,
    rows: state.rows.filter(({ task }) => task >= first),
    ...{ curveFacts: undefined, answers: undefined, flips: [], watched: [] },
  },
});

/** What a run with a whole result is worth where it selects; NaN where that is not known. */
function worthOf(run: Run, { by, on }: Selection, taskAwareOnly: boolean): number {
  if (!hasWholeResult(run)) return NaN;
  const facts = factsWhereSelecting(run, on);
  return ofRun(by, { ...facts, matrix: taskAwareOnly ? facts.aware : facts.matrix });
}

function factsWhereSelecting(run: Run, on: Selection['on']): RunFacts {
  const facts = factsOf(run);
  if (on === 'validation') {
    const matrixOf = (kind: AccuracyKind) => toValidationMatrix(wholeRows(run), kind, tasksOf(run));
    return { ...facts, matrix: matrixOf('accuracy'), aware: matrixOf('taskAware') };
  }
  if (typeof on === 'string' || 'seeds' in on) return facts;
  const firstOf = (matrix: AccuracyMatrix) => matrix.slice(0, on.tasks).map((row) => row.slice(0, on.tasks));
  return { ...facts, matrix: firstOf(facts.matrix), aware: firstOf(facts.aware) };
}

const runRecord = lazyRecords(runMeasureNames);
const rowRecord = lazyRecords(measureNames);

/** Of the measures that there are, a table or a tree of thousands of runs shows some: each is computed when it is read. */
function measured(run: Run, known?: RunFacts): RunMeasures {
  const isWhole = hasWholeResult(run);
  let facts = known;
  const values = runRecord((name) => (isWhole || name === 'seconds' ? ofRun(name, (facts ??= factsOf(run))) : NaN));
  return Object.assign(values, { seed: run.manifest.seed });
}

const factsOf = (run: Run): RunFacts => factsFrom(run, wholeRows(run));

function factsFrom(run: Run, rows: readonly MatrixRow[]): RunFacts {
  const { state } = run;
  const tasks = tasksOf(run);
  return {
    matrix: toMatrix(rows, 'accuracy', tasks),
    aware: toMatrix(rows, 'taskAware', tasks),
    areas: rows.some(({ rocAuc }) => rocAuc) ? toMatrix(rows.map(areasOf), 'accuracy', tasks) : [],
    baseline: state.baseline ? toRow(state.baseline, 'accuracy', tasks) : [],
    state,
  };
}

/** What the measures of a run with a whole result were computed from, where that is not every task on its full test set. */
function basisOfRun(run: Run, first: number): RunBasis | undefined {
  const rows = wholeRows(run).slice(first);
  const last = rows.at(-1);
  if (!rows.some(({ tasks, samples }) => tasks !== undefined || samples !== undefined)) return undefined;
  const { baseline } = run.state;
  const kind = last?.accuracy.some((value) => value !== null) ? 'accuracy' : 'taskAware';
  const width = tasksOf(run);
  const matrix = toMatrix(rows, kind, width).map((row) => row.slice(first));
  const terms = basisOf(matrix, baseline && toRow(baseline, kind, width).slice(first));
  return { images: last?.samples, terms };
}

/**
 * Stands for what the rows of a run measure of the tasks learned by then: with another one its numbers are not compared
 * without a word. Of later tasks only the forward transfer is made, which many programs do not measure.
 */
const measurementOf = (run: Run): string =>
  wholeRows(run)
    .map(({ task, tasks, samples }) => {
      const learned = tasks?.filter((one) => one <= task);
      const isAll = learned === undefined || learned.length > task;
      return `${isAll ? 'all' : learned.join()} of ${samples ?? 'all'}`;
    })
    .join('; ');

/** The accuracy matrix, a row for each task in order; none of a run that has only a part of it. */
const wholeRows = (run: Run): readonly MatrixRow[] =>
  hasWholeResult(run) ? [...run.state.rows].sort((a, b) => a.task - b.task) : [];

/** The variants of a comparison, in order, with the finished and unfinished runs of each. */
export interface VariantRuns<R extends Run = Run> {
  readonly key: string;
  readonly label: string;
  readonly methods: readonly string[];
  readonly differs: readonly string[];
  readonly unsaid?: readonly string[];
  /** Key of the variant whose method a program implements too. */
  readonly implements?: string;
  /** Why only the task-aware accuracy is defined, where that is so. */
  readonly taskAwareOnly?: string;
  /** Where sweeps made it, with others, of one entry. */
  readonly family?: Family;
  /** Where its runs were forked from those of another. */
  readonly fork?: ForkPlace;
  /** Seeds asked for. */
  readonly seeds: number;
  readonly runs: readonly R[];
  /** Other backends on which there are whole results of it. */
  readonly elsewhere?: readonly string[];
}

/**
 * Groups runs under the variants of an experiment, of each seed the one that counts; `hashOf` gives the spec hash a fresh
 * run of a variant would have.
 *
 * @param preference which runs count before others; without one those on the backend that has most of the experiment
 */
export function groupRuns<R extends Run>(
  experiment: ComparedExperiment,
  runs: readonly R[],
  hashOf: (key: string) => string,
  preference: Preference = noPreference,
): VariantRuns<R>[] {
  const { seeds, variants } = experiment;
  const repetitions = repetitionsOf(runs, { hashes: variants.map(({ key }) => hashOf(key)), seeds, ...preference });
  return variants.map((variant) => {
    const hash = hashOf(variant.key);
    const elsewhere = repetitions.elsewhere(hash);
    const counted = repetitions.counted(hash);
    return {
      key: variant.key,
      label: variant.label,
      methods: variant.methods.map((method) => method.method),
      differs: variant.differs,
      // Of a fork as many are asked for as were forked.
      seeds: variant.fork ? counted.length : seeds.length,
      runs: counted,
      ...(elsewhere.length > 0 && { elsewhere }),
      ...(variant.taskAwareOnly === undefined ? {} : { taskAwareOnly: variant.taskAwareOnly }),
      ...(variant.family && { family: variant.family }),
      ...(variant.fork && { fork: variant.fork }),
      ...(variant.unsaid && { unsaid: variant.unsaid }),
      ...(variant.implements !== undefined && { implements: variant.implements }),
    };
  });
}

/** How one of each family is chosen, where the file does not say it: by what it is measured by. */
type Selection = Select | { readonly by: SelectMeasure; readonly on: 'test' };
const ON_THE_TEST: Selection = { by: 'accuracy', on: 'test' };

/**
 * The comparison table. Bounds are the variants with the keys `none` and `joint`, by default those with the experiment's own
 * settings; of a family of them the chosen one.
 *
 * @param select how one of each family is chosen; what it is chosen on does not count
 * @param backend that was asked for when the runs were grouped
 */
export function compare(groups: readonly VariantRuns[], select?: Select, backend: BackendChoice = 'auto'): Comparison {
  const rows = rowMaker()(groups, select);
  return {
    rows,
    basis: [...basisSentences(rows), ...(backend === 'auto' ? elsewhereSentences(groups, rows) : [])],
    selection: selectionSentences(rows, select),
    warnings: [...backendWarnings(rows, backend), ...warningsFor(groups)],
  };
}

/**
 * Makes the rows of a comparison, again and again while results come: of a group that is the same object as before nothing
 * is computed anew. Its runs must be the same, too.
 */
export function rowMaker(): (groups: readonly VariantRuns[], select?: Select) => readonly ComparisonRow[] {
  const drafts = new WeakMap<VariantRuns, { readonly select: Select | undefined; readonly draft: Draft }>();
  const finished = new WeakMap<Draft, { readonly bounds: Bounds; readonly row: ComparisonRow }>();
  const draftOf = (group: VariantRuns, select: Select | undefined): Draft => {
    const before = drafts.get(group);
    const { draft } = before && before.select === select ? before : { draft: draftRow(group, select) };
    drafts.set(group, { select, draft });
    return draft;
  };
  const rowOf = (draft: Draft, bounds: Bounds, first: number): ComparisonRow => {
    const before = finished.get(draft);
    const isSame = (['lower', 'upper', 'cumulative'] as const).every((name) => before?.bounds[name] === bounds[name]);
    const row = before && isSame ? before.row : withBounds(draft, bounds, first);
    finished.set(draft, { bounds, row });
    return row;
  };
  return (groups, select) => {
    const selection = select ?? ON_THE_TEST;
    const picks = picksOf(
      groups.map((group) => candidateOf(group, select)),
      selection,
      (run, taskAwareOnly) => worthOf(run, selection, taskAwareOnly),
    );
    const rows = groups.map((group) => draftOf(group, select));
    const bound = (id: string) => {
      const family = rows.filter((row) => row.family?.key === id);
      return rows.find((row) => row.key === id) ?? family.find(({ key }) => picks.has(key)) ?? family[0];
    };
    const bounds = { lower: bound('none'), upper: bound('joint'), cumulative: bound('cumulative') };
    const beside = rows.map((draft) => {
      const pick = picks.get(draft.key);
      const row = rowOf(draft, bounds, selectingTasks(select));
      return pick ? { ...row, pick } : row;
    });
    return rank(withCrossChecks(beside, groups), select !== undefined);
  };
}

/** Beside the rows of programs that implement another row's method too: how far they are from it. */
function withCrossChecks(rows: readonly ComparisonRow[], groups: readonly VariantRuns[]): ComparisonRow[] {
  const implemented = new Map(groups.map((group) => [group.key, group.implements]));
  return rows.map((row) => {
    const other = rows.find(({ key }) => key === implemented.get(row.key));
    return other && other !== row ? { ...row, crossCheck: crossCheckOf(row, other) } : row;
  });
}

const candidateOf = (
  { key, family, seeds, runs, taskAwareOnly }: VariantRuns,
  select: Select | undefined,
): Candidate => {
  const only = selectingSeeds(select);
  return {
    ...{ key, family, taskAwareOnly: taskAwareOnly !== undefined },
    runs: only.length > 0 ? runs.filter(({ manifest }) => only.includes(manifest.seed)) : runs,
    wanted: only.length > 0 ? only.length : seeds,
  };
};

type Draft = Omit<ComparisonRow, 'measures' | 'missing'> & {
  /** Of each seed, computed when a bound is asked for. */
  readonly matrices: () => readonly AccuracyMatrix[];
};

const boundKinds = new Map<string, 'lower' | 'upper'>([
  ['none', 'lower'],
  ['joint', 'upper'],
  ['cumulative', 'upper'],
  ['separate', 'upper'],
]);

function draftRow(group: VariantRuns, select: Select | undefined): Draft {
  const only = selectingSeeds(select);
  const first = selectingTasks(select);
  const done = group.runs.filter((run) => hasWholeResult(run) && !only.includes(run.manifest.seed));
  const perSeed = done.map((run) => measuresFrom(run, first));
  let matrices: readonly AccuracyMatrix[] | undefined;
  const basis = done[0] && basisOfRun(done[0], first);
  // The bare bounds come first in an experiment and so keep these keys; without them the file's own none and joint do.
  const bound = boundKinds.get(group.family?.key ?? group.key);
  return {
    key: group.key,
    label: group.label,
    seedsDone: done.length,
    seeds: Math.max(0, group.seeds - only.length),
    differs: group.differs,
    backends: [...new Set(done.map((run) => run.state.backend ?? 'unknown'))],
    perSeed,
    matrices: () => (matrices ??= done.map((run) => laterTasks(factsOf(run), first).matrix)),
    ...(group.family && { family: group.family }),
    ...(group.fork && { fork: group.fork }),
    ...(group.unsaid && { unsaid: group.unsaid }),
    ...(basis && { basis }),
    ...(group.taskAwareOnly === undefined ? {} : { taskAwareOnly: group.taskAwareOnly }),
    ...(bound ? { bound } : {}),
  };
}

/** The rows that others are compared with. */
type Bounds = Readonly<Record<'lower' | 'upper' | 'cumulative', Draft | undefined>>;

const matrixOf = (row: Draft | undefined, seed: number): AccuracyMatrix | undefined =>
  row?.matrices()[row.perSeed.findIndex((m) => m.seed === seed)];

/** Adds the measures that need the bounds, seed by seed where a bound has that seed, so that they pair. */
function withBounds(row: Draft, { lower, upper, cumulative }: Bounds, first: number): ComparisonRow {
  const measure = row.taskAwareOnly === undefined ? 'accuracy' : 'taskAwareAccuracy';
  const at = (bound: Draft | undefined, seed: number) => bound?.perSeed.find((m) => m.seed === seed)?.[measure] ?? NaN;
  const factsOfSeed = (m: RunMeasures, i: number): BoundFacts => {
    const matrix = row.matrices()[i] ?? [];
    const end = matrixOf(upper, m.seed)?.at(-1);
    return {
      matrix,
      reference: matrixOf(cumulative, m.seed) ?? (end ? matrix.map(() => end) : []),
      own: m[measure],
      lower: at(lower, m.seed),
      upper: at(upper, m.seed),
    };
  };
  let facts: readonly BoundFacts[] | undefined;
  const valuesOf = (name: MeasureName): number[] => {
    if (isOfRun(name)) return row.perSeed.map((m) => m[name]);
    return (facts ??= row.perSeed.map(factsOfSeed)).map((one) => ofBounds(name, one));
  };
  const measures = rowRecord((name) => summarise(valuesOf(name)));
  const { matrices: _matrices, ...rest } = row;
  return { ...rest, measures, missing: row.seedsDone === 0 ? {} : missingOf(measures, row.taskAwareOnly, first) };
}

/** Why measures are empty: what they need that no run gives. */
const missingOf = (
  measures: ComparisonRow['measures'],
  taskAwareOnly: string | undefined,
  first: number,
): ComparisonRow['missing'] =>
  rowRecord((name) => {
    if (measures[name].n > 0) return undefined;
    const { isOwn, needs } = measureInfo[name];
    if (isOwn && taskAwareOnly !== undefined) return t(taskAwareOnly);
    if (first > 0) return t('It is not known of some tasks alone, and the first {0} only select.', first);
    return needs && t('It needs {0}.', t(needs));
  });

/** @param isSelected whether of a family only the selected one competes */
function rank(rows: readonly ComparisonRow[], isSelected: boolean): ComparisonRow[] {
  const remedies = rows.filter((row) => row.bound === undefined && !row.fork && row.taskAwareOnly === undefined);
  const competing = remedies.filter(
    (row) => !Number.isNaN(row.measures.accuracy.mean) && (!isSelected || !row.family || row.pick),
  );
  const [first, ...others] = competing.map((row) => new Set(seedsOf(row)));
  const shared = new Set([...(first ?? [])].filter((seed) => others.every((seeds) => seeds.has(seed))));
  if (competing.length < 2 || shared.size === 0) return [...rows];
  const isOver = remedies.every((row) => row.seedsDone >= row.seeds && (!isSelected || hasPick(row, remedies)));
  const worth = new Map(competing.map((row) => [row, meanOn(shared, row)]));
  const [best] = [...competing].sort((a, b) => (worth.get(b) ?? NaN) - (worth.get(a) ?? NaN));
  if (!best) return [...rows];
  return rows.map((row) => {
    if (row === best) return { ...row, rank: isOver ? ('best' as const) : ('best so far' as const) };
    if (!competing.includes(row)) return row;
    const p = pairedP(best, row);
    if (Number.isNaN(p)) return row;
    // Only as good as the test can tell: with n pairs the smallest p is 2/2^n.
    return {
      ...row,
      pAgainstBest: p,
      ...(p > 0.05 && overlaps(best, row) ? { rank: 'not distinguishable' as const } : {}),
    };
  });
}

const seedsOf = ({ perSeed }: ComparisonRow): number[] =>
  perSeed.filter(({ accuracy }) => !Number.isNaN(accuracy)).map(({ seed }) => seed);

const meanOn = (seeds: ReadonlySet<number>, { perSeed }: ComparisonRow): number =>
  mean(perSeed.filter(({ seed }) => seeds.has(seed)).map(({ accuracy }) => accuracy));

/** Whether one of its family is selected, where it is of one. */
const hasPick = ({ family }: ComparisonRow, rows: readonly ComparisonRow[]): boolean =>
  !family || rows.some((row) => row.family?.key === family.key && row.pick);

/** With few seeds the exact test cannot fall below 0.05: then only overlapping intervals count as not distinguishable. */
function overlaps(a: ComparisonRow, b: ComparisonRow): boolean {
  const n = Math.min(a.perSeed.length, b.perSeed.length);
  if (2 / 2 ** n <= 0.05) return true;
  const [x, y] = [a.measures.accuracy, b.measures.accuracy];
  return Math.abs(x.mean - y.mean) <= halfWidth(x) + halfWidth(y);
}

/** Of the 95 % interval, also of two values, for which none is shown. */
const halfWidth = ({ n, sem }: Summary): number => (n < 2 ? 0 : tQuantile(0.975, n - 1) * sem);

function pairedP(a: ComparisonRow, b: ComparisonRow): number {
  const pairs = a.perSeed.flatMap((m) => {
    const other = b.perSeed.find((o) => o.seed === m.seed);
    return other ? [[m.accuracy, other.accuracy] as const] : [];
  });
  return pairs.length < 2
    ? NaN
    : pairedPermutationTest(
        pairs.map(([x]) => x),
        pairs.map(([, y]) => y),
      );
}

function termsText(name: keyof RunBasis['terms'], { terms, of }: Basis): string {
  switch (name) {
    case 'accuracy':
      return t('Accuracy over {0} of {1} tasks', terms, of);
    case 'forgetting':
      return t('forgetting over {0} of {1}', terms, of);
    case 'backwardTransfer':
      return t('BWT over {0} of {1}', terms, of);
    case 'forwardTransfer':
      return t('FWT over {0} of {1}', terms, of);
    case 'learningAccuracy':
      return t('learning accuracy over {0} of {1}', terms, of);
  }
}

/** "Accuracy over 17 of 500 tasks, forgetting over 16 of 499 …; 200 test images of each." One for all rows that share it. */
export function basisText({ images, terms }: RunBasis): string {
  const all = Object.entries(terms) as [keyof RunBasis['terms'], Basis][];
  const said = enumerated(all.filter(([, { terms }]) => terms > 0).map(([name, basis]) => termsText(name, basis)));
  return images === undefined
    ? t('{0}; all test images of each.', said)
    : t('{0}; {1} test images of each.', said, images);
}

function basisSentences(rows: readonly ComparisonRow[]): string[] {
  const texts = new Map<string, string[]>();
  for (const { label, basis, seedsDone } of rows) {
    if (seedsDone === 0) continue;
    const text = basis ? basisText(basis) : '';
    texts.set(text, [...(texts.get(text) ?? []), label]);
  }
  if (texts.size === 1) return [...texts.keys()].filter((text) => text !== '');
  return [...texts].map(([text, labels]) =>
    t('{0}: {1}', enumerated(labels), text || t('all tasks, all test images.')),
  );
}

function warningsFor(groups: readonly VariantRuns[]): string[] {
  const found: string[] = [];
  const datasets = [
    ...new Set(
      groups.flatMap((group) =>
        group.runs.flatMap(({ state }) => (state.started?.data ? [canonicalJson(state.started.data)] : [])),
      ),
    ),
  ];
  if (datasets.length > 1) found.push(t('Runs of this comparison were trained on different versions of the data set.'));
  const measurements = new Set(
    groups.flatMap(({ runs }) => runs.filter(hasWholeResult).map((run) => knownOf(run).measurement)),
  );
  if (measurements.size > 1)
    found.push(
      t(
        'Runs of this comparison were measured on different tasks, or on different numbers of test images: their accuracies and what is made of them are not comparable.',
      ),
    );
  return [...found, ...doubtSentences(groups.flatMap(({ runs }) => runs.filter(({ status }) => status === 'done')))];
}
