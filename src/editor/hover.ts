import * as vscode from 'vscode';
import type { Experiments } from '../workspace/experiments';
import type { OwnFilesModel } from '../workspace/ownFilesModel';
import type { Overviews } from '../workspace/overviews';
import { t } from '../workspace/text';

/** VS Code's own. */
const SHOW_PAGE = 'markdown.showPreview';

/** Method cards and defaults when pointing at a place of an experiment file. */
export class ExperimentHover implements vscode.HoverProvider {
  constructor(
    private readonly experiments: Experiments,
    private readonly ownFiles: OwnFilesModel,
    private readonly overviews: Overviews,
    private readonly extensionUri: vscode.Uri,
  ) {}

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    // Read when somebody points at something.
    const { hoverText } = await import('./hoverText');
    const { whyInWords } = await import('../workspace/whyWords');
    const text = document.getText();
    const own = this.ownFiles.of(text, document.uri.scheme === 'file' ? document.uri.fsPath : undefined);
    const parsed = this.experiments.parse(document);
    const known = this.experiments.get(document.uri.toString());
    const reasonOf = (entry: number): string | undefined => {
      const overview = known && this.overviews.of({ ...known, parsed });
      const ofEntry = overview?.variants.filter(({ variant }) => variant.entry === entry) ?? [];
      // Of a sweep the one that is chosen.
      const one = ofEntry.length === 1 ? ofEntry[0] : ofEntry.find(({ row }) => row.pick);
      return overview && one && whyInWords(overview.experiment, one)?.text;
    };
    const found = hoverText(text, document.offsetAt(position), parsed, own, reasonOf);
    if (!found) return undefined;
    const range = new vscode.Range(document.positionAt(found.offset), document.positionAt(found.offset + found.length));
    const parts = [new vscode.MarkdownString(found.markdown)];
    if (found.page !== undefined) parts.push(this.pageLink(found.page));
    return new vscode.Hover(parts, range);
  }

  /** Opens the page of a method that ships with the extension. By itself, so that no text of a file may call a command. */
  private pageLink(method: string): vscode.MarkdownString {
    const page = vscode.Uri.joinPath(this.extensionUri, 'docs', 'methods', `${method}.md`);
    const address = `command:${SHOW_PAGE}?${encodeURIComponent(JSON.stringify([page]))}`;
    const link = new vscode.MarkdownString(`[${t('Algorithm, settings and deviations: its page')}](${address})`);
    link.isTrusted = { enabledCommands: [SHOW_PAGE] };
    return link;
  }
}
