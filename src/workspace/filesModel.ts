import * as vscode from 'vscode';
import { Owner } from './disposable';
import type { KnownFiles } from './experimentFile';
import type { NamedFilesModel } from './namedFilesModel';
import type { OwnFilesModel } from './ownFilesModel';

/** What is known of all files that experiment files name: the user's own code, and others. */
export class FilesModel extends Owner {
  private readonly changed = this.own(new vscode.EventEmitter<readonly string[]>());
  /** Fires with the paths of the experiment files of which more is known now. */
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly ownFiles: OwnFilesModel,
    private readonly namedFiles: NamedFilesModel,
  ) {
    super();
    for (const { onDidChange } of [ownFiles, namedFiles])
      this.own(onDidChange((experiments) => this.changed.fire(experiments)));
  }

  /** Grows whenever something else is known than before. */
  get revision(): number {
    return this.ownFiles.revision + this.namedFiles.revision;
  }

  /** What is known now of the files that the text of an experiment file names; what is not will be told by `onDidChange`. */
  of(text: string, experiment: string | undefined): KnownFiles {
    return { own: this.ownFiles.of(text, experiment), named: this.namedFiles.of(text, experiment) };
  }

  /** The same, once all of it is known. */
  async allOf(text: string, experiment: string | undefined): Promise<KnownFiles> {
    const [own, named] = await Promise.all([
      this.ownFiles.allOf(text, experiment),
      this.namedFiles.allOf(text, experiment),
    ]);
    return { own, named };
  }
}
