import { visibleText } from '../src/core/visibleText';

/**
 * Every text the dashboard shows, in English. A translation is a file of the same keys (l10n/webview.<language>.json)
 * that the host puts into the page; a key it lacks stays English. `{name}` stands for an argument.
 */
export const english = {
  title: 'Lethe dashboard',
  methodsOne: '{n} method',
  methods: '{n} methods',
  seedsOne: '{n} seed',
  seeds: '{n} seeds',
  size: '{methods} × {seeds}',
  runAll: 'Run all',
  stopAll: 'Stop all',
  run: 'Run',
  resume: 'Resume',
  stop: 'Stop',
  runVariant: 'Run {label}',
  resumeVariant: 'Resume {label}',
  stopVariant: 'Stop {label}',
  openReport: 'Open report',
  copyTable: 'Copy table',
  openFile: 'Open file',
  openLog: 'Open log',
  openLogOf: 'Open log of {run}',
  resumeRun: 'Resume {run}',
  scenarioTask: 'task-incremental',
  scenarioDomain: 'domain-incremental',
  scenarioClass: 'class-incremental',
  backend: 'Backend: {use}',
  installEngine: 'Lethe: Install Native TensorFlow Engine',
  removeEngine: 'Lethe: Remove Native TensorFlow Engine',
  backendsDiffer:
    'Runs of this comparison used different backends ({names}): times are not comparable, and numbers differ in rounding. With one of them as the setting lethe.backend, Run All runs what is missing on it.',
  backendMissing:
    'No run of this comparison is on {asked}, which the setting lethe.backend asks for; its runs are on {names}. Run All runs what is missing.',
  dataDiffers: 'Runs of this comparison were trained on different versions of the data set.',
  stateNotRun: 'not run yet',
  codeChangedOne: 'its code has changed since: {n} earlier run',
  codeChanged: 'its code has changed since: {n} earlier runs',
  settingsChangedOne: 'its settings have changed since: {n} earlier run',
  settingsChanged: 'its settings have changed since: {n} earlier runs',
  stateTask: 'task {task} of {tasks}',
  stateWork: 'task {task} of {tasks}, {work}',
  stateStarting: 'starting',
  stateQueued: 'waiting for a free core',
  stateDone: 'done',
  stateStopped: 'stopped',
  stateBrokenOne: '{n} run went wrong',
  stateBroken: '{n} runs went wrong',
  statePartial: '{done} of {planned} runs done',
  timeLeft: '{time} left',
  runsRunning: '{n} running',
  runsQueued: '{n} waiting',
  seedsOf: '{done} of {planned}',
  progressOf: 'Progress of {label}',
  progressAll: 'Progress of the whole experiment',
  streamTitle: 'Stream',
  taskName: 'Task {n}',
  taskClasses: 'Task {n} · {classes}',
  taskRange: 'Tasks {from}–{to}',
  taskDone: 'learned',
  taskNow: 'learning now',
  taskShare: '{share} trained',
  taskLater: 'to come',
  imagesOf: 'Example images of task {n}',
  sectionsTitle: 'Sections',
  sectionAnswer: 'Answer',
  sectionCurves: 'Curves',
  sectionWhy: 'Why',
  sectionInside: 'Inside',
  sectionDetails: 'Details',
  stripTitle: 'Accuracy on each task over training',
  stripHint: 'Show the curves in full',
  whyEmpty: 'Nothing has been measured yet that tells why.',
  insideEmpty: 'No run has told anything of the inside of its method yet.',
  runsTitle: 'Runs',
  colSeed: 'Seed',
  colState: 'State',
  colBackend: 'Backend',
  statusQueued: 'waiting',
  statusRunning: 'running',
  statusDone: 'done',
  statusStopped: 'stopped',
  statusFailed: 'failed',
  statusCrashed: 'crashed',
  statusLost: 'lost',
  tableTitle: 'Comparison',
  tableNote:
    'Mean ± half width of the 95 % confidence interval over the seeds. Percentages; memory and time in their units.',
  colVariant: 'Method',
  colSeeds: 'Runs',
  colAccuracy: 'Accuracy',
  colForgetting: 'Forgetting',
  colBackwardTransfer: 'BWT',
  colLearningAccuracy: 'Learning acc.',
  colGapClosed: 'Gap closed',
  colTaskAwareAccuracy: 'Task-aware acc.',
  colMemoryBytes: 'Memory',
  colSeconds: 'Time',
  colOldTasks: 'Old tasks',
  hintVariant: 'The variants of the experiment file',
  hintSeeds: 'Finished runs, of those asked for: one for each seed',
  hintAccuracy: 'Mean test accuracy over all tasks after the last one',
  hintForgetting: 'How far accuracy on earlier tasks fell from its best, on average; lower is better',
  hintBackwardTransfer:
    'Backward transfer: what later tasks did to the accuracy on earlier ones; negative is forgetting',
  hintLearningAccuracy: 'Accuracy on each task right after learning it',
  hintGapClosed: 'Share of the way from none (0 %) to joint (100 %)',
  hintTaskAwareAccuracy: 'Accuracy when the task is known at test time',
  hintMemoryBytes: 'What the method stores for old tasks, at most',
  hintSeconds: 'Wall-clock time of a run; runs that share a machine slow each other down',
  hintOldTasks: 'Mean accuracy on the tasks already learned, over training',
  selectedOf: 'selected of {n}',
  selectedOnValidation: 'Selected of its sweep on the validation sets, which the table does not count',
  selectedOnSeeds: 'Selected of its sweep with seeds that the table does not count',
  selectedOnTasks: 'Selected of its sweep on tasks that the table does not count',
  pickedOnTest: 'best of {n}, picked on the test',
  pickedOnTestHint:
    'Picked of its sweep by what it is measured by: its numbers are too good to be true. "select" in the file chooses on something else.',
  seedsOnlySelect: 'Seeds that only select, and count in no row: {seeds}.',
  tasksOnlySelect: 'Of the tasks the first {n} only select, and count in no row.',
  lowerBound: 'lower bound',
  upperBound: 'upper bound',
  best: 'best',
  notDistinguishable: 'not distinguishable from the best',
  notDistinguishableP: 'Not distinguishable from the best (paired permutation test, p = {p})',
  differsIn: 'other settings ({n})',
  taskAwareOnly: 'task-aware only',
  notDefined: 'not defined',
  notMeasured: 'not measured',
  basis: 'Accuracy is the mean over {n} of {of} tasks, forgetting over {lost}; {images} test images of each.',
  basisAll: 'Accuracy is the mean over {n} of {of} tasks, forgetting over {lost}; all test images of each.',
  noValueYet: 'no value yet',
  oldTasksSummary: '{label}: accuracy on old tasks ended at {value}',
  forgettingTitle: 'Forgetting, side by side',
  taskAwareToggle: 'Task known at test time',
  taskAwareShown: 'Showing the task-aware accuracy: only the outputs of the right task compete.',
  resetZoom: 'Reset zoom',
  legendTask: 'Task {n}',
  someTasks: 'some of {n} tasks',
  someSteps: 'some of {n} steps; "lethe compare --format csv" has all',
  online: 'Online',
  chartOnline: 'online {value}',
  validation: 'Validation',
  validationLoss: 'Validation loss',
  chartValidation: 'validation {value}',
  legendOnline: 'Online: in training, before each step',
  legendValidation: 'Validation set of the task in training',
  zoomHint: 'Drag over a chart to zoom in on all, double-click to see everything',
  chartLabel: '{label}: accuracy over training steps',
  chartHelp:
    'Arrow keys move the cursor, Home and End jump, Page Up and Page Down move by a task, plus and minus zoom, 0 shows everything',
  chartSummary: '{label}, mean of {seeds} at step {step}: {values}.',
  chartValue: 'task {n} {value}',
  chartCursor: 'step {step}, task {task}: {values}',
  cursorShort: 'step {step}',
  chartCursorJoint: 'step {step}: {values}',
  chartEmpty: 'No accuracy has been measured yet.',
  chartTaskAwareOnly: '{reason} The task-aware accuracy is shown instead.',
  showTable: 'Data as table',
  tableOfChart: '{label}: accuracy by training step',
  step: 'Step',
  trainedTask: 'Training',
  allTasks: 'all tasks',
  range: 'seeds {low} to {high}',
  matrixLabel: '{label}: accuracy matrix, a row after each task, a column for each task',
  matrixCell: 'after task {row}, accuracy on task {column}: {value}',
  matrixCellJoint: 'after joint training, accuracy on task {column}: {value}',
  matrixHint: 'rows: after task, columns: accuracy on task',
  matrixHintJoint: 'after joint training',
  problemsTitle: 'Problems',
  runName: '{label}, seed {seed}',
  crashed: 'The process of this run ended without a word.',
  lost: 'No sign of life of this run for 10 minutes. Its process cannot be looked for from here: it may be gone, or go on elsewhere.',
  failed: 'This run failed: {error}',
  failedUnknown: 'This run failed and did not say why.',
  lastOutput: 'Last lines of its output',
  noOutput: 'It left no output.',
  malformedOne: '{n} line of its log could not be read.',
  malformed: '{n} lines of its log could not be read.',
  firstMalformed: 'The first: {reason}.',
  neverStarted: 'It ended as done without having started. It does not count in the comparison.',
  missingResults: 'It ended as done with results after {rows} of {tasks} tasks. It does not count in the comparison.',
  strayResults: 'It has results of a task twice, or of a task that there is not. It does not count in the comparison.',
  shortResults: 'It has results without one accuracy for each task: {n}.',
  unknownEvents: 'Its log has kinds of events that this version does not know: {types}.',
  warned: 'Warning: {message}',
  fileMissing: 'The experiment file {file} is gone. Shown are the runs it left.',
  fileInvalid: 'The experiment file {file} has errors. Shown is its last valid version.',
  fileNeverValid: 'The experiment file {file} has errors. Shown are its runs so far.',
  codeInvalid: 'There are errors in {files}. What uses it is shown as it ran last.',
  emptyTitle: 'No runs yet',
  emptyText: 'Press Run all to train every method with every seed. Curves appear here while they train.',
  untrusted: 'Running is switched off because this workspace is not trusted. Results can be looked at.',
  connectionLost: 'The connection to Lethe is lost. Reload the window: Developer: Reload Window.',
  loading: 'Reading runs …',
  saidTask: '{label}: {state}',
  saidDone: '{label}: seed {seed} done',
  saidAccuracy: '{label}: seed {seed} done, accuracy {value}',
  saidWrong: '{label}: seed {seed} went wrong',
  saidStopped: '{label}: seed {seed} stopped',
} as const;

export type TextKey = keyof typeof english;
export type Texts = Partial<Record<TextKey, string>>;
export type TextArguments = Readonly<Record<string, string | number>>;

let texts: Texts = english;
let locale = 'en';

/** Sets the language of the page, once, before anything is shown. */
export function useLanguage(language: string, translated: Texts): void {
  locale = language;
  texts = translated;
}

/**
 * The text of a key with its arguments filled in; whole numbers get the language's digit groups. The others often come
 * from files, so nothing of them steers the reading direction.
 */
export function t(key: TextKey, values: TextArguments = {}): string {
  const text = texts[key] ?? english[key];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? new Intl.NumberFormat(locale).format(value) : visibleText(value);
  });
}

type Counted = 'methods' | 'seeds' | 'stateBroken' | 'malformed' | 'codeChanged' | 'settingsChanged';

/** Text that depends on a count: the key with `One` appended is for exactly one. */
export const tn = (key: Counted, n: number): string => t(n === 1 ? `${key}One` : key, { n });

/** Joins the parts of a list the way the language does: "a, b and c". */
export const list = (parts: readonly string[]): string =>
  new Intl.ListFormat(locale, { type: 'unit', style: 'short' }).format(parts);
