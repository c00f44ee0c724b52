import { resolve } from 'node:path';
import { measuresOf } from '../core/comparison';
import { doubtList, doubtsOf, doubtText } from '../core/doubts';
import type { Experiment } from '../core/experiment';
import { measureInfo, measureNames, type MeasureName } from '../core/measures/table';
import { protocolOf } from '../core/protocols/index';
import { standingsOf } from '../core/published';
import type { BackendChoice } from '../core/backends';
import { backendOf } from '../core/repetitions';
import { isFinished, type Run } from '../core/run';
import { fieldsText } from '../core/verdictText';
import { oneLine } from '../core/visibleText';
import { csv, displayWidth, latexTable, markdownTable, textTable } from '../report/index';
import { BATCH_PREFIX } from '../runs/batches/batchFile';
import { turn, withHistory, type RunStore } from '../runs/index';
import { compareNamed, compareRuns, earlierNotes, whysOf, writeReport, type Compared } from './comparing';
import { exitCodes, InputError } from './exitCodes';
import { readExperiment } from './experimentFile';
import { speak } from './language';
import { openStore } from './openStore';
import { folderInWords, recordedPath, shownPath, workspaceOf } from './places';
import type { Terminal } from './terminal';
import { accuracySoFar, counted, nameOf, signOf } from './words';

/** Runs that are put into words in one go, and written in one: some milliseconds. */
const AT_ONCE = 32;

export interface StoreOptions {
  readonly out?: string;
  readonly json?: boolean;
}

/** The store of the folder the command was called in, unless another is given. */
export const storeHere = (out: string | undefined, dist: string, terminal: Terminal): RunStore =>
  openStore(workspaceOf(process.cwd(), out), { dist }, terminal);

/** `lethe check`: what is wrong with an experiment file, or what it would run. */
export async function checkCommand(file: string, terminal: Terminal, dist: string): Promise<number> {
  const experiment = await readExperiment(file, terminal, dist);
  if (!experiment) return exitCodes.badInput;
  const { variants, seeds } = experiment;
  const size = `${counted(variants.length, 'variant')} × ${counted(seeds.length, 'seed')}`;
  terminal.out(`${file}: ${size} = ${counted(variants.length * seeds.length, 'run')}`);
  const width = Math.max(16, ...variants.map(({ key }) => key.length));
  for (const { key, label } of variants) terminal.out(`  ${oneLine(key).padEnd(width)} ${oneLine(label)}`);
  for (const line of protocolLines(experiment)) terminal.out(line);
  return exitCodes.done;
}

/** What a file has of the protocol that it extends, and what it changes of it. */
function protocolLines(experiment: Experiment): string[] {
  const protocol = protocolOf(experiment.protocol);
  if (!protocol) return [];
  const standings = standingsOf(experiment);
  const same = standings.filter(({ fields }) => fields.length === 0).map(({ label }) => oneLine(label));
  return [
    `Extends ${protocol.id}: ${protocol.title}. ${protocol.source}.`,
    `  Beside published values: ${same.length > 0 ? same.join(', ') : 'no variant'}.`,
    ...standings
      .filter(({ fields }) => fields.length > 0)
      .map(
        ({ label, fields }) =>
          `  ${oneLine(label)}: not comparable with the published values, differs in ${fieldsText(fields)}.`,
      ),
    ...(protocol.differences.length > 0 ? [`  Known differences: ${protocol.differences.join(' ')}`] : []),
  ];
}

/** `lethe list`: the runs of a store. */
export async function listCommand(options: StoreOptions, terminal: Terminal, dist: string): Promise<number> {
  const store = storeHere(options.out, dist, terminal);
  const runs = await store.list();
  const damaged = await store.damaged();
  if (options.json) {
    for (let first = 0; first < runs.length; first += AT_ONCE) {
      const some = runs.slice(first, first + AT_ONCE);
      await say(() => terminal.outLines(some.map((run) => JSON.stringify(listed(run))).join('\n')));
    }
    for (const { id, reason } of damaged) terminal.out(JSON.stringify({ id, status: 'damaged', reason }));
    return exitCodes.done;
  }
  if (runs.length === 0 && damaged.length === 0) terminal.out(`No runs in ${folderInWords(store.folder)}.`);
  const rows: string[][] = [];
  const doubts = doubtList(({ manifest }) => oneLine(manifest.id));
  for (const run of runs) {
    await say(() => {
      rows.push(cellsOf(run));
      doubts.add(run);
    });
  }
  const widths = widthsOf(rows);
  for (const row of rows) await say(() => terminal.out(aligned(row, widths)));
  for (const sentence of doubts.sentences()) await say(() => terminal.note(sentence));
  if (runs.some(hasWrongEvents)) terminal.note('What is wrong, line by line: lethe check-run RUN.');
  for (const { id, reason } of damaged) terminal.note(`${oneLine(id)}: ${reason}`);
  return exitCodes.done;
}

/** A little work of many: in between, signals and timers get their turn. */
async function say(work: () => unknown): Promise<void> {
  await turn();
  work();
}

const hasWrongEvents = ({ state }: Run): boolean =>
  state.malformed > 0 || state.unknownTypes.length > 0 || state.unknownFields.length > 0;

const cellsOf = (run: Run): string[] => [
  oneLine(run.manifest.id),
  statusCell(run),
  accuracySoFar(run) ?? '',
  nameOf(run),
  oneLine(backendOf(run)),
  oneLine(run.manifest.experiment.name),
];

/** With the number of lines that could not be read, whatever else the run says of itself. */
const statusCell = (run: Run): string => {
  const { malformed } = run.state;
  return `${signOf(run)} ${run.status}${malformed > 0 ? `, ${counted(malformed, 'wrong line')}` : ''}`;
};

/** What JSON says of a run. */
export function listed(run: Run) {
  const { manifest, status, state } = run;
  const measures = status === 'done' ? { measures: measuresOf(run) } : {};
  const doubts = doubtsOf(run).map(doubtText);
  return {
    id: manifest.id,
    status,
    experiment: manifest.experiment,
    variant: manifest.variant,
    seed: manifest.seed,
    trainer: manifest.trainer,
    ...(manifest.trainer === 'command' && { command: manifest.command }),
    ...(manifest.trainer === 'program' && { program: manifest.program }),
    backend: backendOf(run),
    ...(state.backendUse && { backendUse: state.backendUse }),
    created: manifest.created,
    done: state.stepsPlanned > 0 ? state.stepsDone / state.stepsPlanned : 0,
    ...measures,
    ...(state.error === undefined ? {} : { error: state.error }),
    ...(doubts.length > 0 && { doubts }),
  };
}

function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell))));
  return widths;
}

const aligned = (row: readonly string[], widths: readonly number[]): string =>
  row
    .map((cell, i) => cell + ' '.repeat(Math.max(0, (widths[i] ?? 0) - displayWidth(cell))))
    .join('  ')
    .trimEnd();

export const tableFormats = ['text', 'markdown', 'latex', 'csv', 'json'] as const;
export interface CompareOptions extends StoreOptions, SubjectOptions {
  readonly format?: (typeof tableFormats)[number];
  /** Names of measures. */
  readonly columns?: readonly string[];
}

/** How a comparison is said. */
interface Saying {
  readonly store: RunStore;
  /** Of the terminal. */
  readonly width: number | undefined;
  readonly columns: readonly MeasureName[] | undefined;
}

/** How each format says a comparison; `csv` has a line for each measure of each run instead of means. */
const formats: Record<(typeof tableFormats)[number], (compared: Compared, saying: Saying) => string | Promise<string>> =
  {
    text: (compared, { width, columns }) =>
      textTable(compared.comparison, { width, ...(columns && { columns }) }, whysOf(compared)),
    markdown: ({ comparison }, { columns }) => markdownTable(comparison, columns),
    latex: ({ comparison }, { columns }) => latexTable(comparison, columns),
    // Printing ends the last line.
    csv: async ({ groups }, { store }) =>
      csv((await withHistory(store, groups)).flatMap(({ runs }) => runs)).replace(/\n$/, ''),
    json: (compared) => JSON.stringify({ ...compared.comparison, why: whysOf(compared) }),
  };

/** The measures that somebody has named. Throws InputError for one that there is not, and where all are said anyway. */
function chosenColumns({ columns, format, json }: CompareOptions): readonly MeasureName[] | undefined {
  if (!columns) return undefined;
  if (json || format === 'csv' || format === 'json')
    throw new InputError('--columns is for tables: csv and json have all measures.');
  const unknown = columns.find((name) => !Object.hasOwn(measureInfo, name));
  if (unknown !== undefined)
    throw new InputError(`There is no measure ${JSON.stringify(unknown)}. There are: ${measureNames.join(', ')}.`);
  return columns as readonly MeasureName[];
}

/** What is compared, and in which store it was run. */
interface Subject {
  readonly compared: Compared;
  readonly store: RunStore;
  /** What is to be said besides. */
  readonly notes: readonly string[];
}

export interface SubjectOptions {
  /** Name of an experiment that its runs alone tell of, in place of a file. */
  readonly experiment?: string;
  /** The one whose runs count before those of others. */
  readonly backend: BackendChoice;
  /** Of the table or the report. */
  readonly language?: string;
}

/** What a command compares: an experiment file, or an experiment by its name. Undefined when the file cannot be used. */
export async function subjectOf(
  file: string | undefined,
  { experiment: name, backend, language }: SubjectOptions,
  workspace: string | undefined,
  terminal: Terminal,
  dist: string,
): Promise<Subject | undefined> {
  if ((file === undefined) === (name === undefined))
    throw new InputError('Give either an experiment file or --experiment with the name that its runs have for it.');
  await speak(language, dist);
  if (name !== undefined) {
    const store = storeHere(workspace, dist, terminal);
    return { compared: compareNamed(name, await store.list(), { backend }), store, notes: [] };
  }
  if (file === undefined) return undefined;
  const experiment = await readExperiment(file, terminal, dist);
  if (!experiment) {
    terminal.note('Finished runs are compared without the file by the name of their experiment: --experiment NAME.');
    return undefined;
  }
  const folder = workspaceOf(resolve(file, '..'), workspace);
  const store = openStore(folder, { dist }, terminal);
  const runs = await store.list();
  const notes = earlierNotes(experiment, runs, recordedPath(folder, file));
  return { compared: compareRuns(experiment, runs, { backend }), store, notes };
}

/** `lethe compare`: the comparison table of what has been run of an experiment. */
export async function compareCommand(
  file: string | undefined,
  options: CompareOptions,
  terminal: Terminal,
  dist: string,
): Promise<number> {
  const columns = chosenColumns(options);
  const subject = await subjectOf(file, options, options.out, terminal, dist);
  if (!subject) return exitCodes.badInput;
  const format = formats[options.json ? 'json' : (options.format ?? 'text')];
  terminal.outLines(await format(subject.compared, { store: subject.store, width: terminal.columns, columns }));
  for (const note of subject.notes) terminal.note(note);
  return exitCodes.done;
}

export interface ReportOptions extends SubjectOptions {
  /** The file to write. */
  readonly out?: string;
  readonly workspace?: string;
}

/** `lethe report`: the HTML report of what has been run of an experiment. */
export async function reportCommand(
  file: string | undefined,
  options: ReportOptions,
  terminal: Terminal,
  dist: string,
): Promise<number> {
  const subject = await subjectOf(file, options, options.workspace, terminal, dist);
  if (!subject) return exitCodes.badInput;
  const target = await writeReport(options.out, file, subject.compared, subject.store);
  // What goes to stdout itself (/dev/stdout) is followed by nothing there.
  if (target.startsWith('/dev/')) terminal.note(`Report: ${shownPath(target)}`);
  else terminal.out(`Report: ${shownPath(target)}`);
  return exitCodes.done;
}

/** `lethe stop`: stops runs of a store, the queued ones too. */
export async function stopCommand(
  names: readonly string[],
  options: { all?: boolean; out?: string },
  terminal: Terminal,
  dist: string,
): Promise<number> {
  const store = storeHere(options.out, dist, terminal);
  const runs = await store.list();
  if (names.length === 0 && !options.all) throw new InputError('Say which runs to stop, or --all.');
  const batches = names.filter((name) => name.startsWith(BATCH_PREFIX));
  const ofBatches = batches.length > 0 && (await import('./batchCommands')).stopBatches(batches, store, terminal);
  const code = ofBatches === false ? exitCodes.done : await ofBatches;
  if (batches.length === names.length && !options.all) return code;
  const others = names.filter((name) => !batches.includes(name));
  const chosen = options.all ? await store.list() : others.map((name) => runNamed(name, runs));
  const active = chosen
    .filter(({ status }) => !isFinished(status) || (status === 'lost' && !options.all))
    .map((run) => run.manifest.id);
  const asked = new Set(await store.stopAll(active));
  for (const id of active) {
    const status = (await store.get(id))?.status ?? 'gone';
    terminal.out(`${id}: ${asked.has(id) ? ASKED : status}`);
  }
  if (active.length === 0) terminal.out('Nothing is running or queued there.');
  return asked.size > 0 ? exitCodes.failed : code;
}

/** Of a run that cannot be ended from here. */
export const ASKED =
  'asked to stop, which it has not done yet. Only a process that Lethe started here for you is ended by force.';

/** `lethe resume`: lets stopped, crashed, failed or lost runs go on. They run on when this command has ended. */
export async function resumeCommand(
  names: readonly string[],
  options: { out?: string },
  terminal: Terminal,
  dist: string,
): Promise<number> {
  const store = storeHere(options.out, dist, terminal);
  const runs = await store.list();
  for (const run of names.map((name) => runNamed(name, runs))) {
    const { id } = run.manifest;
    const goesOn = await store.resume(id);
    terminal.out(goesOn ? `${id}: queued to go on` : `${id}: ${run.status} already`);
  }
  return exitCodes.done;
}

/** A folder of a run that cannot be used, and why. */
interface Unusable {
  readonly id: string;
  readonly reason: string;
}

/** Finds runs of a store by their names, and folders that cannot be used. What it gives throws InputError. */
export async function finderIn(store: RunStore): Promise<(name: string) => Run | Unusable> {
  const runs = await store.list();
  const damaged = await store.damaged();
  const ids = [...runs.map(({ manifest }) => manifest.id), ...damaged.map(({ id }) => id)];
  return (name) => {
    const id = idNamed(name, ids);
    return damaged.find((folder) => folder.id === id) ?? runNamed(id, runs);
  };
}

/** The run of this id, or the only one whose id begins or ends so. Throws InputError. */
export function runNamed(name: string, runs: readonly Run[]): Run {
  const id = idNamed(
    name,
    runs.map((run) => run.manifest.id),
  );
  return runs.find(({ manifest }) => manifest.id === id) as Run;
}

/** What ids are of, and where they are listed. */
export interface Named {
  readonly noun: string;
  readonly list: string;
}

/** The id itself, or the only one that begins or ends so; of a path, as a shell completes it, its last part. Throws InputError. */
export function idNamed(given: string, ids: readonly string[], { noun, list }: Named = RUNS): string {
  const name = given.split(/[\\/]/).findLast((part) => part !== '') ?? '';
  // Every id begins with nothing: an empty variable of a script would name the only one.
  if (name === '') throw new InputError(`The id of a ${noun} is empty. See: ${list}.`);
  const fits = ids.includes(name) ? [name] : ids.filter((id) => id.startsWith(name) || id.endsWith(name));
  const [id] = fits;
  if (id === undefined) throw new InputError(`There is no ${noun} ${name}. See: ${list}.`);
  if (fits.length > 1) throw new InputError(`${name} may be any of: ${fits.join(', ')}.`);
  return id;
}

const RUNS: Named = { noun: 'run', list: 'lethe list' };
