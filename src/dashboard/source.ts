import type { RunAnalyses } from '../core/analyses/courses';
import type { SeveralResult } from '../core/analyses/severalResults';
import type { BackendChoice } from '../core/backends';
import type { EventOf } from '../core/events';
import type { RunManifest } from '../core/manifest';
import type { DashboardView, FileTrouble, RunDelta, RunSnapshot } from '../core/messages';
import type { Experiment } from '../core/experiment';
import { withoutFaulty } from '../core/own/ownFiles';
import { seedsOf } from '../core/parse';
import type { Run } from '../core/run';
import type { RunColumns } from '../core/runColumns';
import type { ToldKind } from '../core/told';
import { datasetsOf } from '../core/streamTasks';
import { visibleText } from '../core/visibleText';
import { changeSince, shownState, toldState, type ToldState } from '../core/stateChange';
import type { RunChange } from '../runs/index';
import { noKnownFiles, parsedWith, type KnownFiles } from '../workspace/experimentFile';
import type { Thumbnails } from './taskPictures';
import { viewOf, viewOfRuns } from './view';

/** The runs of a workspace folder, as far as a dashboard needs them. A `RunStore` is one. */
export interface RunReader {
  list(): Promise<Run[]>;
  /** What a run measured on the way. Rejects with a FileFault where its log cannot be read. */
  columnsOf(id: string): Promise<RunColumns>;
  /** Events of a run, of one kind, after one task or all. Rejects with a FileFault. */
  told<Kind extends ToldKind>(id: string, kind: Kind, task?: number): Promise<EventOf<Kind>[]>;
  /** What has been measured on the parameters that it kept. Rejects with a FileFault. */
  analysesOf(id: string, signal: AbortSignal): Promise<RunAnalyses>;
  /** A result of several runs that lies beside it, by its name. Rejects with a FileFault. */
  severalOf(id: string, name: string): Promise<SeveralResult>;
  /** A run as it was read last. */
  current(id: string): Run | undefined;
  outputTail(id: string, lines: number): Promise<string>;
  /** Tells what changes from now on. An empty list says that anything may have changed. */
  watch(listener: (changes: readonly RunChange[]) => void): { dispose(): void };
}

export interface DashboardContent {
  readonly view: DashboardView;
  readonly runs: readonly RunSnapshot[];
}

/** Where the content of one dashboard comes from. */
export interface DashboardSource {
  /** Everything there is to show now. */
  snapshot(): Promise<DashboardContent>;
  /**
   * What is new since the snapshot or the deltas before; `undefined` when only another snapshot can tell.
   * Calls must not overlap with each other or with `snapshot`.
   */
  deltas(changes: readonly RunChange[]): Promise<readonly RunDelta[] | undefined>;
  watch(listener: (changes: readonly RunChange[]) => void): { dispose(): void };
}

export interface SourceOptions {
  readonly reader: RunReader;
  /** Path of the experiment file relative to its workspace folder; undefined for runs that never had one. */
  readonly file?: string;
  /** Name that runs without an experiment file have in common. */
  readonly name?: string;
  readonly uri: string;
  /** The text of the experiment file; undefined when it is gone. */
  readText(): Promise<string | undefined>;
  /** What is known of the files that such a text names; nothing where left out. */
  knownFiles?(text: string): Promise<KnownFiles>;
  isTrusted(): boolean;
  /** The one whose runs count before those of others; none where left out. */
  backend?(): BackendChoice;
  /** Example images by data set. */
  thumbnails(datasets: readonly string[]): Promise<Readonly<Record<string, Thumbnails>>>;
}

const TAIL_LINES = 12;

interface ReadExperiment {
  /** Undefined where the text has errors. */
  readonly experiment?: Experiment | undefined;
  readonly trouble?: FileTrouble;
}

/** The experiment of a text; where only files of the user's own have errors, as if nobody had looked at these. */
function readableExperiment(text: string, known: KnownFiles): ReadExperiment {
  const { experiment } = parsedWith(text, known);
  const { faulty, rest } = withoutFaulty(known.own);
  if (experiment || faulty.length === 0) return { experiment };
  return { ...parsedWith(text, { ...known, own: rest }), trouble: { kind: 'code', files: faulty } };
}

/** A run as it was told. */
interface ToldRun {
  /** A run folder of the same name may hold another run by now. */
  readonly created: number;
  readonly status: Run['status'];
  readonly outputTail: string | undefined;
  readonly state: ToldState;
}

/** One experiment file and its runs. */
export class ExperimentSource implements DashboardSource {
  private lastGood: Experiment | undefined;
  /** What the page knows of each run. */
  private told = new Map<string, ToldRun>();
  /** Runs that are none of its own, and were there already. */
  private foreign = new Set<string>();
  private wanted: (run: Run) => boolean = () => false;
  /** Of the variants that are shown. */
  private hashes: ReadonlySet<string> = new Set();

  constructor(private readonly options: SourceOptions) {}

  async snapshot(): Promise<DashboardContent> {
    const all = await this.options.reader.list();
    const view = await this.readView(all);
    const hashes = new Set(view.variants.map((variant) => variant.hash));
    this.hashes = hashes;
    this.wanted = ({ manifest }) => hashes.has(manifest.variant.hash) && view.seeds.includes(manifest.seed);
    this.told = new Map();
    this.foreign = new Set(all.map(({ manifest }) => manifest.id));
    const runs = await Promise.all(all.filter(this.wanted).map((run) => this.snapshotOf(run)));
    return { view, runs };
  }

  async deltas(changes: readonly RunChange[]): Promise<readonly RunDelta[] | undefined> {
    if (changes.length === 0) return undefined;
    const deltas: RunDelta[] = [];
    for (const id of new Set(changes.map((change) => change.id))) {
      const delta = await this.deltaOf(id);
      if (delta === 'gap') return undefined;
      if (delta) deltas.push(delta);
    }
    return deltas;
  }

  watch(listener: (changes: readonly RunChange[]) => void): { dispose(): void } {
    return this.options.reader.watch(listener);
  }

  /** A run that the page knows, as it stands now. */
  shown(id: string): Run | undefined {
    return this.told.has(id) ? this.options.reader.current(id) : undefined;
  }

  private async readView(runs: readonly Run[]): Promise<DashboardView> {
    const { file, uri } = this.options;
    const own = runs.map((run) => run.manifest).filter((manifest) => this.belongs(manifest));
    const common = { uri, trusted: this.options.isTrusted(), backend: this.options.backend?.() ?? 'auto' };
    if (file === undefined) return viewOfRuns(own, { ...common, thumbnails: {} });
    const text = await this.options.readText();
    const known = text === undefined ? noKnownFiles : ((await this.options.knownFiles?.(text)) ?? noKnownFiles);
    const read = text === undefined ? {} : readableExperiment(text, known);
    const experiment = read.experiment ?? this.lastGood;
    const thumbnails = await this.options.thumbnails(experiment ? datasetsOf(experiment.stream) : []);
    // Protocols are large, and nothing else needs them before a dashboard is open.
    const { yardsticksOf } = await import('../core/published');
    const context = { ...common, file, thumbnails, yardsticksOf };
    if (read.experiment) {
      this.lastGood = read.experiment;
      return viewOf(read.experiment, { ...context, ...(read.trouble && { fileTrouble: read.trouble }) }, runs);
    }
    const shown = experiment ? 'last valid' : 'runs';
    const fileTrouble: FileTrouble = text === undefined ? { kind: 'missing' } : { kind: 'invalid', shown };
    if (experiment) return viewOf(experiment, { ...context, fileTrouble }, runs);
    const seeds = text === undefined ? undefined : seedsOf(text);
    const asked = own.filter(({ seed }) => seeds?.includes(seed) ?? true);
    return viewOfRuns(asked, { ...context, fileTrouble });
  }

  private belongs({ experiment }: RunManifest): boolean {
    const { file, name } = this.options;
    return experiment.file === file && (file !== undefined || experiment.name === name);
  }

  private async snapshotOf(run: Run): Promise<RunSnapshot> {
    const { manifest, status, state } = run;
    const outputTail = await this.tailOf(run);
    this.told.set(manifest.id, { created: manifest.created, status, outputTail, state: toldState(state) });
    return { manifest, status, state: shownState(state), ...(outputTail !== undefined && { outputTail }) };
  }

  private async deltaOf(id: string): Promise<RunDelta | 'gap' | undefined> {
    const run = this.options.reader.current(id);
    const told = this.told.get(id);
    if (!run) return this.told.delete(id) ? { id, removed: true } : undefined;
    // A fork, or where no file says which variants there are any run, may bring another variant.
    if (!this.wanted(run)) return this.isAnother(run.manifest) ? 'gap' : undefined;
    if (told?.created !== run.manifest.created) return { id, snapshot: await this.snapshotOf(run) };
    const outputTail = await this.tailOf(run);
    const { change, told: state } = changeSince(told.state, run.state);
    this.told.set(id, { created: told.created, status: run.status, outputTail, state });
    const delta = {
      ...(run.status !== told.status && { status: run.status }),
      ...(change && { state: change }),
      ...(outputTail !== told.outputTail && { outputTail: outputTail ?? '' }),
    };
    return Object.keys(delta).length > 0 ? { id, ...delta } : undefined;
  }

  private isAnother(manifest: RunManifest): boolean {
    const isNew = !this.foreign.has(manifest.id);
    this.foreign.add(manifest.id);
    const isFork = manifest.trainer === 'lethe' && this.hashes.has(manifest.parent?.hash ?? '');
    return isNew && (isFork || (this.options.file === undefined && this.belongs(manifest)));
  }

  private async tailOf({ manifest, status }: Run): Promise<string | undefined> {
    if (status !== 'failed' && status !== 'crashed') return undefined;
    return this.options.reader.outputTail(manifest.id, TAIL_LINES).then(visibleText, () => undefined);
  }
}
