import { readdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from '../core/events';
import { manifestSchema, type RunManifest } from '../core/manifest';
import { isFinished, type Run, type RunStatus } from '../core/run';
import type { RunState } from '../core/runModel';
import { LogTail } from './eventLog';
import { ifThere, readIfThere } from './files';
import { runFiles } from './layout';
import { lifeOf, type Life, type ProcessRecord } from './liveness';
import { endedStatus, startedSince, statusOf, type FolderFacts } from './status';
import { recordIn } from './trainingProcess';

export interface Refreshed {
  /** Events that are new since the last refresh. */
  readonly events: readonly RunEvent[];
  /** `events` are the whole log: it is read for the first time, or was replaced. */
  readonly whole: boolean;
  /** Events, status or the count of malformed lines changed. */
  readonly changed: boolean;
}

/** One run folder as it is known so far; `refresh` reads only what changed. */
export class TrackedRun {
  readonly #tail: LogTail;
  #manifest: RunManifest | undefined;
  #faultSeen: number | undefined;
  #run: Run | undefined;
  #seen: string | undefined;
  /** Why `run.json` cannot be used; undefined when it can. */
  fault: string | undefined;

  constructor(readonly folder: string) {
    this.#tail = new LogTail(join(folder, runFiles.events));
  }

  /** The run, once `run.json` was read. */
  get run(): Run | undefined {
    return this.#run;
  }

  /** Events read so far. */
  get count(): number {
    return this.#tail.count;
  }

  get isActive(): boolean {
    return this.#run !== undefined && !isFinished(this.#run.status);
  }

  /** Process to end when the run does not follow a stop: the recorded one, else the one the log names. */
  async process(): Promise<Omit<ProcessRecord, 'at'> | undefined> {
    return (await recordIn(this.folder)) ?? processInLog(this.#tail.state);
  }

  async refresh(): Promise<Refreshed> {
    const names = new Set((await ifThere(readdir(this.folder))) ?? []);
    const nothing = { events: [], whole: false, changed: false };
    this.#manifest ??= await this.#readManifest(names);
    if (!this.#manifest) return nothing;
    const seen = await this.#fingerprint(names);
    if (seen === this.#seen && !this.isActive) return nothing;
    const before = this.#run;
    let { events, restarted } = await this.#tail.read();
    let status = await this.#status(names);
    if (status === 'crashed' || status === 'stopped') {
      // The process may have written its last words after the log was read and before it was looked for.
      const more = await this.#tail.read();
      restarted ||= more.restarted;
      events = [...(more.restarted ? [] : events), ...more.events];
      status = await this.#status(names);
    }
    if (isFinished(status)) {
      const settled = this.#tail.settle();
      if (settled.length > 0) status = await this.#status(names);
      events = [...events, ...settled];
    }
    this.#seen = seen;
    const torn = isFinished(status) && this.#tail.isTorn;
    const state = this.#tail.state;
    this.#run = {
      manifest: this.#manifest,
      status,
      state: torn ? { ...state, malformed: state.malformed + 1 } : state,
    };
    const same = before?.status === status && before.state.malformed === this.#run.state.malformed;
    return {
      events,
      whole: before === undefined || restarted,
      changed: !same || restarted || events.length > 0,
    };
  }

  async #fingerprint(names: ReadonlySet<string>): Promise<string> {
    const [log, record] = await Promise.all(
      [runFiles.events, runFiles.process].map((name) =>
        names.has(name) ? ifThere(stat(join(this.folder, name))) : Promise.resolve(undefined),
      ),
    );
    return [log?.size, log?.mtimeMs, record?.mtimeMs, ...[...names].sort()].join('|');
  }

  /** `run.json` is written once, so it is read once; a broken one is read again when it changes. */
  async #readManifest(names: ReadonlySet<string>): Promise<RunManifest | undefined> {
    if (!names.has(runFiles.manifest)) {
      this.fault = `${runFiles.manifest} is missing`;
      return undefined;
    }
    const file = join(this.folder, runFiles.manifest);
    const modified = (await ifThere(stat(file)))?.mtimeMs;
    if (modified === this.#faultSeen) return undefined;
    const parsed = parseManifest((await readIfThere(file)) ?? '');
    this.fault = typeof parsed === 'string' ? parsed : undefined;
    this.#faultSeen = modified;
    return typeof parsed === 'string' ? undefined : parsed;
  }

  async #status(names: ReadonlySet<string>): Promise<RunStatus> {
    const state = this.#tail.state;
    const record = names.has(runFiles.process) ? await recordIn(this.folder) : undefined;
    const facts: Omit<FolderFacts, 'life'> = {
      queued: names.has(runFiles.queued),
      claimed: names.has(runFiles.claimed),
      stop: names.has(runFiles.stop),
      record,
    };
    // Looking for a process costs more than the rest: only where it decides.
    const over = endedStatus(state) !== undefined && !startedSince(state, record);
    const life: Life = over ? 'dead' : await lifeOfRun(record ?? processInLog(state));
    return statusOf(state, { ...facts, life });
  }
}

/** A program in another language has no `process.json`, but may say in its log which process it is. */
function processInLog({ pid, host }: RunState): Omit<ProcessRecord, 'at'> | undefined {
  return pid === undefined ? undefined : { pid, host: host ?? hostname() };
}

const lifeOfRun = async (record: Omit<ProcessRecord, 'at'> | undefined): Promise<Life> =>
  record ? lifeOf(record) : 'unknown';

/** The manifest, or why the text is none. */
export function parseManifest(text: string): RunManifest | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return `${runFiles.manifest} is not JSON`;
  }
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return `${runFiles.manifest}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'not as specified'}`;
}
