import { datasets, isDatasetId, isDatasetName, SHIPPED, type DatasetFacts } from '../core/datasets';
import { formatBytes, formatDuration } from '../core/format';
import type { ImageShape } from '../core/recipe';
import { timeLeftOf } from './rate';
import { oneLine } from '../core/visibleText';
import {
  addData,
  DataError,
  downloadData,
  ownData,
  planDownload,
  removeData,
  type DataRecord,
  type DownloadPlan,
  type DownloadProgress,
} from '../data/index';
import { shapeOf } from '../data/record';
import { FileFault } from '../runs/index';
import { dataFolder } from '../runs/userFolders';
import { columns } from './columns';
import { exitCodes, InputError } from './exitCodes';
import { shownPath } from './places';
import type { Terminal } from './terminal';

interface JsonOption {
  readonly json?: boolean;
}

/** A data set as `lethe data` lists it. */
interface Listed extends Omit<DatasetFacts, 'files'> {
  readonly name: string;
  readonly present: boolean;
  /** Bytes of its arrays. */
  readonly bytes?: number;
  readonly values?: 'bytes' | 'floats';
  readonly source?: string;
  readonly identifiedBy?: 'content' | 'archive';
  readonly licence?: string;
  readonly folder?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly classNames?: readonly string[];
  /** Where a known one that is not there can be downloaded from. */
  readonly download?: Pick<DownloadPlan, 'bytes' | 'addresses' | 'licence' | 'page'>;
  /** Why it cannot be used. */
  readonly fault?: string;
}

/** `lethe data`: the data sets that experiments can name, and whether they are there. */
export function listDataCommand(options: JsonOption, terminal: Terminal): number {
  const root = dataFolder();
  const own = ownData(root);
  const all = listed(root);
  const faults = own.filter(({ fault }) => fault !== undefined);
  if (options.json) {
    for (const one of all) terminal.out(JSON.stringify(one));
    for (const { name, fault } of faults) terminal.out(JSON.stringify({ name, present: false, fault }));
    return exitCodes.done;
  }
  for (const line of columns(all.map(cellsOf), 'left')) terminal.out(line);
  for (const { name, fault } of faults)
    terminal.note(`${name}: ${fault ?? ''}. Remove it (lethe data remove ${name}) and add it again.`);
  terminal.note(
    `Your data sets are in ${shownPath(root)}. "lethe data add" adds your own, "lethe data download" known ones.`,
  );
  return exitCodes.done;
}

function listed(root: string): Listed[] {
  const own = ownData(root).flatMap(({ record }) => record ?? []);
  const names = new Set([...Object.keys(datasets), ...own.map(({ name }) => name)]);
  return [...names].map((name) => {
    const record = own.find((other) => other.name === name);
    if (record) return listedOwn(record, root);
    const { title, classes, shape, train, test } = datasets[isDatasetId(name) ? name : SHIPPED];
    const facts = { name, title, classes, shape, train, test };
    if (name === SHIPPED) return { ...facts, present: true, source: 'ships with Lethe' };
    const { bytes, addresses, licence, page } = planDownload(name);
    return { ...facts, present: false, download: { bytes, addresses, licence, page } };
  });
}

function listedOwn({ source, shape, lethe: _format, added: _added, ...record }: DataRecord, root: string): Listed {
  const { identifiedBy, kind, from } = source;
  return {
    ...record,
    shape: shapeOf(shape),
    present: true,
    source: `${kind}: ${from}`,
    folder: `${root}/${record.name}`,
    ...(identifiedBy && { identifiedBy }),
  };
}

const cellsOf = ({ name, title, classes, shape, train, test, present, bytes, source }: Listed): string[] => [
  oneLine(name),
  present ? '✓' : '–',
  oneLine(title),
  `${classes} classes`,
  shape.join(' × '),
  `${train} + ${test}`,
  bytes === undefined ? '' : formatBytes(bytes),
  present ? oneLine(source ?? '') : `lethe data download ${name}`,
];

export interface AddCommandOptions extends JsonOption {
  readonly title?: string;
  readonly label?: string;
  readonly header?: boolean;
  readonly shape?: ImageShape;
  readonly test?: string;
  readonly testShare?: number;
  readonly coarse?: boolean;
  readonly replace?: boolean;
}

/** `lethe data add`: reads a folder, an archive or files and keeps them as a data set. Ctrl-C cancels. */
export function addDataCommand(
  name: string,
  paths: readonly string[],
  options: AddCommandOptions,
  terminal: Terminal,
): Promise<number> {
  return cancellable(options, terminal, 'Cancelled. Nothing was added.', async (signal, progress) => {
    const record = await addData(name, paths, {
      ...options,
      signal,
      onRead: (done, total) => progress({ phase: 'read', done, total }),
      onPhase: (phase) => progress({ phase }),
    });
    return () => say(record, options, terminal);
  });
}

export interface DownloadCommandOptions extends JsonOption {
  readonly yes?: boolean;
  readonly from?: string;
  readonly replace?: boolean;
}

/** `lethe data download`: shows size and address, asks, and loads a known data set. Ctrl-C cancels; it can be gone on with. */
export async function downloadDataCommand(
  name: string,
  options: DownloadCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const cancelled = `Cancelled. What is loaded is kept: "lethe data download ${name}" goes on from there.`;
  return cancellable(options, terminal, cancelled, async (signal, progress) => {
    const plan = planDownload(name, options.from);
    if (!(await consent(plan, options, terminal, signal))) return undefined;
    const record = await downloadData(name, {
      ...{ signal, onProgress: progress, from: options.from, replace: options.replace },
    });
    return () => say(record, options, terminal);
  });
}

/** `lethe data remove` */
export async function removeDataCommand(name: string, options: JsonOption, terminal: Terminal): Promise<number> {
  const root = dataFolder();
  const before = ownData(root).find((own) => own.name === name);
  if (!isDatasetName(name) || !(await removeData(root, name)))
    throw new InputError(`There is no data set ${JSON.stringify(name)} of yours. See: lethe data.`);
  if (options.json) terminal.out(JSON.stringify({ type: 'removed', name }));
  else
    terminal.out(`${name} is removed.${before?.record ? ` ${formatBytes(before.record.bytes)} are free again.` : ''}`);
  return exitCodes.done;
}

async function consent(
  { title, addresses, bytes, licence, page }: DownloadPlan,
  options: DownloadCommandOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  if (options.json) return true;
  terminal.out(`${title}, ${formatBytes(bytes)}, from`);
  for (const address of addresses) terminal.out(`  ${address}`);
  terminal.out(`Described at ${page}. Licence: ${licence}.`);
  if (options.yes) return true;
  if (!process.stdin.isTTY) throw new InputError('Nobody can be asked here: say --yes to download it.');
  return /^y(es)?$/i.test((await terminal.ask('Download it? [y/N] ', signal)).trim());
}

function say(record: DataRecord, options: JsonOption, terminal: Terminal): number {
  if (options.json) {
    terminal.out(JSON.stringify({ type: 'data', ...listedOwn(record, dataFolder()) }));
    return exitCodes.done;
  }
  const { name, title, classes, shape, train, test, values, bytes, source } = record;
  terminal.out(
    `${oneLine(title)}: ${train} training and ${test} test examples of ${classes} classes, ${shape.join(' × ')} ${values}, ${formatBytes(bytes)}.`,
  );
  if (source.identifiedBy) terminal.out(`It is the original: its ${source.identifiedBy} has the known checksum.`);
  terminal.out(`In an experiment file: "stream": { "dataset": "${name}" }`);
  return exitCodes.done;
}

type Work = (
  signal: AbortSignal,
  progress: (progress: DownloadProgress) => void,
) => Promise<(() => number) | undefined>;

/** Does something long that Ctrl-C cancels, and shows how far it is. */
async function cancellable(options: JsonOption, terminal: Terminal, cancelled: string, work: Work): Promise<number> {
  const cancel = new AbortController();
  const abort = () => cancel.abort();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, abort);
  const progress = progressOf(options, terminal);
  try {
    const done = await work(cancel.signal, progress.show);
    progress.end();
    if (done) return done();
  } catch (error) {
    progress.end();
    if (!cancel.signal.aborted) return failed(error, options, terminal);
  } finally {
    for (const signal of signals) process.off(signal, abort);
  }
  if (options.json) terminal.out(JSON.stringify({ type: 'cancelled' }));
  else terminal.note(cancelled);
  return exitCodes.stopped;
}

function failed(error: unknown, options: JsonOption, terminal: Terminal): number {
  if (!options.json || !(error instanceof DataError || error instanceof FileFault)) throw error;
  terminal.out(JSON.stringify({ type: 'error', message: error.message }));
  return exitCodes.badInput;
}

const phases: Readonly<Record<DownloadProgress['phase'], string>> = {
  download: 'Downloading',
  check: 'Checking',
  read: 'Reading',
  write: 'Writing',
};
/** Milliseconds between two lines of progress. */
const REDRAW_EVERY = 100;

/** Progress as a line that is redrawn, as a line a phase, or as JSON lines. */
function progressOf(options: JsonOption, terminal: Terminal) {
  let last: { readonly phase: string; readonly at: number } | undefined;
  const picture = terminal.live && !options.json ? terminal.picture() : undefined;
  const left = timeLeftOf();
  const show = (progress: DownloadProgress) => {
    const { phase, done, total } = progress;
    const [isNew, now] = [phase !== last?.phase, performance.now()];
    const isOver = done !== undefined && done === total;
    if (!isNew && !isOver && now - (last?.at ?? 0) < REDRAW_EVERY) return;
    last = { phase, at: now };
    const seconds = done === undefined || total === undefined ? undefined : left(phase, done, total);
    if (options.json)
      terminal.out(JSON.stringify({ type: 'progress', ...progress, ...(seconds !== undefined && { seconds }) }));
    else if (picture) picture.draw([`${phases[phase]} …${amountOf(progress, seconds)}`]);
    else if (isNew) terminal.out(`${phases[phase]} …`);
  };
  return { show, end: () => picture?.clear() };
}

function amountOf({ phase, done, total }: DownloadProgress, seconds: number | undefined): string {
  if (done === undefined || total === undefined) return '';
  const amount =
    phase === 'download' ? `${formatBytes(done)} of ${formatBytes(total)}` : `${Math.floor((100 * done) / total)} %`;
  return ` ${amount}${seconds === undefined ? '' : `, ${formatDuration(seconds)} left`}`;
}
