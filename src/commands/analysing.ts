import * as vscode from 'vscode';
import { analysisIds, type AnalysisId } from '../core/analyses/index';
import { isRepeatable } from '../core/run';
import { waitText } from '../core/timeLeft';
import { t } from '../workspace/text';
import type { App } from './app';
import { chooseRun } from './choosing';
import { refuseUntrusted } from './starting';
import { inTerminal } from './terminalTask';

/** Measures something on the kept parameters of a finished run, in a terminal task: with progress, and ended as any task. */
export async function analyseRun(app: App, argument: unknown): Promise<void> {
  refuseUntrusted();
  const chosen = await chooseRun(app, argument, t('Which run shall be analysed?'), isRepeatable);
  if (!chosen) return;
  const texts: Readonly<Record<AnalysisId, { readonly label: string; readonly detail: string }>> = {
    sharpness: {
      label: t('Sharpness'),
      detail: t('How steep the loss of each task rises around the parameters'),
    },
    barrier: {
      label: t('Loss barrier'),
      detail: t('How far the loss of a task rises on the way to later parameters'),
    },
    cka: {
      label: t('Drift of representations (CKA)'),
      detail: t('How far each layer moves from what it was'),
    },
    probe: {
      label: t('Linear probe'),
      detail: t('What the last hidden layer still knows of each task'),
    },
  };
  const store = await app.runs.store(chosen.folder);
  const runs = app.runs.runs(chosen.folder);
  const items = analysisIds.map(async (analysis) => {
    const time = await store?.timeOfAnalysis(chosen.run, runs, { analysis });
    return { ...texts[analysis], description: timeText(time), analysis };
  });
  const picked = await vscode.window.showQuickPick(Promise.all(items), {
    title: t('What shall be measured?'),
    matchOnDetail: true,
    canPickMany: true,
  });
  if (!picked || picked.length === 0) return;
  const { id } = chosen.run.manifest;
  await inTerminal(app, chosen, t('analyse {0}', id), ['analyse', id, ...picked.map(({ analysis }) => analysis)]);
}

/** By earlier analyses of its kind; empty where there is none. */
function timeText(time: number | 'known' | undefined): string {
  if (time === undefined) return '';
  return time === 'known' ? t('measured before with these settings') : t('about {0}', waitText(time));
}
