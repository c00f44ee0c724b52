import * as vscode from 'vscode';
import type { Problem } from '../core/problems';
import { Owner } from '../workspace/disposable';
import { isExperimentUri, type Experiments } from '../workspace/experiments';

export const DIAGNOSTIC_SOURCE = 'Lethe';

/**
 * Problems of open experiment files, at their place; a file's problems go when it is closed. Of files that cannot be read,
 * and so not be opened either, the reason.
 */
export class ExperimentDiagnostics extends Owner {
  private readonly collection = this.own(vscode.languages.createDiagnosticCollection('lethe'));
  private unreadable: readonly vscode.Uri[] = [];

  constructor(private readonly experiments: Experiments) {
    super();
    this.own(experiments.onDidChange((uri) => this.update(uri)));
    this.own(
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        this.collection.delete(uri);
      }),
    );
    this.update(undefined);
  }

  /** Brings the shown problems up to date at once, without waiting for a pause in typing. */
  show(document: vscode.TextDocument): void {
    const { problems } = this.experiments.parse(document);
    this.collection.set(
      document.uri,
      problems.map((problem) => diagnosticOf(document, problem)),
    );
  }

  private update(uri: vscode.Uri | undefined): void {
    this.showUnreadable();
    for (const document of vscode.workspace.textDocuments) {
      const concerned = uri === undefined || document.uri.toString() === uri.toString();
      if (concerned && !document.isClosed && isExperimentUri(document.uri)) this.show(document);
    }
  }

  private showUnreadable(): void {
    for (const uri of this.unreadable) this.collection.delete(uri);
    const unreadable = this.experiments.list().filter(({ parsed }) => parsed.unreadable);
    this.unreadable = unreadable.map(({ uri }) => uri);
    for (const { uri, parsed } of unreadable) {
      this.collection.set(
        uri,
        parsed.problems.map((problem) => diagnosticOf(undefined, problem)),
      );
    }
  }
}

const START = new vscode.Position(0, 0);

/** Without a document there is no other place than its start. */
function diagnosticOf(document: vscode.TextDocument | undefined, problem: Problem): vscode.Diagnostic {
  const start = document?.positionAt(problem.offset) ?? START;
  const end = document?.positionAt(problem.offset + problem.length) ?? START;
  const severity = problem.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const diagnostic = new vscode.Diagnostic(new vscode.Range(start, end), problem.message, severity);
  diagnostic.source = DIAGNOSTIC_SOURCE;
  diagnostic.code = codeOf(problem);
  return diagnostic;
}

const LONGEST_CODE = 60;

/** The setting a problem is about, e.g. `training.learningRate`; list positions say nothing in a code. */
function codeOf({ path }: Problem): string {
  const setting = path.filter((key) => typeof key === 'string').join('.');
  return setting.slice(0, LONGEST_CODE) || 'file';
}
