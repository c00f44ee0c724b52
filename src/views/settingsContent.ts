import * as vscode from 'vscode';
import { settingsOfRun, settingsText } from '../core/settingsText';
import type { Experiments } from '../workspace/experiments';
import type { RunsModel } from '../workspace/runsModel';
import { t } from '../workspace/text';
import type { Subject } from './settingsDocuments';

/** The settings of a run, or of a variant as its file has it now, as a document shows them. */
export async function settingsContent(subject: Subject, runs: RunsModel, experiments: Experiments): Promise<string> {
  if (subject.kind === 'run') {
    const run = runs.run(subject.folder, subject.id);
    if (!run) throw new Error(t('There is no run {0}.', subject.id));
    return settingsOfRun(run.manifest, subject.hasPlace);
  }
  const { experiment } = (await experiments.read(vscode.Uri.parse(subject.uri, true))).parsed;
  const variant = experiment?.variants.find(({ key }) => key === subject.key);
  if (!experiment || !variant) throw new Error(t('The file has no such method any more.'));
  const { specOf } = await import('../runs/index');
  return settingsText(specOf(experiment, variant));
}
