import * as vscode from 'vscode';
import { isFinished, isRepeatable, isResumable } from '../core/run';
import { Owner } from '../workspace/disposable';
import type { Experiments } from '../workspace/experiments';
import type { RunsModel } from '../workspace/runsModel';
import { Throttle } from '../workspace/throttle';

type Key =
  | 'lethe.isEmpty'
  | 'lethe.hasExperiments'
  | 'lethe.hasRuns'
  | 'lethe.hasActive'
  | 'lethe.hasRepeatable'
  | 'lethe.hasResumable';

/** What `when` clauses know: which kinds of things there are to act on. */
export class ContextKeys extends Owner {
  private readonly known = new Map<Key, boolean>();
  private isLoaded = false;

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
      this.isLoaded = true;
      this.refresh();
    });
  }

  private refresh(): void {
    const runs = this.runs.all().map(({ run }) => run);
    const hasExperiments = this.experiments.list().length > 0;
    const hasDamaged = this.runs.folderPaths().some((folder) => this.runs.damaged(folder).length > 0);
    // Before everything has been read, nothing found yet does not mean that there is nothing.
    this.set('lethe.isEmpty', this.isLoaded && !hasExperiments && runs.length === 0 && !hasDamaged);
    this.set('lethe.hasExperiments', hasExperiments);
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
