import * as vscode from 'vscode';
import type { PathSettings } from '../core/analyses/path';
import { isRepeatable } from '../core/run';
import { t } from '../workspace/text';
import type { App } from './app';
import { runsOfTarget, type ChosenRun } from './choosing';
import { keptCheckpoints, nameOf, wordsFor, type KeptCheckpoint } from './keptCheckpoints';
import { besideOf, reachOf, settingsFor, taskChoiceOf, type LandscapeChoice, type Plane } from './landscapeChoice';
import { Refusal } from './refusal';
import { openDashboard } from './showing';
import { refuseUntrusted } from './starting';
import { inTerminal } from './terminalTask';

/**
 * Measures loss and accuracy of an old and a new task on a plane through parameters of runs, in a terminal task: asks what
 * the plane is spanned by, which runs or checkpoints are meant, and at last shows the settings, which stand unless somebody
 * wants others. What there is already is a choice, too.
 */
export async function showLandscape(app: App, argument: unknown): Promise<void> {
  refuseUntrusted();
  const runs = await finishedRuns(app, argument);
  const title = t('Loss landscape');
  const plane = await pickPlane(title);
  if (plane === 'measured') return openDashboard(app, argument, 'landscape');
  if (!plane) return;
  const chosen = plane === 'trajectory' ? await pickRuns(runs, title) : await pickPoints(runs, plane, title);
  const [first] = chosen ?? [];
  if (!chosen || !first) return;
  const choice = await pickSettings(plane, chosen, title);
  if (!choice) return;
  await measure(app, argument, first.of, ['landscape', ...wordsFor(chosen), '--settings', settingsFor(plane, choice)]);
}

/** Measures the loss on the line, and on a curve of low loss, between two checkpoints, in a terminal task. */
export async function findPath(app: App, argument: unknown): Promise<void> {
  refuseUntrusted();
  const runs = await finishedRuns(app, argument);
  const title = t('Path between two minima');
  const start = await pickPoint(runs, title, t('From which checkpoint?'));
  const end = start && (await pickPoint(runs, title, t('To which checkpoint?'), [start]));
  const curve = end && (await pickCurve(title));
  if (!curve) return;
  await measure(app, argument, start.of, ['path', ...wordsFor([start, end]), '--settings', JSON.stringify({ curve })]);
}

/** Runs that kept parameters, of the experiment that a command is about. */
async function finishedRuns(app: App, argument: unknown): Promise<ChosenRun[]> {
  const runs = (await runsOfTarget(app, argument)).filter(({ run }) => isRepeatable(run));
  if (runs.length === 0) throw new Refusal(t('There is no run this could be done with.'));
  return runs;
}

/** What is found comes into the dashboard by itself. */
async function measure(app: App, argument: unknown, of: ChosenRun, words: readonly string[]): Promise<void> {
  await inTerminal(app, of, words.slice(0, -2).join(' '), words);
  await openDashboard(app, argument, 'landscape');
}

async function pickPlane(title: string): Promise<Plane | 'measured' | undefined> {
  const items: (vscode.QuickPickItem & { readonly plane: Plane | 'measured' })[] = [
    {
      label: t('Where the checkpoints of several methods differ most'),
      detail: t('The plane of the trajectories: shows best where each method goes'),
      plane: 'trajectory',
    },
    {
      label: t('Through three checkpoints'),
      detail: t('Such as the end of one task, the end of the next, and joint training'),
      plane: 'checkpoints',
    },
    {
      label: t('Along the gradients of both tasks'),
      detail: t(
        'At one checkpoint, with others beside it: the way down of the new task, and what is left of that of the old one',
      ),
      plane: 'gradients',
    },
    {
      label: t('In two random directions'),
      detail: t('At one checkpoint, or at several on one scale: how sharp or flat the minimum is'),
      plane: 'random',
    },
    {
      label: `$(graph) ${t('Show what has been measured')}`,
      detail: t('In the section Landscape of the dashboard'),
      plane: 'measured',
    },
  ];
  const placeHolder = t('Which plane in the space of all weights?');
  return (await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDetail: true }))?.plane;
}

async function pickRuns(runs: readonly ChosenRun[], title: string): Promise<KeptCheckpoint[] | undefined> {
  const picked = await vscode.window.showQuickPick(
    runs.map((of) => ({ label: nameOf(of), point: { of } })),
    { title, placeHolder: t('Whose checkpoints?'), canPickMany: true },
  );
  return picked?.map(({ point }) => point);
}

/** Three checkpoints one after the other, or one; with others beside them. */
async function pickPoints(
  runs: readonly ChosenRun[],
  plane: Plane,
  title: string,
): Promise<KeptCheckpoint[] | undefined> {
  const questions =
    plane === 'checkpoints'
      ? ([t('Through which first checkpoint?'), t('And which second?'), t('And which third?')] as const)
      : ([t('At which checkpoint?')] as const);
  const [question, ...more] = questions;
  const first = await pickPoint(runs, title, question);
  if (!first) return undefined;
  const points: [KeptCheckpoint, ...KeptCheckpoint[]] = [first];
  for (const placeHolder of more) {
    const point = await pickPoint(runs, title, placeHolder, points);
    if (!point) return undefined;
    points.push(point);
  }
  const others = besideOf(runs, plane, points);
  if (others.length === 0) return points;
  const placeHolder =
    plane === 'random'
      ? t('Which other minima shall be drawn beside it? None is fine.')
      : t('Which other runs shall be drawn on it? None is fine.');
  const beside = await vscode.window.showQuickPick(
    others.map((point) => ({ label: nameOf(point.of), point })),
    { title, placeHolder, canPickMany: true },
  );
  return beside && [...points, ...beside.map(({ point }) => point)];
}

/** The defaults stand, unless one of them is chosen to be another: then all are asked again. */
async function pickSettings(
  plane: Plane,
  points: readonly KeptCheckpoint[],
  title: string,
): Promise<LandscapeChoice | undefined> {
  let choice: LandscapeChoice = {};
  for (;;) {
    const tasks = taskChoiceOf(points, choice);
    const reach = choice.reach ?? (plane === 'random' ? 1 : t('what the checkpoints need'));
    const items: (vscode.QuickPickItem & { readonly asks?: keyof LandscapeChoice })[] = [
      { label: `$(play) ${t('Measure it')}`, detail: t('With the settings below') },
      ...(tasks
        ? ([
            { label: t('Old task…'), description: String(tasks.old), asks: 'old' },
            { label: t('New task…'), description: String(tasks.new), asks: 'new' },
          ] as const)
        : []),
      {
        label: t('Reach…'),
        description: String(reach),
        detail: t('Half the width of the plane along its axes'),
        asks: 'reach',
      },
    ];
    const picked = await vscode.window.showQuickPick(items, { title, placeHolder: t('With which settings?') });
    if (!picked?.asks) return picked && choice;
    const { asks } = picked;
    if (asks === 'reach') choice = (await pickReach(choice, title)) ?? choice;
    else if (tasks) {
      const task = await pickTask(asks === 'old' ? tasks.olds : tasks.news, title, picked.label);
      if (task !== undefined) choice = { ...choice, [asks]: task };
    }
  }
}

const pickTask = async (tasks: readonly number[], title: string, placeHolder: string): Promise<number | undefined> =>
  (
    await vscode.window.showQuickPick(
      tasks.map((task) => ({ label: t('Task {0}', task), task })),
      { title, placeHolder },
    )
  )?.task;

async function pickReach(choice: LandscapeChoice, title: string): Promise<LandscapeChoice | undefined> {
  const text = await vscode.window.showInputBox({
    title,
    prompt: t('Half the width of the plane along its axes. Left empty: what is usual.'),
    value: choice.reach === undefined ? '' : String(choice.reach),
    validateInput: (typed) => (Number.isNaN(reachOf(typed)) ? t('A number above 0, or nothing') : undefined),
  });
  if (text === undefined) return undefined;
  const { reach: _before, ...rest } = choice;
  const reach = reachOf(text);
  return reach === undefined ? rest : { ...rest, reach };
}

async function pickPoint(
  runs: readonly ChosenRun[],
  title: string,
  placeHolder: string,
  without: readonly KeptCheckpoint[] = [],
): Promise<KeptCheckpoint | undefined> {
  const isLeft = (one: KeptCheckpoint) => !without.some(({ of, task }) => of === one.of && task === one.task);
  const items = runs
    .flatMap(keptCheckpoints)
    .filter(isLeft)
    .map((point) => ({
      label: nameOf(point.of),
      description: t('after task {0}', (point.task ?? 0) + 1),
      point,
    }));
  return (await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true }))?.point;
}

type Curve = PathSettings['curve'];

async function pickCurve(title: string): Promise<Curve | undefined> {
  const items: (vscode.QuickPickItem & { readonly curve: Curve })[] = [
    { label: t('The line and a Bézier curve'), detail: t('The curve is trained to have a low loss'), curve: 'bezier' },
    { label: t('The line and a polygonal chain'), detail: t('Two stretches, trained likewise'), curve: 'polygon' },
    { label: t('The straight line alone'), detail: t('Its barrier, in seconds'), curve: 'none' },
  ];
  return (await vscode.window.showQuickPick(items, { title, placeHolder: t('Which way?') }))?.curve;
}
