/**
 * The one table of measures: what each is called, how it reads, what it needs and how it comes from a run. Tables, reports,
 * exports and the dashboard take their columns from it. What is said of how numbers are printed is in format.ts.
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
  onlineAccuracy,
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
  /** One sentence for hovers and legends. */
  readonly description: string;
  readonly unit: '%' | 'bytes' | 'seconds' | 'steps' | 'count' | 'cosine';
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
    rows.map((row) => row.memoryBytes),
    rows.length === 0 ? NaN : 0,
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
    description: 'Mean test accuracy over all tasks after the last one.',
    unit: '%',
    better: 'higher',
    place: 'table',
    isOwn: true,
    of: ({ matrix }) => averageAccuracy(matrix),
  },
  forgetting: {
    title: 'Forgetting',
    description: 'How much accuracy on earlier tasks fell from its best, on average (Chaudhry et al. 2018).',
    unit: '%',
    better: 'lower',
    needs: EARLIER,
    place: 'table',
    isOwn: true,
    of: ({ matrix }) => forgetting(matrix),
  },
  backwardTransfer: {
    title: 'BWT',
    description:
      'Backward transfer: what later tasks did to the accuracy on earlier ones; negative is forgetting (Lopez-Paz & Ranzato 2017).',
    unit: '%',
    better: 'higher',
    needs: EARLIER,
    place: 'table',
    isOwn: true,
    of: ({ matrix }) => backwardTransfer(matrix),
  },
  forwardTransfer: {
    title: 'FWT',
    description: 'Forward transfer: accuracy on a task before it was trained, above that of the untrained network.',
    unit: '%',
    better: 'higher',
    needs: 'rows that measure the next task, and the untrained network',
    place: 'report',
    isOwn: true,
    of: ({ matrix, baseline }) => forwardTransfer(matrix, baseline),
  },
  learningAccuracy: {
    title: 'Learning acc.',
    description: 'Accuracy on each task right after learning it (plasticity).',
    unit: '%',
    better: 'higher',
    place: 'table',
    isOwn: true,
    of: ({ matrix }) => learningAccuracy(matrix),
  },
  incrementalAccuracy: {
    title: 'Incremental acc.',
    description: 'Mean over the stream of the accuracy on the tasks seen so far.',
    unit: '%',
    better: 'higher',
    place: 'report',
    isOwn: true,
    of: ({ matrix }) => averageIncrementalAccuracy(matrix),
  },
  intransigence: {
    title: 'Intransigence',
    description: 'How much worse each task was learned than joint (or cumulative) training learns it.',
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
    description: 'Share of the way from none (0 %) to joint (100 %).',
    unit: '%',
    better: 'higher',
    needs: 'finished runs of none and joint with the same seed, and a gap between them',
    place: 'table',
    ofBounds: ({ own, lower, upper }) => gapClosed(own, lower, upper),
  },
  taskAwareAccuracy: {
    title: 'Task-aware acc.',
    description: 'Accuracy when the task is known at test time: outputs limited to its classes.',
    unit: '%',
    better: 'higher',
    place: 'table',
    of: ({ aware }) => averageAccuracy(aware),
  },
  taskAwareForgetting: {
    title: 'Task-aware forg.',
    description: 'Forgetting of the task-aware accuracy.',
    unit: '%',
    better: 'lower',
    needs: EARLIER,
    place: 'list',
    of: ({ aware }) => forgetting(aware),
  },
  onlineAccuracy: {
    title: 'Online acc.',
    description: 'Accuracy on the training examples, each before the update that it was for (plasticity).',
    unit: '%',
    better: 'higher',
    needs: '"online" of "evaluation"',
    place: 'table',
    onlyWhereKnown: true,
    of: ({ state }) => onlineAccuracy(inOrder(state).map(({ online = NaN }) => online)),
  },
  rocAuc: {
    title: 'ROC AUC',
    description:
      'Mean area under the ROC curve of the outputs of a task, one output against the rest, over all tasks after the last one.',
    unit: '%',
    better: 'higher',
    needs: '"rocAuc" of "evaluation"',
    place: 'table',
    onlyWhereKnown: true,
    of: ({ areas }) => averageAccuracy(areas),
  },
  memoryBytes: {
    title: 'Memory',
    description: 'What the method stores for old tasks, at most.',
    unit: 'bytes',
    better: 'lower',
    place: 'table',
    of: memoryBytes,
  },
  seconds: {
    title: 'Time',
    description: 'Wall-clock time of a run; runs that share a machine slow each other down.',
    unit: 'seconds',
    better: 'lower',
    place: 'table',
    needs: 'a log that says so',
    of: ({ state }) => state.seconds || NaN,
  },
  worstForgetting: {
    title: 'Worst forgetting',
    description: 'The largest forgetting of any single task (Chaudhry et al. 2019).',
    unit: '%',
    better: 'lower',
    needs: EARLIER,
    place: 'list',
    isOwn: true,
    of: ({ matrix }) => worstCaseForgetting(matrix),
  },
  relativeForgetting: {
    title: 'Relative forgetting',
    description:
      'Share of the best accuracy on earlier tasks that is lost, on average; 100 % less it is the retention.',
    unit: '%',
    better: 'lower',
    needs: EARLIER,
    place: 'list',
    isOwn: true,
    of: ({ matrix }) => relativeForgetting(matrix),
  },
  forgettingWithLast: {
    title: 'Forgetting, last row too',
    description: 'Forgetting as Mammoth and Stable SGD compute it: the best accuracy may be the last one.',
    unit: '%',
    better: 'lower',
    needs: EARLIER,
    place: 'list',
    isOwn: true,
    of: ({ matrix }) => forgettingIncludingLast(matrix),
  },
  backwardTransferAll: {
    title: 'BWT, whole course',
    description: 'Backward transfer over all pairs of a task and a later row (Díaz-Rodríguez et al. 2018).',
    unit: '%',
    better: 'higher',
    needs: EARLIER,
    place: 'list',
    isOwn: true,
    of: ({ matrix }) => backwardTransferAll(matrix),
  },
  positiveBackwardTransfer: {
    title: 'BWT⁺',
    description: 'The positive part of BWT over the whole course (Díaz-Rodríguez et al. 2018).',
    unit: '%',
    better: 'higher',
    needs: EARLIER,
    place: 'list',
    isOwn: true,
    of: ({ matrix }) => positiveBackwardTransfer(matrix),
  },
  remembering: {
    title: 'REM',
    description: 'Remembering: 100 % less the negative part of BWT over the whole course (Díaz-Rodríguez et al. 2018).',
    unit: '%',
    better: 'higher',
    needs: EARLIER,
    place: 'list',
    isOwn: true,
    of: ({ matrix }) => remembering(matrix),
  },
  omegaAll: {
    title: 'Ω all',
    description:
      'Accuracy on all that was seen beside that of joint (or cumulative) training, mean over rows (Kemker et al. 2018).',
    unit: '%',
    better: 'higher',
    needs: JOINT,
    place: 'list',
    isOwn: true,
    ofBounds: ({ matrix, reference }) => omegaAll(matrix, reference),
  },
  omegaBase: {
    title: 'Ω base',
    description:
      'Accuracy on the first task beside that of joint (or cumulative) training, mean over rows (Kemker et al. 2018).',
    unit: '%',
    better: 'higher',
    needs: `${JOINT}, and ${EARLIER}`,
    place: 'list',
    isOwn: true,
    ofBounds: ({ matrix, reference }) => omegaBase(matrix, reference),
  },
  anytimeAccuracy: {
    title: 'Anytime acc.',
    description: 'Mean over training of the accuracy on the tasks seen so far (AAA, Caccia et al. 2022).',
    unit: '%',
    better: 'higher',
    needs: POINTS,
    place: 'list',
    isOwn: true,
    of: ({ state }) => averageAnytimeAccuracy(state.curveFacts),
  },
  learningCurveArea: {
    title: 'LCA',
    description: 'Mean accuracy on a task over its first ten steps: how fast it is learned (Chaudhry et al. 2019).',
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
    description:
      'The lowest accuracy on a task at any point after it was learned, mean over tasks (De Lange et al. 2023).',
    unit: '%',
    better: 'higher',
    needs: `${POINTS}, and ${EARLIER}`,
    place: 'list',
    isOwn: true,
    of: ({ state }) => minimumAccuracy(state.curveFacts),
  },
  worstCaseAccuracy: {
    title: 'WC-ACC',
    description: 'Accuracy on the newest task together with the lowest ones on the others (De Lange et al. 2023).',
    unit: '%',
    better: 'higher',
    needs: `${POINTS}, and ${EARLIER}`,
    place: 'list',
    isOwn: true,
    of: ({ state, matrix }) => worstCaseAccuracy(state.curveFacts, matrix),
  },
  windowedForgetting: {
    title: 'WF',
    description:
      'Windowed forgetting: the largest drop within ten evaluations, mean over tasks (De Lange et al. 2023).',
    unit: '%',
    better: 'lower',
    needs: POINTS,
    place: 'list',
    isOwn: true,
    of: ({ state }) => windowedForgetting(state.curveFacts),
  },
  windowedPlasticity: {
    title: 'WP',
    description:
      'Windowed plasticity: the largest rise within ten evaluations, mean over tasks (De Lange et al. 2023).',
    unit: '%',
    better: 'higher',
    needs: POINTS,
    place: 'list',
    isOwn: true,
    of: ({ state }) => windowedPlasticity(state.curveFacts),
  },
  stabilityGap: {
    title: 'Stability gap',
    description:
      'How far the accuracy on old tasks falls in the first 100 steps of a new one, mean over switches (De Lange et al. 2023).',
    unit: '%',
    better: 'lower',
    needs: SWITCHES,
    place: 'list',
    isOwn: true,
    of: ({ state }) => stabilityGap(state.curveFacts),
  },
  recoverySteps: {
    title: 'Recovery',
    description: 'Steps of a new task until old ones have 95 % of their accuracy again, mean over switches.',
    unit: 'steps',
    better: 'lower',
    needs: `${SWITCHES}, and that old tasks come back after each`,
    place: 'list',
    isOwn: true,
    of: ({ state }) => recoverySteps(state.curveFacts),
  },
  taskInference: {
    title: 'Task inference',
    description:
      'How often an example is taken for a class of its own task. Times the class within it, it is the accuracy exactly.',
    unit: '%',
    better: 'higher',
    needs: CONFUSION,
    place: 'list',
    isOwn: true,
    of: ({ state }) => taskInference(state.answers),
  },
  classWithinTask: {
    title: 'Class within task',
    description: 'How often the class is right where the task was taken rightly.',
    unit: '%',
    better: 'higher',
    needs: CONFUSION,
    place: 'list',
    isOwn: true,
    of: ({ state }) => classWithinTask(state.answers),
  },
  recencyBias: {
    title: 'Recency bias',
    description: 'Share of examples of old tasks that are taken for a class of the newest one.',
    unit: '%',
    better: 'lower',
    needs: `${CONFUSION}, and ${EARLIER}`,
    place: 'list',
    isOwn: true,
    of: ({ state }) => recencyBias(state.answers),
  },
  negativeFlips: {
    title: 'Negative flips',
    description: 'Share of examples of old tasks that were right in the row before and are wrong now, mean over rows.',
    unit: '%',
    better: 'lower',
    needs: `${ROWS}, and ${EARLIER}`,
    place: 'list',
    of: ({ state }) => negativeFlips(state.flips),
  },
  positiveFlips: {
    title: 'Positive flips',
    description: 'Share of examples of old tasks that were wrong in the row before and are right now, mean over rows.',
    unit: '%',
    better: 'higher',
    needs: `${ROWS}, and ${EARLIER}`,
    place: 'list',
    of: ({ state }) => positiveFlips(state.flips),
  },
  interference: {
    title: 'Interference',
    description:
      'Cosine of training steps with the gradient of the loss on the tasks before; above 0 a step makes them worse.',
    unit: 'cosine',
    better: 'lower',
    needs: `steps that were looked at ("interference" of "evaluation"), and ${EARLIER}`,
    place: 'list',
    of: ({ state }) => meanInterference(state.watched),
  },
  parameters: {
    title: 'Parameters',
    description: 'Parameters of the network at the end.',
    unit: 'count',
    better: 'lower',
    needs: 'a log that says so',
    place: 'list',
    of: ({ state }) => state.parameters ?? NaN,
  },
  peakMemoryBytes: {
    title: 'Peak memory',
    description: 'Largest resident memory of the training process.',
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

const inOrder = ({ rows }: RunState) => [...rows].sort((a, b) => a.task - b.task);
