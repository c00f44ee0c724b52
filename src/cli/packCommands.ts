import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { formatBytes, formatDuration } from '../core/format';
import { isFinished } from '../core/run';
import { oneLine } from '../core/visibleText';
import { reportFile, reportNameOf, stemOf } from '../runs/index';
import { mergeRuns } from '../runs/packs/mergeRuns';
import { contentOf } from '../runs/packs/packedFiles';
import { entriesOfPack, isPlainPath } from '../runs/packs/packIndex';
import { packRuns, type Packing } from '../runs/packs/packRuns';
import type { Taken } from '../runs/packs/takeRun';
import { unpackRuns } from '../runs/packs/unpackRuns';
import { writeReport } from './comparing';
import { exitCodes, InputError } from './exitCodes';
import { openStore } from './openStore';
import { shownPath, workspaceOf } from './places';
import { subjectOf, type SubjectOptions } from './storeCommands';
import type { Terminal } from './terminal';
import { counted } from './words';

/** What a pack is called; tar reads it too. */
const ENDING = '.lethe.tar.gz';
const REPORT = 'report.html';
/** Nobody has to be told of what takes no longer (ms). */
const SHORT = 1000;

export interface PackOptions extends SubjectOptions {
  /** The file to write. */
  readonly out?: string;
  readonly workspace?: string;
  readonly checkpoints?: boolean;
}

/** `lethe pack`: the finished runs of an experiment, its file and its report in one file. */
export async function packCommand(
  file: string | undefined,
  options: PackOptions,
  terminal: Terminal,
  dist: string,
): Promise<number> {
  const subject = await subjectOf(file, options, options.workspace, terminal, dist);
  if (!subject) return exitCodes.badInput;
  const { compared, store } = subject;
  const { name } = compared.experiment;
  const done = compared.groups.flatMap(({ runs }) => runs.filter(({ status }) => status === 'done'));
  if (done.length === 0) throw new InputError(`No run of ${oneLine(name)} is done: there is nothing to pack.`);
  const work = await mkdtemp(join(tmpdir(), 'lethe-pack-'));
  try {
    const report = await writeReport(join(work, REPORT), file, compared, store);
    const beside = [
      { path: REPORT, from: report },
      ...(file === undefined ? [] : [{ path: plainName(file), from: resolve(file) }]),
    ];
    const target = resolve(options.out ?? `${file === undefined ? reportNameOf(name) : stemOf(file)}${ENDING}`);
    const index = await packRuns(target, {
      ...{ workspace: store.folder, experiment: name, runs: done.map(({ manifest }) => manifest.id) },
      beside: await Promise.all(beside.map(async (one) => ({ ...one, content: await contentOf(one.from) }))),
      withParameters: options.checkpoints === true,
      ...progressOf(terminal, 'Packing'),
    });
    const bytes = entriesOfPack(index).reduce((sum, entry) => sum + entry.file.bytes, 0);
    terminal.out(`Packed ${counted(done.length, 'run')}, ${formatBytes(bytes)} unpacked: ${shownPath(target)}`);
    return exitCodes.done;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const plainName = (file: string): string => (isPlainPath(basename(file)) ? basename(file) : 'experiment.lethe.json');

/** How far it is, with the time left, of what takes a while. */
function progressOf(terminal: Terminal, doing: string): Required<Pick<Packing, 'progress'>> | undefined {
  if (!terminal.live) return undefined;
  const begun = performance.now();
  const picture = terminal.picture();
  return {
    progress: (share) => {
      const passed = performance.now() - begun;
      if (share >= 1) picture.clear();
      else if (passed > SHORT)
        picture.draw([
          `${doing}: ${Math.floor(100 * share)} %, ${formatDuration(Math.ceil((passed / 1000 / share) * (1 - share)))} left`,
        ]);
    },
  };
}

const words: Readonly<Record<Taken, string>> = {
  added: 'added',
  there: 'there already',
  differs: 'left out: another run of this id is here, and stays as it is',
};

/** `lethe unpack`: takes the runs of a pack into the store of a workspace folder. */
export async function unpackCommand(pack: string, options: { out?: string }, terminal: Terminal): Promise<number> {
  const workspace = workspaceOf(process.cwd(), options.out);
  const { index, runs, beside } = await unpackRuns(resolve(pack), {
    workspace,
    besideAt: (path) => {
      if (path === REPORT) return reportFile(workspace, reportNameOf(basename(pack).replace(ENDING, '')));
      return path.endsWith('.lethe.json') && !path.includes('/') ? join(workspace, path) : undefined;
    },
    ...progressOf(terminal, 'Unpacking'),
  });
  terminal.out(`${oneLine(index.experiment.name)}: ${summary(runs.map(({ taken }) => taken))}`);
  for (const { id, taken } of runs) if (taken === 'differs') terminal.note(`${id}: ${words.differs}`);
  for (const { file, taken } of beside)
    if (taken === 'differs') terminal.note(`${shownPath(file)} is another file, and stays as it is.`);
    else terminal.out(`${shownPath(file)}: ${words[taken]}`);
  return runs.some(({ taken }) => taken === 'differs') ? exitCodes.failed : exitCodes.done;
}

/** `lethe merge`: takes the finished runs of another workspace folder into the store of this one. */
export async function mergeCommand(
  folder: string,
  options: { out?: string },
  terminal: Terminal,
  dist: string,
): Promise<number> {
  const [from, into] = [resolve(folder), workspaceOf(process.cwd(), options.out)];
  if (from === into) throw new InputError(`${folder} is the folder that runs would be taken into.`);
  if (!(await stat(from).catch(() => undefined))?.isDirectory())
    throw new InputError(`There is no folder ${shownPath(from)}.`);
  const finished = (await openStore(from, { dist }, terminal).list()).filter(({ status }) => isFinished(status));
  if (finished.length === 0) throw new InputError(`No run in ${shownPath(from)} is over.`);
  const taken: Taken[] = [];
  const told = progressOf(terminal, 'Merging');
  await mergeRuns(
    from,
    into,
    finished.map(({ manifest }) => manifest.id),
    (id, became) => {
      taken.push(became);
      told?.progress(taken.length / finished.length);
      if (became === 'differs') terminal.note(`${id}: ${words.differs}`);
    },
  );
  terminal.out(`${shownPath(from)}: ${summary(taken)}`);
  return taken.includes('differs') ? exitCodes.failed : exitCodes.done;
}

/** "8 runs added, 2 there already" */
function summary(taken: readonly Taken[]): string {
  const count = (kind: Taken) => taken.filter((one) => one === kind).length;
  const parts = [
    `${counted(count('added'), 'run')} added`,
    ...(count('there') > 0 ? [`${count('there')} there already`] : []),
    ...(count('differs') > 0 ? [`${count('differs')} left out`] : []),
  ];
  return parts.join(', ');
}
