import * as vscode from 'vscode';
import { missingData } from '../core/catalogue';
import type { Experiment } from '../core/experiment';
import { formatDuration } from '../core/format';
import { beyondMemory } from '../core/memoryNeeds';
import { namedFilesOf, type ParsedExperiment } from '../core/parse';
import type { Problem } from '../core/problems';
import { isFinished } from '../core/run';
import { findEngine } from '../native/location';
import { machineMemory } from '../native/machineMemory';
import {
  createdKeys,
  largePlanOf,
  mayBeLarge,
  needsEngine,
  planRuns,
  runsAtATime,
  type PlanOptions,
  type RunPlan,
} from '../runs/index';
import { placeOfNamed } from '../runs/placeOfNamed';
import type { ExperimentDocument } from '../workspace/experiments';
import { t } from '../workspace/text';
import type { App } from './app';
import { openSetting, Refusal, type Remedy } from './refusal';

export interface StartOptions {
  /** Keys of the variants to run; all when left out. */
  readonly keys?: readonly string[];
  /** Seeds to run; all when left out. */
  readonly seeds?: readonly number[];
  /** Runs again what is done already. */
  readonly fresh?: boolean;
}

/** Starts what is missing of an experiment: saves and checks the file, plans, submits, shows the dashboard. */
export async function start(app: App, uri: vscode.Uri, options: StartOptions = {}): Promise<void> {
  const ready = await readyToStart(app, uri, options);
  if (!(await mayStart(app, ready, app.config.parallelRuns ?? runsAtATime(app.config.threads)))) return;
  const { experiment, store, wanted } = ready;
  const planning = store.plan((existing) =>
    withEngine(
      withinMemory(planRuns(experiment, existing, wanted), experiment),
      t('The setting lethe.backend asks for native TensorFlow, which is not installed. Nothing was started.'),
      openSetting('lethe.backend'),
    ),
  );
  const plan = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: t('Lethe: starting runs') },
    () => planning,
  );
  if (plan.create.length + plan.resume.length === 0)
    return offerAgain(app, uri, plan, () => start(app, uri, { ...options, fresh: true }));
  if (app.config.openDashboardOnRun) await app.dashboards.open(uri);
}

/** The plan. Refuses one that creates what takes more memory than this machine has, in the end at the latest. */
function withinMemory(plan: RunPlan, experiment: Experiment): RunPlan {
  const reason = beyondMemory(experiment, createdKeys(plan), machineMemory());
  if (reason !== undefined) throw new Refusal(t('This experiment cannot run yet. {0}', reason));
  return plan;
}

/** The plan. Refuses, as is said, one that trains on native TensorFlow alone where that is not installed, or damaged. */
export function withEngine<Plan extends RunPlan>(plan: Plan, refusal: string, ...others: Remedy[]): Plan {
  if (!needsEngine(plan) || findEngine().state === 'whole') return plan;
  const install = { title: t('Install'), action: () => vscode.commands.executeCommand('lethe.installEngine') };
  throw new Refusal(refusal, install, ...others);
}

/** What runs are planned by: of a file that was saved and has no error, in a folder that is trusted. Refuses anything else. */
export async function readyToStart(app: App, uri: vscode.Uri, options: StartOptions = {}) {
  refuseUntrusted();
  await saveFirst(app, uri);
  const document = await app.experiments.readWhole(uri);
  const { experiment, folder } = refuseFaulty(document);
  const store = await app.runs.store(folder);
  if (!store) throw new Refusal(t('Runs need a folder on this machine.'));
  const wanted = { file: document.path, backend: app.config.backend, version: app.version, ...options };
  return { uri, experiment, folder, store, wanted };
}

/** What is about to be started. */
interface Ready {
  readonly uri: vscode.Uri;
  readonly experiment: Experiment;
  readonly folder: string;
  readonly wanted: PlanOptions;
}

/** Asks before more runs are started than by mistake, and programs for the first time. @param parallel how many at a time */
export async function mayStart(app: App, ready: Ready, parallel: number): Promise<boolean> {
  if (!(await mayStartSoMany(app, ready, parallel))) return false;
  const { mayStartPrograms } = await import('./programs');
  return mayStartPrograms(ready.experiment, ready.uri.fsPath, ready.wanted.keys);
}

async function mayStartSoMany(app: App, { folder, experiment, wanted }: Ready, parallel: number): Promise<boolean> {
  if (!mayBeLarge(experiment)) return true;
  const existing = app.runs.runs(folder);
  const large = largePlanOf(planRuns(experiment, existing, wanted), experiment.name, existing, parallel);
  if (!large) return true;
  const { runs, seconds } = large;
  const start = t('Start');
  const detail =
    seconds === undefined
      ? t('No run of this experiment has finished yet, to tell how long they take, {0} at a time.', parallel)
      : t('By those that have finished they take about {0}, {1} at a time.', formatDuration(seconds), parallel);
  const said = await vscode.window.showWarningMessage(t('Start {0} runs?', runs), { modal: true, detail }, start);
  return said === start;
}

/** Running needs trust: the manifest says so, menus hide it, and this is what enforces it. */
export function refuseUntrusted(): void {
  if (vscode.workspace.isTrusted) return;
  throw new Refusal(t('Lethe runs nothing in a workspace you have not trusted. Results can be viewed.'), {
    title: t('Manage Workspace Trust'),
    action: () => vscode.commands.executeCommand('workbench.trust.manage'),
  });
}

/** What is run is what is on disk, as with tests: unsaved edits are saved first, those of the user's own files and programs too. */
export async function saveFirst(app: App, uri: vscode.Uri): Promise<void> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open?.isDirty && !(await open.save()))
    throw new Refusal(t('The experiment file could not be saved, so nothing was started.'));
  const named = open ? namedFilesOf(open.getText()) : [];
  const ownFiles = [
    ...(open ? app.ownFiles.filesOf(open.getText(), uri.fsPath) : []),
    ...named.map(({ name }) => placeOfNamed(name, uri.fsPath)),
  ];
  for (const document of vscode.workspace.textDocuments) {
    if (!document.isDirty || !ownFiles.includes(document.uri.fsPath)) continue;
    if (!(await document.save()))
      throw new Refusal(t('{0} could not be saved, so nothing was started.', document.uri.fsPath));
  }
}

export function refuseFaulty({ uri, parsed, folder, path: file }: ExperimentDocument) {
  const problem = firstError(parsed);
  if (problem ?? !parsed.experiment) {
    const place = problem ? t('{0}, line {1}: {2}', file, problem.line, problem.message) : file;
    throw new Refusal(t('This experiment cannot run yet. {0}', place), {
      title: t('Show Problems'),
      action: () => showProblem(uri, problem?.offset ?? 0),
    });
  }
  const { experiment } = parsed;
  const [missing] = [...experiment.data].filter(([, { present }]) => !present);
  if (missing) {
    throw new Refusal(t('This experiment cannot run yet. {0}', missingData(...missing)), {
      title: t('Data Sets…'),
      action: () => vscode.commands.executeCommand('lethe.dataSets'),
    });
  }
  if (folder === undefined) {
    throw new Refusal(t('Runs are kept in the folder of a workspace: open the folder that holds this file first.'), {
      title: t('Open Folder'),
      action: () => vscode.commands.executeCommand('workbench.action.files.openFolder'),
    });
  }
  return { experiment, folder };
}

const firstError = ({ problems }: ParsedExperiment): Problem | undefined =>
  problems.filter(({ severity }) => severity === 'error').sort((a, b) => a.offset - b.offset)[0];

async function showProblem(uri: vscode.Uri, offset: number): Promise<void> {
  const editor = await vscode.window.showTextDocument(uri);
  const place = editor.document.positionAt(offset);
  editor.selection = new vscode.Selection(place, place);
  editor.revealRange(new vscode.Range(place, place), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  await vscode.commands.executeCommand('workbench.actions.view.problems');
}

/** @param again runs it again */
export function offerAgain(app: App, uri: vscode.Uri, plan: RunPlan, again?: () => unknown): void | Promise<void> {
  if (plan.reuse.some(({ status }) => !isFinished(status))) return app.dashboards.open(uri);
  throw new Refusal(
    t('Every run of this has a result already for the present settings.'),
    ...(again ? [{ title: t('Run Again'), action: again }] : []),
    { title: t('Open Dashboard'), action: () => app.dashboards.open(uri) },
  );
}
