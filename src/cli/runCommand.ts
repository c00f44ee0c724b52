import { resolve } from 'node:path';
import { version } from '../../package.json';
import type { BackendChoice } from '../core/backends';
import { formatDuration } from '../core/format';
import { isFinished, type Run } from '../core/run';
import { oneLine } from '../core/visibleText';
import { textTable } from '../report/index';
import {
  largePlanOf,
  mayBeLarge,
  planRuns,
  ReportError,
  runsAtATime,
  RunStore,
  type LargePlan,
  type RunPlan,
} from '../runs/index';
import { compareRuns, whysOf, writeReport } from './comparing';
import { exitCodeOf, exitCodes, InputError } from './exitCodes';
import {
  checkKeys,
  parseSeeds,
  readExperiment,
  refuseMissingData,
  withEngine,
  withinMemory,
  withSeeds,
} from './experimentFile';
import { follow } from './follow';
import { jsonLine, notableIn, plainLine } from './notable';
import { recordedPath, shownPath, workspaceOf } from './places';
import { atATimeOnCluster, idsInBatches, planOnCluster, refuseWithoutCluster, waitOnCluster } from './onCluster';
import { openStore } from './openStore';
import { progressFrame } from './progress';
import { parseDevices, showPrograms } from './programs';
import { ASKED } from './storeCommands';
import type { Terminal } from './terminal';
import { backendLines, counted, nameOf } from './words';

export interface RunOptions {
  readonly method?: readonly string[];
  readonly seeds?: string;
  readonly out?: string;
  readonly backend: BackendChoice;
  readonly parallel?: number;
  readonly threads?: number;
  /** `gpu=2`: how many programs at a time are given a device, here or by each worker. */
  readonly device?: readonly string[];
  /** Where workers train: on a cluster, in place of this machine. */
  readonly on?: 'slurm';
  /** Most workers at a time, and for how long each is given a machine. */
  readonly workers?: number;
  readonly time?: string;
  readonly memory?: string;
  /** Options of sbatch, passed on. */
  readonly sbatch?: readonly string[];
  /** Does not wait for the runs. */
  readonly detach?: boolean;
  readonly fresh?: boolean;
  /** Does not ask, however many runs there are. */
  readonly yes?: boolean;
  readonly json?: boolean;
  /** File to write the report to; false for none. */
  readonly report?: string | boolean;
}

/** `lethe run`: runs what is missing of an experiment, shows how it goes, and compares. Returns the exit code. */
export async function runCommand(file: string, options: RunOptions, terminal: Terminal, dist: string): Promise<number> {
  const experiment = await readExperiment(file, terminal, dist);
  if (!experiment) return exitCodes.badInput;
  refuseMissingData(experiment);
  if (options.method) checkKeys(experiment, options.method);
  const asked = options.seeds === undefined ? experiment : withSeeds(experiment, parseSeeds(options.seeds));
  const workspace = workspaceOf(resolve(file, '..'), options.out);
  const isHere = options.on === undefined;
  if (isHere) refuseWithoutCluster(options);
  const { threads } = options;
  const parallel = isHere ? (options.parallel ?? runsAtATime(threads)) : atATimeOnCluster(options);
  const devices = parseDevices(options.device);
  const store = openStore(
    workspace,
    { dist, ...(isHere && { parallel, devices }), ...(threads !== undefined && { threads }) },
    terminal,
  );

  const { backend, fresh, method: keys } = options;
  const planning = {
    file: recordedPath(workspace, file),
    backend,
    version,
    ...(keys ? { keys } : {}),
    ...(fresh ? { fresh } : {}),
  };
  if (!options.yes && mayBeLarge(asked)) {
    await store.checkWritable();
    const existing = await store.list();
    const large = largePlanOf(planRuns(asked, existing, planning), asked.name, existing, parallel);
    if (large && !(await mayStart(large, parallel, options, terminal))) return exitCodes.stopped;
  }
  await showPrograms(asked, resolve(file), keys, terminal, options.json);
  const make = (existing: readonly Run[]) => planRuns(asked, existing, planning);
  const plan = isHere
    ? await store.plan((existing) => withEngine(withinMemory(make(existing), asked)))
    : await planOnCluster(store, experiment.name, make, options, terminal, dist);
  // Said only now: from here on the runs go on without this command.
  sayPlan(plan, experiment.name, options, terminal);
  if (options.detach) return exitCodes.done;
  const ids = [...plan.reuse.map((run) => run.manifest.id), ...idsToRun(plan)];
  const left = new AbortController();
  const away = isHere ? await idsInBatches(store, plan.reuse) : new Set(ids);
  if (isHere && away.size > 0)
    terminal.note(
      `${counted(away.size, 'run')} of these wait for workers on a cluster ("lethe batch"), or train there.`,
    );
  const once = () => waitFor(store, ids, parallel, options, terminal, { away, ...(!isHere && { left }) });
  const { runs, forsaken } = isHere ? { runs: await once(), forsaken: 0 } : await waitOnCluster(store, ids, once, left);
  if (forsaken > 0) {
    terminal.note(
      `No worker is left, and ${counted(forsaken, 'run')} not done: the same command gives what is left to new workers.`,
    );
    return exitCodes.failed;
  }
  if (left.signal.aborted) {
    terminal.note(
      'The runs go on on the cluster: "lethe batch" says how they stand, and the same command waits again.',
    );
    return exitCodes.stopped;
  }
  await sayTroubles(store, runs, terminal);
  const gone = ids.filter((id) => !runs.some((run) => run.manifest.id === id));
  for (const id of gone) terminal.note(`${oneLine(id)} was removed before it was done.`);

  const compared = compareRuns(asked, await store.list(), { backend, own: new Set(ids) }, keys);
  if (options.json) terminal.out(JSON.stringify({ type: 'comparison', ...compared.comparison, why: whysOf(compared) }));
  else terminal.outLines(`\n${textTable(compared.comparison, { width: terminal.columns }, whysOf(compared))}`);
  if (options.report !== false) {
    const target = typeof options.report === 'string' ? options.report : undefined;
    const written = await writeReport(target, file, compared, store).catch(reportFault);
    sayReport(written, workspace, file, options, terminal);
  }
  const code = gone.length > 0 ? exitCodes.failed : exitCodeOf(runs);
  if (code === exitCodes.stopped && !options.json) {
    terminal.out(
      `Stopped. What is finished is kept; ${fresh ? 'without --fresh ' : ''}the same command goes on from there.`,
    );
  }
  return code;
}

/** Asks whether so many runs shall be started. @throws InputError where nobody can be asked */
async function mayStart(
  { runs, seconds }: LargePlan,
  parallel: number,
  { json }: RunOptions,
  terminal: Terminal,
): Promise<boolean> {
  const time =
    seconds === undefined
      ? 'No run of this experiment has finished yet, to tell how long they take'
      : `By those that have finished they take about ${formatDuration(seconds)}`;
  const question = `This starts ${runs} runs. ${time}, ${parallel} at a time.`;
  if (json || !process.stdin.isTTY)
    throw new InputError(`${question} Nobody can be asked here: say --yes to start them.`);
  terminal.out(question);
  return /^y(es)?$/i.test((await terminal.ask('Start them? [y/N] ', new AbortController().signal)).trim());
}

const idsToRun = (plan: RunPlan) => [
  ...plan.resume.map((run) => run.manifest.id),
  ...plan.create.map((manifest) => manifest.id),
];

function sayPlan({ create, resume, reuse }: RunPlan, name: string, options: RunOptions, terminal: Terminal): void {
  if (options.json) {
    const ids = { create: create.map((run) => run.id), resume: resume.map((run) => run.manifest.id) };
    terminal.out(JSON.stringify({ type: 'plan', name, ...ids, reuse: reuse.map((run) => run.manifest.id) }));
    return;
  }
  const parts = [
    ...(create.length > 0 ? [`${create.length} to run`] : []),
    ...(resume.length > 0 ? [`${resume.length} to resume`] : []),
    ...(reuse.length > 0 ? [`${reuse.length} there already`] : []),
  ];
  const runs = create.length + resume.length + reuse.length;
  terminal.out(`${oneLine(name)}: ${runs} ${runs === 1 ? 'run' : 'runs'} (${parts.join(', ')}).`);
}

/** What a command that waits for runs has no say in. */
interface Elsewhere {
  /** Ids of runs that are trained on a cluster: Ctrl-C leaves them alone. */
  readonly away: ReadonlySet<string>;
  /** All are: Ctrl-C, which aborts this, ends the waiting alone. */
  readonly left?: AbortController;
}

/** Shows how runs go until all are over. Ctrl-C stops those that are trained here. */
export async function waitFor(
  store: RunStore,
  ids: readonly string[],
  parallel: number,
  options: Pick<RunOptions, 'json'>,
  terminal: Terminal,
  { away, left }: Elsewhere = { away: new Set() },
): Promise<Run[]> {
  const live = terminal.live && !options.json;
  const picture = live ? terminal.picture() : undefined;
  let latest: readonly Run[] = [];
  const backendsSaid = new Set<string>();
  const here = () => latest.filter(({ manifest }) => !away.has(manifest.id));
  const interrupt = left ? leaveOnInterrupt(left) : onInterrupt(store, here, away.size > 0, terminal);
  const redraw = () => {
    const frame = progressFrame(latest, parallel, terminal);
    picture?.draw([...frame, ...(interrupt.asked ? ['Stopping. Press Ctrl-C again to end the runs at once.'] : [])]);
  };
  try {
    return await follow(store, ids, interrupt.given, (runs, changes, before) => {
      latest = runs;
      if (live) redraw();
      else {
        const notables = changes.flatMap((change) => {
          const earlier = before.get(change.id)?.status;
          // What was finished before this command is in the table.
          if (earlier === undefined && change.run && isFinished(change.run.status) && change.events.length === 0)
            return [];
          return notableIn(change, earlier);
        });
        for (const notable of notables) terminal.out(options.json ? jsonLine(notable) : plainLine(notable));
        if (options.json) return;
        for (const line of backendLines(
          changes.flatMap(({ run, events }) => (run && events.length > 0 ? [run] : [])),
        )) {
          if (!backendsSaid.has(line)) terminal.out(line);
          backendsSaid.add(line);
        }
      }
    });
  } finally {
    interrupt.dispose();
    picture?.keep();
  }
}

/**
 * First Ctrl-C: asks the runs to stop. Second: ends them and leaves at once. `given`: those that were asked and cannot be
 * ended from here, which nobody waits for any longer. `hasOthers`: it waits for runs, too, that are none of this machine's.
 */
function onInterrupt(store: RunStore, runs: () => readonly Run[], hasOthers: boolean, terminal: Terminal) {
  const unfinished = () =>
    runs()
      .filter((run) => !isFinished(run.status))
      .map((run) => run.manifest.id);
  const given = new AbortController();
  const handle = {
    asked: false,
    given: given.signal,
    dispose: () => signals.forEach((signal) => process.off(signal, onSignal)),
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const onSignal = () => {
    if (handle.asked) {
      void Promise.allSettled(unfinished().map((id) => store.end(id))).then(() => process.exit(exitCodes.stopped));
      return;
    }
    handle.asked = true;
    if (!terminal.live) terminal.note('Stopping. Interrupt again to end the runs at once.');
    store
      .stopAll(unfinished())
      .then((asked) => {
        for (const id of asked) terminal.note(`${id}: ${ASKED}`);
        if (asked.length > 0 || hasOthers) given.abort();
      })
      .catch((error: unknown) => terminal.note(String(error)));
  };
  for (const signal of signals) process.on(signal, onSignal);
  return handle;
}

/** Ctrl-C leaves the runs alone, and this command does not wait for them any longer. */
function leaveOnInterrupt(left: AbortController) {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const onSignal = () => left.abort();
  for (const signal of signals) process.on(signal, onSignal);
  return {
    asked: false,
    given: left.signal,
    dispose: () => signals.forEach((signal) => process.off(signal, onSignal)),
  };
}

/** What went wrong, and where to look. @param isKept whether the runs are still there when the command has ended */
export async function sayTroubles(
  store: RunStore,
  runs: readonly Run[],
  terminal: Terminal,
  { isKept } = { isKept: true },
): Promise<void> {
  for (const run of runs.filter(({ status }) => status === 'failed' || status === 'crashed' || status === 'lost')) {
    const { id } = run.manifest;
    terminal.note('');
    terminal.note(`${nameOf(run)} ${run.status}${run.state.error === undefined ? '' : `: ${run.state.error}`}`);
    const tail = run.status === 'crashed' ? await store.outputTail(id, 10) : '';
    if (tail) terminal.note(`    ${tail}`);
    if (!isKept) continue;
    terminal.note(`    ${shownPath(store.folderOf(id))}`);
    if (run.status === 'lost') terminal.note(`    If nothing trains it any more: lethe resume ${oneLine(id)}`);
  }
}

/** The runs are done and their table is printed: a report that cannot be written takes nothing of that away. */
function reportFault(error: unknown): ReportError {
  if (error instanceof ReportError) return error;
  throw error;
}

function sayReport(
  written: string | ReportError,
  workspace: string,
  file: string,
  options: RunOptions,
  terminal: Terminal,
): void {
  if (options.json) {
    const outcome = typeof written === 'string' ? { file: written } : { error: written.message };
    terminal.out(JSON.stringify({ type: 'report', ...outcome }));
    return;
  }
  if (typeof written !== 'string') {
    terminal.note(`${written.message} --report names another file.`);
    return;
  }
  terminal.out(`Report: ${shownPath(written)}`);
  terminal.out(
    `In VS Code, with the Lethe extension: code ${shownPath(workspace)}, open ${fileIn(workspace, file)}, then "Open Dashboard".`,
  );
}

/** The experiment file as one finds it in the workspace folder, or with its whole path where it lies elsewhere. */
function fileIn(workspace: string, file: string): string {
  const inside = recordedPath(workspace, file);
  return inside.startsWith('..') ? resolve(file) : inside;
}
