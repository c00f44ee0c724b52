import * as vscode from 'vscode';
import type { FinishedBatch } from '../workspace/batches';
import type { ExperimentTarget, RunTarget } from '../workspace/targets';
import { t } from '../workspace/text';
import { endText } from './endText';

/** Says that runs are over, with what one would do next. */
export async function tell({ folder, runs }: FinishedBatch): Promise<void> {
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
