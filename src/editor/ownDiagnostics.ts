import * as path from 'node:path';
import * as vscode from 'vscode';
import { placeIn } from '../core/own/placeIn';
import { Owner } from '../workspace/disposable';
import type { OwnFilesModel } from '../workspace/ownFilesModel';
import { DIAGNOSTIC_SOURCE } from './diagnostics';

/** What keeps a file of the user's own from being loaded, at its line in that file, or in the one it imports; until it is mended. */
export class OwnDiagnostics extends Owner {
  private readonly collection = this.own(vscode.languages.createDiagnosticCollection('lethe-own'));

  constructor(private readonly ownFiles: OwnFilesModel) {
    super();
    this.own(ownFiles.onDidChange(() => this.update()));
    this.update();
  }

  private update(): void {
    const found = new Map<string, vscode.Diagnostic>();
    for (const { file, message } of this.ownFiles.faulty()) {
      const place = placeIn(message);
      if (!place) continue;
      const line = new vscode.Range(place.line - 1, 0, place.line - 1, Number.MAX_SAFE_INTEGER);
      const diagnostic = new vscode.Diagnostic(line, place.said, vscode.DiagnosticSeverity.Error);
      diagnostic.source = DIAGNOSTIC_SOURCE;
      found.set(path.join(path.dirname(file), ...place.name.split('/')), diagnostic);
    }
    this.collection.clear();
    for (const [file, diagnostic] of found) this.collection.set(vscode.Uri.file(file), [diagnostic]);
  }
}
