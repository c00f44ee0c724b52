import * as vscode from 'vscode';
import { Batches, type FinishedBatch } from '../workspace/batches';
import type { Config } from '../workspace/config';
import { Owner } from '../workspace/disposable';
import type { ExperimentTarget, RunTarget } from '../workspace/targets';
import type { RunsModel } from '../workspace/runsModel';
import { t } from '../workspace/text';
import { Throttle } from '../workspace/throttle';
import { endText } from './endText';

const LOOK_INTERVAL = 1000;

/** Says once that all runs of an experiment are over, or that some failed, with what one would do next. */
export class EndNotices extends Owner {
  private readonly batches = new Batches(Date.now());

  constructor(
    private readonly runs: RunsModel,
    private readonly config: Config,
  ) {
    super();
    const look = this.own(new Throttle(() => this.look(), LOOK_INTERVAL));
    this.own(runs.onDidChange(look.trigger));
  }

  private look(): void {
    for (const folder of this.runs.folderPaths())
      for (const batch of this.batches.finished(folder, this.runs.runs(folder)))
        // Not awaited: whoever looks away answers late, or never.
        if (this.config.notifyAtEnd) void tell(batch);
  }
}

async function tell({ folder, runs }: FinishedBatch): Promise<void> {
  const said = endText(runs);
  const [first] = runs;
  if (!said || !first) return;
  const experiment = experimentOf(folder, first.manifest.experiment.file);
  const dashboard = { title: t('Open Dashboard'), command: 'lethe.openDashboard', target: experiment };
  if (!said.failed) {
    const report = { title: t('Open Report'), command: 'lethe.openReport', target: experiment };
    return act(experiment ? [dashboard, report] : [], (titles) =>
      vscode.window.showInformationMessage(said.text, ...titles),
    );
  }
  const target: RunTarget = { kind: 'run', folder, id: said.failed.manifest.id };
  const wrong = { title: t('What Failed'), command: 'lethe.showProblems', target: experiment };
  const log = { title: t('Open Log'), command: 'lethe.openLog', target };
  const again = { title: t('Run Again'), command: 'lethe.runAll', target: experiment };
  return act(experiment ? [wrong, log, again] : [log], (titles) =>
    vscode.window.showWarningMessage(said.text, ...titles),
  );
}

interface Next {
  readonly title: string;
  readonly command: string;
  readonly target: ExperimentTarget | RunTarget | undefined;
}

async function act(
  next: readonly Next[],
  ask: (titles: readonly string[]) => Thenable<string | undefined>,
): Promise<void> {
  const answer = await ask(next.map(({ title }) => title));
  const chosen = next.find(({ title }) => title === answer);
  if (chosen) await vscode.commands.executeCommand(chosen.command, chosen.target);
}

const experimentOf = (folder: string, file: string | undefined): ExperimentTarget | undefined =>
  file === undefined
    ? undefined
    : { kind: 'experiment', uri: vscode.Uri.joinPath(vscode.Uri.file(folder), file).toString() };
