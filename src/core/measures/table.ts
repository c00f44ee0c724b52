/**
 * The one table of measures: what each is called, how it reads, what it needs and how it comes from a run. Tables, reports,
 * exports and the dashboard take their columns from it. How their numbers are printed is in measureFormat.ts.
 */
import { largest } from '../extremes';
import type { RunState } from '../runModel';
import type { AccuracyMatrix } from './matrix';
import {
  classWithinTask,
  meanInterference,
  negativeFlips,
  positiveFlips,
  recencyBias,
  taskInference,
} from './ofAnswers';
import { gapClosed, intransigence, omegaAll, omegaBase } from './ofBounds';
import {
  averageAnytimeAccuracy,
  learningCurveArea,
  minimumAccuracy,
  recoverySteps,
  stabilityGap,
  windowedForgetting,
  windowedPlasticity,
  worstCaseAccuracy,
} from './ofCurve';
import {
  averageAccuracy,
  averageIncrementalAccuracy,
  backwardTransfer,
  backwardTransferAll,
  forgetting,
  forgettingIncludingLast,
  forwardTransfer,
  learningAccuracy,
  omegaNew,
  onlineAccuracy,
  plasticityLost,
  positiveBackwardTransfer,
  relativeForgetting,
  remembering,
  worstCaseForgetting,
} from './ofMatrix';

/** What a measure reads of a finished run. */
export interface RunFacts {
  /** The accuracy matrix of the scenario, and the one given the task. */
  readonly matrix: AccuracyMatrix;
  readonly aware: AccuracyMatrix;
  /** Areas under ROC curves in the place of accuracies; empty where no row has them. */
  readonly areas: AccuracyMatrix;
  /** Accuracies of the untrained network. */
  readonly baseline: AccuracyMatrix[number];
  readonly state: RunState;
}

/** What a measure reads that compares a run with the bounds of the same seed. */
export interface BoundFacts {
  readonly matrix: AccuracyMatrix;
  /**
   * After each task what a network gets that was trained on all data seen by then: of the cumulative run, or else the last
   * row of the joint one for each; empty without either.
   */
  readonly reference: AccuracyMatrix;
  /** The accuracy, or where only that is defined the task-aware one: its own, that of none and that of joint. */
  readonly own: number;
  readonly lower: number;
  readonly upper: number;
}

export interface Measure {
  /** Column head. */
  readonly title: string;
  readonly unit: '%' | 'bytes' | 'seconds' | 'steps' | 'count' | 'FLOP' | 'cosine';
  readonly better: 'higher' | 'lower';
  /** What it cannot do without, beside finished tasks: the reason where it is undefined. */
  readonly needs?: string;
  /** Where it stands: in every comparison, in that of a report too, or where all are listed. */
  readonly place: 'table' | 'report' | 'list';
  /** A column, or a line, only where some run has it. */
  readonly onlyWhereKnown?: true;
  /** It comes from the scenario's own accuracy: a method that must be told the task has none. */
  readonly isOwn?: true;
}

interface RunMeasure extends Measure {
  readonly of: (run: RunFacts) => number;
}

interface BoundMeasure extends Measure {
  readonly ofBounds: (run: BoundFacts) => number;
}

const memoryBytes = ({ state: { rows } }: RunFacts) =>
  largest(
    rows.flatMap((row) => row.memoryBytes ?? []),
    rows.some((row) => row.memoryBytes !== undefined) ? 0 : NaN,
  );

const POINTS = 'points of the accuracy curve ("points" of "evaluation" above 0)';
const SWITCHES = `${POINTS} before and after every switch of tasks`;
const EARLIER = 'at least two tasks';
const CONFUSION =
  'joint counts of the answers ("answers" of "evaluation"), and outputs of its own for each task that all compete: the class-incremental scenario';
const ROWS = 'rows that say which answers turned ("answers" of "evaluation")';
const JOINT = 'a finished run of joint, or of cumulative, with the same seed';

/** Every measure, in the order of its columns. */
const table = {
  accuracy: {
    title: 'Accuracy',
    unit: '%',
    better: 'higher',
    place: 'table',
    isOwn: true,
    of: ({ matrix }) => averageAccuracy(matrix),
  },
  forgetting: {
    title: 'Forgetting',
    unit: '%',
    better: 'lower',
    needs: EARLIER,
    place: 'table',
    isOwn: true,
    of: ({ matrix }) => forgetting(matrix),
  },
  backwardTransfer: {
    title: 'BWT',
    unit: '%',
    better: 'higher',
    needs: EARLIER,
    place: 'table',
    isOwn: true,
    of: ({ matrix }) => backwardTransfer(matrix),
  },
  forwardTransfer: {
    title: 'FWT',
    unit: '%',
    better: 'higher',
    needs: 'rows that measure the next task, and the untrained network',
    place: 'report',
    isOwn: true,
    of: ({ matrix, baseline }) => forwardTransfer(matrix, baseline),
  },
  learningAccuracy: {
    title: 'Learning acc.',
    unit: '%',
    better: 'higher',
    place: 'table',
    isOwn: true,
    of: ({ matrix }) => learningAccuracy(matrix),
  },
  incrementalAccuracy: {
    title: 'Incremental acc.',
    unit: '%',
    better: 'higher',
    place: 'report',
    isOwn: true,
    of: ({ matrix }) => averageIncrementalAccuracy(matrix),
  },
  intransigence: {
    title: 'Intransigence',
    unit: '%',
    better: 'lower',
    needs: JOINT,
    place: 'report',
    isOwn: true,
    ofBounds: ({ matrix, reference }) =>
      intransigence(
        matrix,
        reference.map((row, j) => row[j]),
      ),
  },
  gapClosed: {
    title: 'Gap closed',
    unit: '%',
    better: 'higher',
    needs: 'finished runs of none and joint with the same seed, and a gap between them',
    place: 'table',
    ofBounds: ({ own, lower, upper }) => gapClosed(own, lower, upper),
  },
  taskAwareAccuracy: {
    title: 'Task-aware acc.',
    unit: '%',
    better: 'higher',
    place: 'table',
    of: ({ aware }) => averageAccuracy(aware),
  },
  taskAwareForgetting: {
    title: 'Task-aware forg.',
    unit: '%',
    better: 'lower',
    needs: EARLIER,
    place: 'list',
    of: ({ aware }) => forgetting(aware),
  },
  onlineAccuracy: {
    title: 'Online acc.',
    unit: '%',
    better: 'higher',
    needs: '"online" of "evaluation"',
    place: 'table',
    onlyWhereKnown: true,
    of: ({ state }) => onlineAccuracy(onlineOf(state)),
  },
  rocAuc: {
    title: 'ROC AUC',
    unit: '%',
    better: 'higher',
    needs: '"rocAuc" of "evaluation"',
    place: 'table',
    onlyWhereKnown: true,
    of: ({ areas }) => averageAccuracy(areas),
  },
  memoryBytes: {
    title: 'Memory',
    unit: 'bytes',
    better: 'lower',
    place: 'table',
    needs: 'a log that says so',
    of: memoryBytes,
  },
  seconds: {
    title: 'Time',
    unit: 'seconds',
    better: 'lower',
    place: 'table',
    needs: 'a log that says so',
    of: ({ state }) => state.seconds || NaN,
  },
  worstForgetting: {
    title: 'Worst forgetting',
    unit: '%',
    better: 'lower',
    needs: EARLIER,
    place: 'list',
    isOwn: true,
    of: ({ matrix }) => worstCaseForgetting(matrix),
  },
  relativeForgetting: {
    title: 'Relative forgetting',
    unit: '%',
    better: 'lower',
    needs: EARLIER,
    place: 'list',
    isOwn: true,
    of: ({ matrix }) => relativeForgetting(matrix),
  },
  forgettingWithLast: {
    title: 'Forgetting, last row too',
    unit: '%',
    better: 'lower',
    needs: EARLIER,
    place: 'list',
    isOwn: true,
    of: ({ matrix }) => forgettingIncludingLast(matrix),
  },
  backwardTransferAll: {
    title: 'BWT, whole course',
    unit: '%',
    better: 'higher',
    needs: EARLIER,
    place: 'list',
    isOwn: true,
    of: ({ matrix }) => backwardTransferAll(matrix),
  },
  positiveBackwardTransfer: {
    title: 'BWT⁺',
    unit: '%',
    better: 'higher',
    needs: EARLIER,
    place: 'list',
    isOwn: true,
    of: ({ matrix }) => positiveBackwardTransfer(matrix),
  },
  remembering: {
    title: 'REM',
    unit: '%',
    better: 'higher',
    needs: EARLIER,
    place: 'list',
    isOwn: true,
    of: ({ matrix }) => remembering(matrix),
  },
  omegaAll: {
    title: 'Ω all',
    unit: '%',
    better: 'higher',
    needs: JOINT,
    place: 'list',
    isOwn: true,
    ofBounds: ({ matrix, reference }) => omegaAll(matrix, reference),
  },
  omegaBase: {
    title: 'Ω base',
    unit: '%',
    better: 'higher',
    needs: `${JOINT}, and ${EARLIER}`,
    place: 'list',
    isOwn: true,
    ofBounds: ({ matrix, reference }) => omegaBase(matrix, reference),
  },
  omegaNew: {
    title: 'Ω new',
    unit: '%',
    better: 'higher',
    needs: EARLIER,
    place: 'list',
    isOwn: true,
    of: ({ matrix }) => omegaNew(matrix),
  },
  plasticityLost: {
    title: 'Plasticity lost',
    unit: '%',
    better: 'lower',
    needs: `"online" of "evaluation", and ${EARLIER}`,
    place: 'list',
    of: ({ state }) => plasticityLost(onlineOf(state)),
  },
  anytimeAccuracy: {
    title: 'Anytime acc.',
    unit: '%',
    better: 'higher',
    needs: POINTS,
    place: 'list',
    isOwn: true,
    of: ({ state }) => averageAnytimeAccuracy(state.curveFacts),
  },
  learningCurveArea: {
    title: 'LCA',
    unit: '%',
    better: 'higher',
    needs:
      'a point of the accuracy curve after each of the first ten steps of every task, and rows that measure the next task',
    place: 'list',
    isOwn: true,
    of: ({ matrix, baseline, state }) => learningCurveArea(state.curveFacts, matrix, baseline),
  },
  minimumAccuracy: {
    title: 'min-ACC',
    unit: '%',
    better: 'higher',
    needs: `${POINTS}, and ${EARLIER}`,
    place: 'list',
    isOwn: true,
    of: ({ state }) => minimumAccuracy(state.curveFacts),
  },
  worstCaseAccuracy: {
    title: 'WC-ACC',
    unit: '%',
    better: 'higher',
    needs: `${POINTS}, and ${EARLIER}`,
    place: 'list',
    isOwn: true,
    of: ({ state, matrix }) => worstCaseAccuracy(state.curveFacts, matrix),
  },
  windowedForgetting: {
    title: 'WF',
    unit: '%',
    better: 'lower',
    needs: POINTS,
    place: 'list',
    isOwn: true,
    of: ({ state }) => windowedForgetting(state.curveFacts),
  },
  windowedPlasticity: {
    title: 'WP',
    unit: '%',
    better: 'higher',
    needs: POINTS,
    place: 'list',
    isOwn: true,
    of: ({ state }) => windowedPlasticity(state.curveFacts),
  },
  stabilityGap: {
    title: 'Stability gap',
    unit: '%',
    better: 'lower',
    needs: SWITCHES,
    place: 'list',
    isOwn: true,
    of: ({ state }) => stabilityGap(state.curveFacts),
  },
  recoverySteps: {
    title: 'Recovery',
    unit: 'steps',
    better: 'lower',
    needs: `${SWITCHES}, and that old tasks come back after each`,
    place: 'list',
    isOwn: true,
    of: ({ state }) => recoverySteps(state.curveFacts),
  },
  taskInference: {
    title: 'Task inference',
    unit: '%',
    better: 'higher',
    needs: CONFUSION,
    place: 'list',
    isOwn: true,
    of: ({ state }) => taskInference(state.answers),
  },
  classWithinTask: {
    title: 'Class within task',
    unit: '%',
    better: 'higher',
    needs: CONFUSION,
    place: 'list',
    isOwn: true,
    of: ({ state }) => classWithinTask(state.answers),
  },
  recencyBias: {
    title: 'Recency bias',
    unit: '%',
    better: 'lower',
    needs: `${CONFUSION}, and ${EARLIER}`,
    place: 'list',
    isOwn: true,
    of: ({ state }) => recencyBias(state.answers),
  },
  negativeFlips: {
    title: 'Negative flips',
    unit: '%',
    better: 'lower',
    needs: `${ROWS}, and ${EARLIER}`,
    place: 'list',
    of: ({ state }) => negativeFlips(state.flips),
  },
  positiveFlips: {
    title: 'Positive flips',
    unit: '%',
    better: 'higher',
    needs: `${ROWS}, and ${EARLIER}`,
    place: 'list',
    of: ({ state }) => positiveFlips(state.flips),
  },
  interference: {
    title: 'Interference',
    unit: 'cosine',
    better: 'lower',
    needs: `steps that were looked at ("interference" of "evaluation"), and ${EARLIER}`,
    place: 'list',
    of: ({ state }) => meanInterference(state.watched),
  },
  parameters: {
    title: 'Parameters',
    unit: 'count',
    better: 'lower',
    needs: 'a log that says so',
    place: 'list',
    of: ({ state }) => state.parameters ?? NaN,
  },
  flops: {
    title: 'Training cost',
    unit: 'FLOP',
    better: 'lower',
    needs: 'a log that says so',
    place: 'list',
    of: ({ state: { rows } }) => rows.reduce((sum, { flops = NaN }) => sum + flops, rows.length > 0 ? 0 : NaN),
  },
  peakMemoryBytes: {
    title: 'Peak memory',
    unit: 'bytes',
    better: 'lower',
    needs: 'a log that says so',
    place: 'list',
    of: ({ state }) => state.peakMemoryBytes ?? NaN,
  },
} satisfies Readonly<Record<string, RunMeasure | BoundMeasure>>;

type Table = typeof table;
export type MeasureName = keyof Table;
/** Those that come from a run alone. */
export type RunMeasureName = {
  [Name in MeasureName]: Table[Name] extends RunMeasure ? Name : never;
}[MeasureName];
export type BoundMeasureName = Exclude<MeasureName, RunMeasureName>;

export const measureInfo: Readonly<Record<MeasureName, Measure>> = table;

/** In the order of the table. */
export const measureNames = Object.keys(table) as MeasureName[];
export const isOfRun = (name: MeasureName): name is RunMeasureName => 'of' in table[name];
export const runMeasureNames = measureNames.filter(isOfRun);

/** Those of every comparison, and those of a report's. */
export const tableMeasures = measureNames.filter((name) => measureInfo[name].place === 'table');
export const reportMeasures = measureNames.filter((name) => measureInfo[name].place !== 'list');

/** NaN where it is not defined. */
export const ofRun = (name: RunMeasureName, run: RunFacts): number => (table[name] as RunMeasure).of(run);
export const ofBounds = (name: BoundMeasureName, run: BoundFacts): number =>
  (table[name] as BoundMeasure).ofBounds(run);

const onlineOf = (state: RunState): number[] => inOrder(state).map(({ online = NaN }) => online);
const inOrder = ({ rows }: RunState) => [...rows].sort((a, b) => a.task - b.task);
