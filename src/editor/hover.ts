import * as vscode from 'vscode';
import type { Experiments } from '../workspace/experiments';
import type { OwnFilesModel } from '../workspace/ownFilesModel';
import type { LazyOverviews } from '../workspace/overviews';
import type { VariantTarget } from '../workspace/targets';
import { t } from '../workspace/text';
import type { HoverText } from './hoverText';

/** VS Code's own. */
const SHOW_PAGE = 'markdown.showPreview';
const SHOW_WHY = 'lethe.showWhy';

/** Method cards and defaults when pointing at a place of an experiment file. */
export class ExperimentHover implements vscode.HoverProvider {
  constructor(
    private readonly experiments: Experiments,
    private readonly ownFiles: OwnFilesModel,
    private readonly overviews: LazyOverviews,
    private readonly extensionUri: vscode.Uri,
  ) {}

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    // Read when somebody points at something.
    const { hoverText } = await import('./hoverText');
    const { whyInWords } = await import('../workspace/whyWords');
    const overviews = await this.overviews();
    const text = document.getText();
    const own = this.ownFiles.of(text, document.uri.scheme === 'file' ? document.uri.fsPath : undefined);
    const parsed = this.experiments.parse(document);
    const known = this.experiments.get(document.uri.toString());
    let explained: string | undefined;
    const reasonOf = (entry: number): string | undefined => {
      const overview = known && overviews.of({ ...known, parsed });
      const ofEntry = overview?.variants.filter(({ variant }) => variant.entry === entry) ?? [];
      // Of a sweep the one that is chosen.
      const one = ofEntry.length === 1 ? ofEntry[0] : ofEntry.find(({ row }) => row.pick);
      const reason = overview && one && whyInWords(overview.experiment, one)?.text;
      if (reason !== undefined) explained = one?.variant.key;
      return reason;
    };
    const found = hoverText(text, document.offsetAt(position), parsed, own, reasonOf);
    if (!found) return undefined;
    const range = new vscode.Range(document.positionAt(found.offset), document.positionAt(found.offset + found.length));
    const parts = [new vscode.MarkdownString(found.markdown)];
    // What came out is what one points for: before the card, which may be longer than the hover is high.
    if (found.reason !== undefined && explained !== undefined)
      parts.unshift(new vscode.MarkdownString(found.reason), whyLink(document.uri, explained));
    if (found.page === 'programs.md') parts.push(this.ofClient());
    if (found.page !== undefined) parts.push(this.pageLink(found.page));
    return new vscode.Hover(parts, range);
  }

  /** Where the Python client comes from. */
  private ofClient(): vscode.MarkdownString {
    const { fsPath } = vscode.Uri.joinPath(this.extensionUri, 'clients', 'python');
    return new vscode.MarkdownString()
      .appendText(
        t('A Python program that Lethe starts finds the client. For completion, and to start it yourself, install it:'),
      )
      .appendCodeblock(`pip install "${fsPath}"`, 'sh');
  }

  /** Opens a page that ships with the extension. */
  private pageLink(page: NonNullable<HoverText['page']>): vscode.MarkdownString {
    const title =
      page === 'programs.md'
        ? t('What it is given, how it ends, what keeps it safe: the page about programs')
        : t('Algorithm, settings and deviations: its page');
    return commandLink(title, SHOW_PAGE, vscode.Uri.joinPath(this.extensionUri, 'docs', ...page.split('/')));
  }
}

/** Opens the dashboard where the reason is shown. */
function whyLink(experiment: vscode.Uri, key: string): vscode.MarkdownString {
  const target: VariantTarget = { kind: 'variant', uri: experiment.toString(), key };
  return commandLink(t('Show in the dashboard'), SHOW_WHY, target);
}

/** By itself, so that no text of a file may call a command. */
function commandLink(text: string, command: string, argument: unknown): vscode.MarkdownString {
  const link = new vscode.MarkdownString(
    `[${text}](command:${command}?${encodeURIComponent(JSON.stringify([argument]))})`,
  );
  link.isTrusted = { enabledCommands: [command] };
  return link;
}
