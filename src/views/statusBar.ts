import * as vscode from 'vscode';
import { Owner } from '../workspace/disposable';
import type { RunsModel } from '../workspace/runsModel';
import { t } from '../workspace/text';
import { Throttle } from '../workspace/throttle';
import { statusText } from './statusText';

const REFRESH_INTERVAL = 1000;

/** One item while something runs or waits; nothing otherwise. */
export class RunsStatusBar extends Owner {
  private readonly item = this.own(vscode.window.createStatusBarItem('lethe.runs', vscode.StatusBarAlignment.Left, 0));

  constructor(private readonly runs: RunsModel) {
    super();
    this.item.name = t('Lethe runs');
    this.item.command = 'lethe.showRunning';
    const refresh = this.own(new Throttle(() => this.refresh(), REFRESH_INTERVAL));
    this.own(runs.onDidChange(refresh.trigger));
    this.refresh();
  }

  private refresh(): void {
    const said = statusText(this.runs.all().map(({ run }) => run));
    if (!said) return this.item.hide();
    this.item.text = said.text;
    this.item.tooltip = new vscode.MarkdownString().appendText(said.tooltip);
    this.item.accessibilityInformation = { label: said.spoken, role: 'button' };
    this.item.show();
  }
}
