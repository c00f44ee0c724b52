import * as path from 'node:path';
import * as vscode from 'vscode';
import type { RunAnalyses } from '../core/analyses/courses';
import type { SeveralResult } from '../core/analyses/severalResults';
import type { EventOf } from '../core/events';
import { isFinished, type Run } from '../core/run';
import type { RunColumns } from '../core/runColumns';
import type { ToldKind } from '../core/told';
import type { RunChange, RunStore } from '../runs/index';
import { Config } from './config';
import { Owner } from './disposable';
import { t } from './text';

/** New and changed runs of one workspace folder, as its store reported them. */
export interface FolderChanges {
  readonly folder: string;
  readonly changes: readonly RunChange[];
}

interface Folder {
  readonly path: string;
  /** Its code is read when there is a folder. */
  readonly store: Promise<RunStore>;
  opened?: RunStore;
  readonly runs: Map<string, Run>;
  watching?: vscode.Disposable;
  /** Run folders that cannot be shown, and why. */
  damaged: readonly DamagedRun[];
  /** Grows with every change, so that readers can tell whether what they computed still holds. */
  revision: number;
  /** While all of it is read for the first time: how many runs there were when it was last told of them. */
  told?: number | undefined;
}

/** The runs of one folder for a reader that outlives the store behind it (settings may change that). */
export interface FolderReader {
  list(): Promise<Run[]>;
  columnsOf(id: string): Promise<RunColumns>;
  told<Kind extends ToldKind>(id: string, kind: Kind, task?: number): Promise<EventOf<Kind>[]>;
  analysesOf(id: string, signal: AbortSignal): Promise<RunAnalyses>;
  severalOf(id: string, name: string): Promise<SeveralResult>;
  current(id: string): Run | undefined;
  outputTail(id: string, lines: number): Promise<string>;
  /** An empty list of changes says that anything may have changed. */
  watch(listener: (changes: readonly RunChange[]) => void): vscode.Disposable;
}

export interface DamagedRun {
  readonly id: string;
  readonly reason: string;
}

/** A word about so many runs that were read. */
const READ_AT_ONCE = 100;

/** Where the programs that stores start are found. */
export interface Programs {
  /** Folder with `train.js`, `own.js`, `keeper.js` and `cli.js`. */
  readonly dist: string;
}

/** The runs of all workspace folders, kept up to date from their stores, with one event for everything. */
export class RunsModel extends Owner {
  private readonly folders = new Map<string, Folder>();
  private readonly changed = this.own(new vscode.EventEmitter<FolderChanges>());
  readonly onDidChange = this.changed.event;
  private loading: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly config: Config,
    private readonly programs: Programs,
    private readonly onError: (error: unknown) => void,
  ) {
    super();
    this.own(vscode.workspace.onDidChangeWorkspaceFolders(() => this.syncFolders()));
    this.own(
      config.onDidChange((event) => {
        if (Config.affectsStores(event)) this.reopen();
      }),
    );
    this.syncFolders();
  }

  /** Resolves when the runs found so far have been read. */
  get ready(): Promise<unknown> {
    return this.loading;
  }

  folderPaths(): string[] {
    return [...this.folders.keys()];
  }

  /** The store of a workspace folder; undefined where a folder is not on this machine's disk. */
  async store(folder: string): Promise<RunStore | undefined> {
    return this.folders.get(folder)?.store;
  }

  /** Path of the folder that holds the runs of an experiment file; undefined where none does. */
  folderOf(experiment: vscode.Uri): string | undefined {
    const folder = vscode.workspace.getWorkspaceFolder(experiment)?.uri;
    return folder?.scheme === 'file' ? folder.fsPath : undefined;
  }

  readerOf(experiment: vscode.Uri): FolderReader | undefined {
    const path = this.folderOf(experiment);
    if (path === undefined) return undefined;
    const store = async () => {
      const found = await this.store(path);
      if (!found) throw new Error(`${path} is no folder of this workspace any more.`);
      return found;
    };
    return {
      list: async () => (await store()).list(),
      columnsOf: async (id) => (await store()).columnsOf(id),
      told: async (id, kind, task) => (await store()).told(id, kind, task),
      analysesOf: async (id, signal) => (await store()).analysesOf(id, signal),
      severalOf: async (id, name) => (await store()).severalOf(id, name),
      current: (id) => this.folders.get(path)?.opened?.current(id),
      outputTail: async (id, lines) => (await store()).outputTail(id, lines),
      watch: (listener) => this.onDidChange(({ folder, changes }) => folder === path && listener(changes)),
    };
  }

  runs(folder: string): Run[] {
    return [...(this.folders.get(folder)?.runs.values() ?? [])];
  }

  run(folder: string, id: string): Run | undefined {
    return this.folders.get(folder)?.runs.get(id);
  }

  /** Run folders that could not be read when the folder was opened, and why. */
  damaged(folder: string): readonly DamagedRun[] {
    return this.folders.get(folder)?.damaged.filter(({ id }) => !this.run(folder, id)) ?? [];
  }

  revision(folder: string): number {
    return this.folders.get(folder)?.revision ?? 0;
  }

  /** All runs with their folder, oldest first. */
  all(): { readonly folder: string; readonly run: Run }[] {
    const found = [...this.folders.values()].flatMap(({ path: folder, runs }) =>
      [...runs.values()].map((run) => ({ folder, run })),
    );
    return found.sort((a, b) => a.run.manifest.created - b.run.manifest.created);
  }

  active(): { readonly folder: string; readonly run: Run }[] {
    return this.all().filter(({ run }) => !isFinished(run.status));
  }

  /** Reads everything again. */
  reopen(): void {
    for (const folder of [...this.folders.keys()]) this.close(folder);
    this.syncFolders();
  }

  override dispose(): void {
    for (const folder of [...this.folders.keys()]) this.close(folder);
    super.dispose();
  }

  private syncFolders(): void {
    const wanted = (vscode.workspace.workspaceFolders ?? [])
      .filter(({ uri }) => uri.scheme === 'file')
      .map(({ uri }) => uri.fsPath);
    for (const folder of this.folders.keys()) if (!wanted.includes(folder)) this.close(folder);
    const added = wanted.filter((folder) => !this.folders.has(folder));
    this.loading = Promise.all([this.loading, ...added.map((folder) => this.open(folder))]);
  }

  private async open(path: string): Promise<void> {
    const reading: Reading = { report: () => undefined };
    const runs = new Map<string, Run>();
    const folder: Folder = { path, store: this.makeStore(path, reading), runs, damaged: [], revision: 0, told: 0 };
    this.folders.set(path, folder);
    try {
      const store = await folder.store;
      // It may have been closed again meanwhile.
      if (this.folders.get(path) !== folder) return;
      folder.opened = store;
      folder.watching = store.watch((changes) => this.take(path, changes));
      const found = await withReadingProgress(reading, () => store.list());
      // A change that came in while the list was read is newer than the list.
      for (const run of found) if (!runs.has(run.manifest.id)) runs.set(run.manifest.id, run);
      folder.damaged = await store.damaged();
    } catch (error) {
      this.onError(error);
    }
    folder.told = undefined;
    if (this.folders.get(path) === folder) this.announce(folder, []);
  }

  private async makeStore(path: string, reading: Reading): Promise<RunStore> {
    const { RunStore } = await import('../runs/store');
    const { config, programs } = this;
    return new RunStore(path, {
      dist: programs.dist,
      node: config.nodePath ?? process.execPath,
      ...(config.parallelRuns === undefined ? {} : { parallel: config.parallelRuns }),
      ...(config.threads !== undefined && { threads: config.threads }),
      devices: config.devices,
      stopTimeout: config.stopTimeout,
      onReading: (done, total) => reading.report(done, total),
    });
  }

  private close(path: string): void {
    this.folders.get(path)?.watching?.dispose();
    this.folders.delete(path);
  }

  private take(path: string, changes: readonly RunChange[]): void {
    const folder = this.folders.get(path);
    if (!folder) return;
    for (const change of changes) {
      if (change.run) folder.runs.set(change.id, change.run);
      else folder.runs.delete(change.id);
    }
    if (folder.told !== undefined) {
      // Whoever is told looks at all runs: of thousands that are read it is told in steps that double, and once at the end.
      if (folder.runs.size < 2 * folder.told) return;
      folder.told = folder.runs.size;
    }
    this.announce(folder, changes);
  }

  private announce(folder: Folder, changes: readonly RunChange[]): void {
    folder.revision += 1;
    if (!this.disposed) this.changed.fire({ folder: folder.path, changes });
  }
}

/** Is told how many run folders of how many are read. */
interface Reading {
  report: (done: number, total: number) => void;
}

/** Says in the status bar how far it is: ten thousand runs that were never read before take some seconds. */
function withReadingProgress<T>(reading: Reading, work: () => Promise<T>): Thenable<T> {
  const title = t('Lethe: reading runs');
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, (progress) => {
    reading.report = (done, total) => {
      if (done % READ_AT_ONCE === 0) progress.report({ message: t('{0} of {1}', done, total) });
    };
    return work();
  });
}

/** Folder of one run on disk. */
export const runFolderOf = (folder: string, id: string): string => path.join(folder, '.lethe', 'runs', id);
