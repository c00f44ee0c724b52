import * as vscode from 'vscode';
import { isFinished } from '../core/run';
import { Owner } from '../workspace/disposable';
import type { Experiments } from '../workspace/experiments';
import { isRepeatable, isResumable } from '../workspace/overview';
import type { RunsModel } from '../workspace/runsModel';
import { Throttle } from '../workspace/throttle';

type Key =
  | 'lethe.ready'
  | 'lethe.hasExperiments'
  | 'lethe.hasRuns'
  | 'lethe.hasActive'
  | 'lethe.hasRepeatable'
  | 'lethe.hasResumable';

/** What `when` clauses know: which kinds of things there are to act on. */
export class ContextKeys extends Owner {
  private readonly known = new Map<Key, boolean>();

  constructor(
    private readonly experiments: Experiments,
    private readonly runs: RunsModel,
  ) {
    super();
    const refresh = this.own(new Throttle(() => this.refresh(), 250));
    this.own(runs.onDidChange(refresh.trigger));
    this.own(experiments.onDidChange(refresh.trigger));
    void Promise.all([experiments.ready, runs.ready]).then(() => {
      if (this.disposed) return;
      this.refresh();
      this.set('lethe.ready', true);
    });
  }

  private refresh(): void {
    const runs = this.runs.all().map(({ run }) => run);
    this.set('lethe.hasExperiments', this.experiments.list().length > 0);
    this.set('lethe.hasRuns', runs.length > 0);
    this.set(
      'lethe.hasActive',
      runs.some(({ status }) => !isFinished(status)),
    );
    this.set('lethe.hasRepeatable', runs.some(isRepeatable));
    this.set('lethe.hasResumable', runs.some(isResumable));
  }

  private set(key: Key, value: boolean): void {
    if (this.known.get(key) === value) return;
    this.known.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  }
}
