import * as path from 'node:path';
import * as vscode from 'vscode';
import type { FileNaming, NamedFile, NamedFiles } from '../core/namedFiles';
import { namedFilesOf } from '../core/parse';
import { placeOfNamed } from '../runs/placeOfNamed';
import { Owner } from './disposable';

/**
 * What is known of the files, such as weights, that experiment files name. They are read in the background, and looked at
 * again when they come, change or go.
 */
export class NamedFilesModel extends Owner {
  /** By absolute path. */
  private readonly known = new Map<string, NamedFile>();
  private readonly reading = new Map<string, Promise<void>>();
  private readonly again = new Set<string>();
  /** Experiment files that asked for a file. */
  private readonly asking = new Map<string, Set<string>>();
  private readonly changed = this.own(new vscode.EventEmitter<readonly string[]>());
  /** Fires with the paths of the experiment files of which more is known now. */
  readonly onDidChange = this.changed.event;
  private count = 0;

  constructor(private readonly onError: (error: unknown) => void) {
    super();
  }

  /** Grows whenever something else is known than before. */
  get revision(): number {
    return this.count;
  }

  /** What is known now of the files that the text of an experiment file names; what is not will be told by `onDidChange`. */
  of(text: string, experiment: string | undefined): NamedFiles {
    const found = new Map<string, NamedFile>();
    for (const naming of namedFilesOf(text)) found.set(naming.name, this.one(naming, experiment));
    return found;
  }

  /** The same, with all of it as it is now. */
  async allOf(text: string, experiment: string | undefined): Promise<NamedFiles> {
    this.of(text, experiment);
    await Promise.all([...this.reading.values()]);
    return this.of(text, experiment);
  }

  private one(naming: FileNaming, experiment: string | undefined): NamedFile {
    if (experiment === undefined) return { kind: 'unread' };
    const file = placeOfNamed(naming.name, experiment);
    const asking = this.asking.get(file);
    if (asking) asking.add(experiment);
    else {
      this.asking.set(file, new Set([experiment]));
      this.watch(naming, file);
    }
    this.look(naming, file);
    return this.known.get(file) ?? { kind: 'unread' };
  }

  /** What has not changed is not read again. What may have changed while it was read is looked at once more. */
  private look(naming: FileNaming, file: string): void {
    if (this.reading.has(file)) {
      this.again.add(file);
      return;
    }
    const reading = this.read(naming, file)
      .catch(this.onError)
      .finally(() => {
        this.reading.delete(file);
        if (this.again.delete(file) && !this.disposed) this.look(naming, file);
      });
    this.reading.set(file, reading);
  }

  private async read(naming: FileNaming, file: string): Promise<void> {
    // Read when an experiment names a file.
    const { readNamedFile } = await import('../runs/contents');
    const found = await readNamedFile(naming, file);
    const before = this.known.get(file);
    this.known.set(file, found);
    if (JSON.stringify(found) === JSON.stringify(before) || this.disposed) return;
    this.count += 1;
    this.changed.fire([...(this.asking.get(file) ?? [])]);
  }

  private watch(naming: FileNaming, file: string): void {
    const pattern = new vscode.RelativePattern(vscode.Uri.file(path.dirname(file)), path.basename(file));
    const watcher = this.own(vscode.workspace.createFileSystemWatcher(pattern));
    for (const event of [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete])
      this.own(event(() => this.look(naming, file)));
  }
}
