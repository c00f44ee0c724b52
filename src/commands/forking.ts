import * as vscode from 'vscode';
import { shown } from '../core/experiment';

import type { OwnManifest } from '../core/manifest';
import { isForkable, type Run } from '../core/run';
import { tasksOf } from '../core/streamTasks';
import { oneLine } from '../core/visibleText';
import {
  ForkError,
  forkOf,
  forkSettings,
  planForks,
  writtenValue,
  type ForkAsked,
  type ForkSetting,
} from '../runs/fork';
import { readMeanings, type MeaningOf } from '../editor/settingMeanings';
import { t } from '../workspace/text';
import type { App } from './app';
import { chooseRun, type ChosenRun } from './choosing';
import { Refusal } from './refusal';
import { refuseUntrusted, withEngine } from './starting';

/**
 * Trains a run again with other settings from a task on: asks after which task, which settings, and whether for this seed
 * alone.
 */
export async function forkRun(app: App, argument: unknown): Promise<void> {
  refuseUntrusted();
  const chosen = await chooseRun(app, argument, t('Which run shall be forked?'), isForkable);
  if (!chosen) return;
  const { folder, run } = chosen;
  const { manifest } = run;
  if (manifest.trainer !== 'lethe' || !isForkable(run))
    throw new Refusal(t('Only runs of several tasks that Lethe trains can be forked.'));
  const store = await app.runs.store(folder);
  if (!store) throw new Refusal(t('Runs need a folder on this machine.'));
  const title = t('Fork {0}, seed {1}', oneLine(manifest.variant.label), manifest.seed);
  const afterTask = await chooseTask(run, manifest, title);
  if (afterTask === undefined) return;
  const meaningOf = await readMeanings(app.programs.dist);
  const asked = await chooseChanges(run, manifest, { afterTask, title, meaningOf });
  const parents = asked && (await chooseSeeds(app, chosen, title));
  if (!asked || !parents) return;
  const withoutEngine = t(
    'A fork trains where its run did: on native TensorFlow, which is not installed. Nothing was started.',
  );
  const plan = await store
    .plan((existing) => withEngine(planForks(parents, asked, existing, app.version), withoutEngine))
    .catch(refuseFork);
  if (plan.create.length === 0) throw new Refusal(t('There is such a fork already.'));
  const file = manifest.experiment.file;
  const document = app.experiments.list().find((known) => known.folder === folder && known.path === file);
  if (document) await app.dashboards.open(document.uri);
}

function refuseFork(error: unknown): never {
  throw error instanceof ForkError ? new Refusal(error.message) : error;
}

async function chooseTask({ state }: Run, { spec }: OwnManifest, title: string): Promise<number | undefined> {
  const names = state.started?.tasks.map(({ name }) => oneLine(name)) ?? [];
  const items = Array.from({ length: tasksOf(spec.stream) - 1 }, (_, task) => ({
    label: t('After task {0}', task + 1),
    description: names[task] ?? '',
    afterTask: task + 1,
  }));
  const placeHolder = t(
    'Up to there the fork is the run it comes from, bit for bit. From which task on shall it differ?',
  );
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true });
  return picked?.afterTask;
}

/** With what it means, where that is known. */
type ShownSetting = ForkSetting & { readonly meaning: string | undefined };

type Changes = Readonly<Record<string, unknown>>;

const textOf = (value: unknown): string => (value === undefined ? '–' : oneLine(shown(value)));
const changesText = (changes: Changes): string =>
  Object.entries(changes)
    .map(([name, value]) => `${name} ${textOf(value)}`)
    .join(', ');

/** One setting after the other, until the user starts it. */
async function chooseChanges(
  run: Run,
  manifest: OwnManifest,
  {
    afterTask,
    title,
    meaningOf,
  }: { readonly afterTask: number; readonly title: string; readonly meaningOf: MeaningOf },
): Promise<ForkAsked | undefined> {
  const settings = forkSettings(manifest, afterTask).map((one) => ({
    ...one,
    meaning: meaningOf(one.part, one.setting),
  }));
  let changes: Changes = {};
  for (;;) {
    const picked = await chooseSetting(settings, changes, title);
    if (!picked) return undefined;
    if (picked === 'start') return { afterTask, changes };
    const value = await writeValue(picked, title, (written) =>
      faultOf(run, { afterTask, changes: { ...changes, ...written } }),
    );
    if (value !== undefined) changes = { ...changes, [picked.name]: value.value };
  }
}

async function chooseSetting(
  settings: readonly ShownSetting[],
  changes: Changes,
  title: string,
): Promise<ShownSetting | 'start' | undefined> {
  const start =
    Object.keys(changes).length > 0
      ? [
          {
            label: `$(play) ${t('Start the fork')}`,
            description: changesText(changes),
            detail: '',
            value: 'start' as const,
          },
        ]
      : [];
  const items = settings.map((setting) => ({
    label: setting.name,
    description: textOf(Object.hasOwn(changes, setting.name) ? changes[setting.name] : setting.value),
    detail: setting.meaning ?? '',
    value: setting,
  }));
  const placeHolder =
    start.length > 0 ? t('Start, or change another setting') : t('Which setting shall be another one?');
  const picked = await vscode.window.showQuickPick([...start, ...items], { title, placeHolder, matchOnDetail: true });
  return picked?.value;
}

/** Why such a fork cannot be; undefined where it can. */
function faultOf(run: Run, asked: ForkAsked): string | undefined {
  try {
    forkOf(run, asked);
    return undefined;
  } catch (error) {
    if (error instanceof ForkError) return error.message;
    throw error;
  }
}

/** A value for a setting, from a text field that says what is wrong with it. */
async function writeValue(
  { name, value, meaning }: ShownSetting,
  title: string,
  fault: (changes: Changes) => string | undefined,
): Promise<{ readonly value: unknown } | undefined> {
  const written = await vscode.window.showInputBox({
    title,
    prompt: meaning === undefined ? name : `${name}: ${meaning}`,
    value: value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value),
    validateInput: (text) => fault({ [name]: writtenValue(text) }),
  });
  return written === undefined ? undefined : { value: writtenValue(written) };
}

/** The run alone, or those of the same settings with other seeds too. */
async function chooseSeeds(app: App, { folder, run }: ChosenRun, title: string): Promise<readonly Run[] | undefined> {
  const { hash } = run.manifest.variant;
  const bySeed = new Map<number, Run>();
  for (const one of app.runs.runs(folder))
    if (one.manifest.variant.hash === hash && one.status === 'done') bySeed.set(one.manifest.seed, one);
  bySeed.set(run.manifest.seed, run);
  if (bySeed.size === 1) return [run];
  const picked = await vscode.window.showQuickPick(
    [
      { label: t('All {0} seeds', bySeed.size), parents: [...bySeed.values()] },
      { label: t('Seed {0} alone', run.manifest.seed), parents: [run] },
    ],
    { title, placeHolder: t('For which seeds?') },
  );
  return picked?.parents;
}
