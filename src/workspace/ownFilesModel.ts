import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Description } from '../core/own/description';
import type { OwnAsk, OwnFile, OwnFiles } from '../core/own/ownFiles';
import { canonicalJson } from '../core/canonicalJson';
import { ownAsksOf } from '../core/parse';
import type { Config } from './config';
import { Owner } from './disposable';
import type { Programs } from './runsModel';
import { t } from './text';

/** Files, and settings they were asked about, that are remembered. */
const MOST_KNOWN = 500;

interface Known {
  /** Absolute path. */
  readonly path: string;
  readonly file: OwnFile;
  /** Files by whose change it may be another. */
  readonly watched: readonly string[];
  /** One of them has changed: until it is read again, this is still said of it. */
  isOutdated?: boolean;
}

/**
 * What is known of the files of the user's own that experiment files name. Each is loaded by a small process once for its
 * content; in a workspace that is not trusted none is, and only what was found out earlier is known.
 */
export class OwnFilesModel extends Owner {
  /** By absolute path, and the settings that were asked about. */
  private readonly known = new Map<string, Known>();
  private readonly reading = new Map<string, { readonly folder: string; readonly done: Promise<void> }>();
  /** Beside what is being read something has changed since. */
  private readonly again = new Set<string>();
  /** Experiment files that asked for a file. */
  private readonly asking = new Map<string, Set<string>>();
  private readonly changed = this.own(new vscode.EventEmitter<readonly string[]>());
  /** Fires with the paths of the experiment files of which more is known now. */
  readonly onDidChange = this.changed.event;
  private watcher: vscode.FileSystemWatcher | undefined;
  private count = 0;

  constructor(
    private readonly config: Config,
    private readonly programs: Programs,
    private readonly onError: (error: unknown) => void,
  ) {
    super();
    this.own(vscode.workspace.onDidGrantWorkspaceTrust(() => this.forgetAll()));
    this.own(vscode.workspace.onDidSaveTextDocument(({ uri }) => this.fileChanged(uri)));
  }

  /** Grows whenever something else is known than before. */
  get revision(): number {
    return this.count;
  }

  /** What is known now of the files that the text of an experiment file names; what is not will be told by `onDidChange`. */
  of(text: string, experiment: string | undefined): OwnFiles {
    const found = new Map<string, OwnFile>();
    for (const ask of ownAsksOf(text)) found.set(ask.path, this.one(ask, experiment));
    return found;
  }

  /** The same, once all of it is known. */
  async allOf(text: string, experiment: string | undefined): Promise<OwnFiles> {
    this.of(text, experiment);
    await Promise.all([...this.reading.values()].map(({ done }) => done));
    return this.of(text, experiment);
  }

  /** Absolute paths of the files that the text of an experiment file names, with what they import. */
  filesOf(text: string, experiment: string): string[] {
    return ownAsksOf(text).flatMap((ask) => {
      const file = path.resolve(path.dirname(experiment), ask.path);
      return [file, ...(this.known.get(keyOf(file, ask))?.watched ?? [])];
    });
  }

  /** Files that cannot be used, by absolute path, and why; not those that have changed since. */
  faulty(): { readonly file: string; readonly message: string }[] {
    return [...this.known.values()].flatMap(({ path: place, file, isOutdated }) =>
      file.kind === 'faulty' && !isOutdated ? [{ file: place, message: file.message }] : [],
    );
  }

  private one(ask: OwnAsk, experiment: string | undefined): OwnFile {
    if (experiment === undefined) return { kind: 'unread' };
    const file = path.resolve(path.dirname(experiment), ask.path);
    const key = keyOf(file, ask);
    const asking = this.asking.get(file) ?? new Set<string>();
    this.asking.set(file, asking.add(experiment));
    const known = this.known.get(key);
    if (!known || known.isOutdated) this.look(ask, file, key);
    return known?.file ?? { kind: 'unread' };
  }

  private look(ask: OwnAsk, file: string, key: string): void {
    if (this.reading.has(key)) return;
    const done = this.read(ask, file, key)
      .catch(this.onError)
      .finally(() => this.reading.delete(key));
    this.reading.set(key, { folder: path.dirname(file), done });
  }

  /** What may have changed while it was read is looked at once more. */
  private async read({ path: name, settings }: OwnAsk, file: string, key: string): Promise<void> {
    this.watch();
    // What only experiments with files of one's own need is loaded only by them.
    const { ownFileFrom } = await import('../core/own/description');
    const found = await this.describe(file, settings);
    if (this.again.delete(key) && !this.disposed) return this.read({ path: name, settings }, file, key);
    const folder = path.dirname(file);
    // While settings of a stream are typed it is asked about many.
    const [oldest] = this.known.keys();
    if (oldest !== undefined && this.known.size >= MOST_KNOWN) this.known.delete(oldest);
    this.known.set(key, {
      path: file,
      file: found
        ? ownFileFrom(name, found)
        : { kind: 'unread', message: t('This file is not loaded: the workspace is not trusted.') },
      watched: Object.keys(found?.watched ?? {}).map((watched) => path.join(folder, watched)),
    });
    this.tell([file]);
  }

  private async describe(file: string, settings: object | undefined): Promise<Description | undefined> {
    const { describeOwn, keptDescription } = await import('../runs/own/describeOwn');
    const { dist } = this.programs;
    return vscode.workspace.isTrusted
      ? describeOwn(file, { dist, node: this.config.nodePath, settings })
      : keptDescription(file, settings);
  }

  private watch(): void {
    if (this.watcher) return;
    this.watcher = this.own(vscode.workspace.createFileSystemWatcher('**/*.{ts,mts,js,mjs}'));
    for (const event of [this.watcher.onDidCreate, this.watcher.onDidChange, this.watcher.onDidDelete])
      this.own(event((uri) => this.fileChanged(uri)));
  }

  private fileChanged({ scheme, fsPath }: vscode.Uri): void {
    if (scheme !== 'file') return;
    for (const [key, { folder }] of this.reading) if (fsPath.startsWith(folder + path.sep)) this.again.add(key);
    const changed = [...this.known.values()].filter(
      ({ path: file, watched, isOutdated }) => !isOutdated && (file === fsPath || watched.includes(fsPath)),
    );
    for (const known of changed) known.isOutdated = true;
    if (changed.length > 0) this.tell(changed.map(({ path: file }) => file));
  }

  private forgetAll(): void {
    for (const key of this.reading.keys()) this.again.add(key);
    const gone = [...this.known.values()].map(({ path: file }) => file);
    this.known.clear();
    if (gone.length > 0) this.tell(gone);
  }

  private tell(files: readonly string[]): void {
    this.count += 1;
    const experiments = new Set(files.flatMap((file) => [...(this.asking.get(file) ?? [])]));
    if (!this.disposed) this.changed.fire([...experiments]);
  }
}

const keyOf = (file: string, { settings }: OwnAsk): string =>
  settings === undefined ? file : `${file}\n${canonicalJson(settings)}`;
