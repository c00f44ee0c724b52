import * as vscode from 'vscode';
import { hasKeyAmong } from '../core/experiment';
import type { Run } from '../core/run';
import { oneLine } from '../core/visibleText';
import { isExperimentUri, type ExperimentDocument } from '../workspace/experiments';
import { runProgress, variantProgress, variantResult, isActive, type VariantOverview } from '../workspace/overview';
import { targetOf } from '../workspace/targets';
import { t } from '../workspace/text';
import type { App } from './app';
import { Refusal } from './refusal';

/** Variants together with the file that lists them: one, or all of a family. */
export interface ChosenVariants {
  readonly document: ExperimentDocument;
  readonly overviews: readonly VariantOverview[];
}

export interface ChosenRun {
  readonly folder: string;
  readonly run: Run;
}

/**
 * The experiment a command is about: that of its argument, of the editor in front, the only one there is, or the one
 * the user picks. Undefined when the user picks none. Refuses when there is none.
 */
export async function chooseExperiment(app: App, argument: unknown): Promise<ExperimentDocument | undefined> {
  const target = targetOf(argument);
  if (target?.kind === 'run') return experimentOfRun(app, target.folder, target.id);
  if (target) return app.experiments.read(vscode.Uri.parse(target.uri, true));
  const inFront = vscode.window.activeTextEditor?.document.uri;
  if (inFront && isExperimentUri(inFront)) return app.experiments.read(inFront);
  await app.experiments.ready;
  const all = app.experiments.list();
  if (all.length <= 1) return all[0] ?? refuseWithout();
  const picked = await vscode.window.showQuickPick(
    all.map((document) => ({
      label: oneLine(document.parsed.experiment?.name ?? document.path),
      description: oneLine(document.path),
      document,
    })),
    { title: t('Experiment'), placeHolder: t('Which experiment?'), matchOnDescription: true },
  );
  return picked?.document;
}

function refuseWithout(): never {
  throw new Refusal(t('There is no experiment file (*.lethe.json) in this workspace yet.'), {
    title: t('New Experiment'),
    action: () => vscode.commands.executeCommand('lethe.newExperiment'),
  });
}

/** The experiment file that a run is of. Refuses where it is gone. */
export function experimentOfRun(app: App, folder: string, id: string): ExperimentDocument {
  const file = app.runs.run(folder, id)?.manifest.experiment.file;
  const document = app.experiments.list().find((known) => known.folder === folder && known.path === file);
  if (document) return document;
  throw new Refusal(t('The experiment file of this run is gone: {0}', file ?? '–'));
}

/** An experiment without a file: what runs of a folder have in common is its name. */
export interface NamedExperiment {
  readonly folder: string;
  readonly name: string;
}

/** The experiment without a file that a command is about: that of a dashboard of runs, or of a run. */
export function namedExperiment(app: App, argument: unknown): NamedExperiment | undefined {
  const target = targetOf(argument);
  if (target?.kind === 'run') {
    const experiment = app.runs.run(target.folder, target.id)?.manifest.experiment;
    return experiment && experiment.file === undefined ? { folder: target.folder, name: experiment.name } : undefined;
  }
  const uri = target && vscode.Uri.parse(target.uri, true);
  return uri && uri.fragment !== '' ? { folder: uri.fsPath, name: uri.fragment } : undefined;
}

/** The variant, or the family of some, that a command is about; `fits` says which ones it can be asked for. */
export async function chooseVariants(
  app: App,
  argument: unknown,
  placeHolder: string,
  fits: (overview: VariantOverview) => boolean = () => true,
): Promise<ChosenVariants | undefined> {
  const document = await chooseExperiment(app, argument);
  const overview = document && (await app.overviews()).of(document);
  if (!document || !overview) return undefined;
  const target = targetOf(argument);
  if (target?.kind === 'variant') {
    const named = overview.variants.filter(({ variant }) => hasKeyAmong(variant, [target.key]));
    return named.length > 0 ? { document, overviews: named } : undefined;
  }
  const picked = await vscode.window.showQuickPick(
    overview.variants.filter(fits).map((item) => ({
      label: oneLine(item.variant.label),
      description: oneLine(isActive(item.state) ? variantProgress(item) : (variantResult(item) ?? t('not run yet'))),
      item,
    })),
    { title: oneLine(overview.experiment.name), placeHolder },
  );
  return picked && { document, overviews: [picked.item] };
}

/** The run a command is about. Refuses when the user would have nothing to pick from. */
export async function chooseRun(
  app: App,
  argument: unknown,
  placeHolder: string,
  fits: (run: Run) => boolean = () => true,
): Promise<ChosenRun | undefined> {
  const target = targetOf(argument);
  if (target?.kind === 'run') {
    const run = app.runs.run(target.folder, target.id);
    if (run) return { folder: target.folder, run };
    throw new Refusal(t('There is no run {0}.', target.id));
  }
  const candidates = target ? await runsOfTarget(app, argument) : app.runs.all();
  const fitting = candidates.filter(({ run }) => fits(run)).reverse();
  const [first] = fitting;
  if (!first) throw new Refusal(t('There is no run this could be done with.'));
  if (target && fitting.length === 1) return first;
  const picked = await vscode.window.showQuickPick(
    fitting.map((item) => ({
      label: t('{0}, seed {1}', item.run.manifest.variant.label, item.run.manifest.seed),
      description: oneLine(runProgress(item.run)),
      detail: `${oneLine(item.run.manifest.experiment.name)} · ${new Date(item.run.manifest.created).toLocaleString(vscode.env.language)}`,
      item,
    })),
    { title: t('Run'), placeHolder, matchOnDescription: true, matchOnDetail: true },
  );
  return picked?.item;
}

/** The runs an experiment or variant target stands for: those with the present settings, and what was forked from them. */
export async function runsOfTarget(app: App, argument: unknown): Promise<ChosenRun[]> {
  const document = await chooseExperiment(app, argument);
  const folder = document?.folder;
  if (!document || folder === undefined) return [];
  const target = targetOf(argument);
  const variants = (await app.overviews()).of(document)?.variants ?? [];
  const wanted =
    target?.kind === 'variant' ? variants.filter(({ variant }) => hasKeyAmong(variant, [target.key])) : variants;
  return wanted.flatMap(({ runs, forks }) => [...runs, ...forks].map((run) => ({ folder, run })));
}
