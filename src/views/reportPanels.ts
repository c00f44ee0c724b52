import * as vscode from 'vscode';
import { oneLine } from '../core/visibleText';
import { Owner } from '../workspace/disposable';
import { t } from '../workspace/text';

/**
 * Reports as pages of the editor, one for each experiment. A report has no script and loads nothing, and no script may run
 * in its page: so it can be read offline, and in a workspace that is not trusted.
 */
export class ReportPanels extends Owner {
  private readonly panels = new Map<string, vscode.WebviewPanel>();

  constructor(private readonly extensionUri: vscode.Uri) {
    super();
  }

  /** @param experiment tells experiments apart: a report of one takes the place of that before */
  show(experiment: string, name: string, html: string): void {
    const known = this.panels.get(experiment);
    if (known) {
      known.webview.html = html;
      known.reveal();
      return;
    }
    const title = t('Report: {0}', oneLine(name));
    const panel = vscode.window.createWebviewPanel('lethe.report', title, vscode.ViewColumn.Active, {
      enableScripts: false,
      enableFindWidget: true,
      localResourceRoots: [],
    });
    const icon = (theme: string) => vscode.Uri.joinPath(this.extensionUri, 'media', `lethe-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    panel.webview.html = html;
    this.panels.set(experiment, panel);
    this.own(panel.onDidDispose(() => this.panels.delete(experiment)));
  }

  override dispose(): void {
    for (const panel of [...this.panels.values()]) panel.dispose();
    super.dispose();
  }
}
