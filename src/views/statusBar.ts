import * as vscode from 'vscode';
import { Owner } from '../workspace/disposable';
import type { RunsModel } from '../workspace/runsModel';
import { t } from '../workspace/text';
import { Throttle } from '../workspace/throttle';
import type { StatusText } from './statusText';

const REFRESH_INTERVAL = 1000;

/** One item while something runs or waits; nothing otherwise. */
export class RunsStatusBar extends Owner {
  private readonly item = this.own(vscode.window.createStatusBarItem('lethe.runs', vscode.StatusBarAlignment.Left, 0));

  constructor(private readonly runs: RunsModel) {
    super();
    this.item.name = t('Lethe runs');
    this.item.command = 'lethe.showRunning';
    const refresh = this.own(new Throttle(() => void this.refresh(), REFRESH_INTERVAL));
    this.own(runs.onDidChange(refresh.trigger));
    void this.refresh();
  }

  private async refresh(): Promise<void> {
    const said = await this.said();
    if (!said) {
      this.item.hide();
      return;
    }
    this.item.text = said.text;
    this.item.tooltip = new vscode.MarkdownString().appendText(said.tooltip);
    this.item.accessibilityInformation = { label: said.spoken, role: 'button' };
    this.item.show();
  }

  private async said(): Promise<StatusText | undefined> {
    if (this.runs.active().length === 0) return undefined;
    // Its words are read when there is something to say.
    const { statusText } = await import('./statusText');
    return statusText(this.runs.all().map(({ run }) => run));
  }
}
