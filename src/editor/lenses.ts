import { isRepeatable, isResumable } from '../core/run';
import type { Family } from '../core/experiment';
import { formatPercent } from '../core/format';
import { ownPartsOf } from '../core/own/ownCode';
import { placeIn } from '../core/own/placeIn';
import type { ParsedExperiment } from '../core/parse';
import type { Run } from '../core/run';
import { oneLine, visibleText } from '../core/visibleText';
import type { ExperimentTarget, RunTarget, Target, VariantTarget } from '../workspace/targets';
import { t } from '../workspace/text';
import {
  allLeft,
  countOf,
  isActive,
  overallProgress,
  variantProgress,
  variantResult,
  variantTrouble,
  type ExperimentOverview,
  type VariantOverview,
} from '../workspace/overview';
import type { VerdictWords } from '../workspace/verdictWords';
import { whyInWords } from '../workspace/whyWords';
import { hasNumbers } from './sweepableSettings';

/** A CodeLens before it meets an editor. `offset` is where in the text it stands. */
export interface Lens {
  readonly offset: number;
  readonly title: string;
  readonly tooltip?: string;
  readonly command: string;
  readonly target?: Target;
  /** In place of a target: a line of a file (from 1), whose path is from the folder of the experiment file. */
  readonly opens?: { readonly path: string; readonly line: number };
}

export interface LensInput {
  readonly uri: string;
  /** Folder that holds the runs; undefined outside of every workspace folder. */
  readonly folder?: string;
  readonly parsed: ParsedExperiment;
  readonly overview?: ExperimentOverview;
  /** How variants of the overview stand to what is published of them. */
  readonly verdictOf?: (overview: VariantOverview) => VerdictWords | undefined;
  readonly trusted: boolean;
}

/** The lenses of an experiment file: one line above `methods`, one above each of its entries. */
export function lensesOf(input: LensInput): Lens[] {
  const entries = input.parsed.entries.flatMap(({ entry, offset }) => ofEntry(input, entry, offset));
  return [...overall(input), ...entries].map(shown);
}

/** The lens with nothing in its words that steers the reading direction: errors and labels come from files. */
const shown = (lens: Lens): Lens => ({
  ...lens,
  title: oneLine(lens.title),
  ...(lens.tooltip === undefined ? {} : { tooltip: visibleText(lens.tooltip) }),
});

function overall({ uri, parsed, overview, trusted }: LensInput): Lens[] {
  const offset = parsed.methodsOffset;
  if (offset === undefined) return [];
  const target: ExperimentTarget = { kind: 'experiment', uri };
  const errors = parsed.problems.filter(({ severity }) => severity === 'error').length;
  const lens = (title: string, command: string, tooltip?: string): Lens => ({
    offset,
    title,
    command,
    target,
    ...(tooltip ? { tooltip } : {}),
  });
  if (errors > 0)
    return [lens(`$(error) ${problemCount(errors)}`, 'workbench.actions.view.problems', parsed.problems[0]?.message)];
  const active = overview?.variants.some(({ state }) => isActive(state)) ?? false;
  const runAll = lens(
    `$(run-all) ${runAllText(overview)}`,
    'lethe.runAll',
    t('Train every method that has no result yet'),
  );
  return [
    ...(trusted ? (active && overview?.variants.every(isUnderWay) ? [] : [runAll]) : [distrust(offset)]),
    ...(active && trusted ? [lens(`$(debug-stop) ${t('Stop all')}`, 'lethe.stopVariant')] : []),
    ...(active && overview ? [lens(overallProgress(overview), 'lethe.openDashboard')] : []),
    lens(t('Open dashboard'), 'lethe.openDashboard'),
    ...(trusted && hasTwoDone(overview)
      ? [
          lens(
            t('Loss landscape…'),
            'lethe.showLandscape',
            t('Loss and accuracy of an old and a new task on a plane through what runs kept'),
          ),
          lens(
            t('Find path…'),
            'lethe.findPath',
            t('The loss on the straight line, and on a curve of low loss, between what runs kept'),
          ),
        ]
      : []),
    ...(overview ? bounds(overview).map((title) => lens(title, 'lethe.openDashboard')) : []),
  ];
}

/** Two methods have a run that is done: their parameters can be looked at together. */
const hasTwoDone = (overview: ExperimentOverview | undefined): boolean =>
  (overview?.variants.filter(({ runs }) => runs.some(isRepeatable)).length ?? 0) > 1;

/** Whether nothing of it is left to start. */
const isUnderWay = ({ state }: VariantOverview): boolean => isActive(state) || state === 'done';

/** Where sweeps make more runs than one sees in the file, with how many there are. */
function runAllText(overview: ExperimentOverview | undefined): string {
  const variants = overview?.variants ?? [];
  return variants.some(({ variant }) => variant.family)
    ? t('Run all ({0} runs)', countOf(variants).runs)
    : t('Run all');
}

export const problemCount = (count: number): string =>
  count === 1 ? t('1 problem to fix before it can run') : t('{0} problems to fix before it can run', count);

const distrust = (offset: number): Lens => ({
  offset,
  title: `$(shield) ${t('Running needs a trusted workspace')}`,
  command: 'workbench.trust.manage',
});

/** The bounds that the file does not list have no line of their own: `none 19.9 % … joint 97.0 %`. */
function bounds({ variants }: ExperimentOverview): string[] {
  const said = variants.filter(({ variant }) => variant.entry === undefined).flatMap(boundText);
  return said.length === 0 ? [] : [said.join(' … ')];
}

function boundText(overview: VariantOverview): string[] {
  const { variant, row, stale, state } = overview;
  if (isActive(state)) return [`${variant.key} ${variantProgress(overview)}`];
  const trouble = variantTrouble(overview);
  if (trouble) return [`${variant.key} ${trouble.text}`];
  const mean = (stale?.row ?? row).measures.accuracy.mean;
  if (!Number.isFinite(mean)) return [];
  return [`${variant.key} ${formatPercent(mean)}${stale ? ` ${t('(stale)')}` : ''}`];
}

type Spot = Omit<LensInput, 'parsed'> & { readonly offset: number };

function ofEntry(input: LensInput, entry: number, offset: number): Lens[] {
  const all = input.overview?.variants.filter(({ variant }) => variant.entry === entry) ?? [];
  const [own] = all;
  const spot = { ...input, offset };
  if (own?.variant.family) return ofFamily(spot, own.variant.family, all);
  if (own) return isActive(own.state) ? ofActive(spot, own) : ofIdle(spot, own);
  const target: ExperimentTarget = { kind: 'experiment', uri: input.uri };
  return input.trusted ? [{ offset, title: `$(play) ${t('Run')}`, command: 'lethe.runVariant', target }] : [];
}

/** Of an entry of which sweeps make several variants: they run and stop together. */
function ofFamily(spot: Spot, { key, label }: Family, all: readonly VariantOverview[]): Lens[] {
  const target: VariantTarget = { kind: 'variant', uri: spot.uri, key };
  const at = (title: string, command: string, tooltip?: string): Lens => ({
    ...{ offset: spot.offset, title, command, target },
    ...(tooltip === undefined ? {} : { tooltip }),
  });
  const { done, runs } = countOf(all);
  const said = t('{0} settings, {1}/{2} runs done', all.length, done, runs);
  if (all.some(({ state }) => isActive(state))) {
    return [
      ...(spot.trusted ? [at(`$(debug-stop) ${t('Stop')}`, 'lethe.stopVariant')] : []),
      at(
        `$(sync~spin) ${[said, allLeft(all.flatMap((own) => own.runs))].filter(Boolean).join(' · ')}`,
        'lethe.openDashboard',
      ),
    ];
  }
  return [
    ...(spot.trusted ? [at(`$(play) ${t('Run')}`, 'lethe.runVariant', label)] : []),
    ...(pickLens(spot, label, all) ?? [at(said, 'lethe.openDashboard')]),
    ...all.slice(0, 1).flatMap((own) => debugLens(spot, own)),
    ...all.flatMap((own) => troubleLens(spot, own)).slice(0, 1),
  ];
}

/**
 * The one of a family that is chosen, as soon as all is there that it is chosen by, in the place of how far it is:
 * `best of 5: lambda 100 · 88.1 ± 0.6 % · …`.
 */
function pickLens(spot: Spot, family: string, all: readonly VariantOverview[]): Lens[] | undefined {
  const own = all.find(({ row }) => row.pick);
  const result = own && variantResult(own);
  if (!own || result === undefined) return undefined;
  const { label } = own.variant;
  const setting = label.startsWith(`${family} · `) ? label.slice(family.length + 3) : label;
  const lens = lensAt(spot, own, t('best of {0}: {1} · {2}', all.length, setting, result), 'lethe.openDashboard');
  if (own.row.pick?.on !== 'test') return [lens];
  return [
    { ...lens, tooltip: t('Picked by what it is measured by: too good to be true. "select" in the file helps.') },
  ];
}

function lensAt({ offset, uri }: Spot, { variant }: VariantOverview, title: string, command: string): Lens {
  return { offset, title, command, target: { kind: 'variant', uri, key: variant.key } };
}

function ofActive(spot: Spot, own: VariantOverview): Lens[] {
  const mark = own.state === 'running' ? '$(sync~spin)' : '$(clock)';
  return [
    ...(spot.trusted ? [lensAt(spot, own, `$(debug-stop) ${t('Stop')}`, 'lethe.stopVariant')] : []),
    lensAt(spot, own, `${mark} ${variantProgress(own)}`, 'lethe.openDashboard'),
    ...resultLens(spot, own),
  ];
}

function ofIdle(spot: Spot, own: VariantOverview): Lens[] {
  const goesOn = own.runs.some((run) => isResumable(run) && run.state.checkpoint !== undefined);
  const run = goesOn ? `$(debug-continue) ${t('Resume')}` : `$(play) ${t('Run')}`;
  return [
    ...(spot.trusted ? [{ ...lensAt(spot, own, run, 'lethe.runVariant'), tooltip: own.variant.label }] : []),
    ...debugLens(spot, own),
    ...sweepLens(spot, own),
    ...troubleLens(spot, own),
    ...resultLens(spot, own),
  ];
}

/** Of a method that has a number, and no sweep yet. Before what came out: that may be longer than the line. */
function sweepLens(spot: Spot, own: VariantOverview): Lens[] {
  if (!spot.trusted || !hasNumbers(own.variant)) return [];
  const tooltip = t('Compare several values of a setting, each with all seeds');
  return [{ ...lensAt(spot, own, t('Sweep…'), 'lethe.sweepSetting'), tooltip }];
}

/** Of code of the user's own. */
function debugLens(spot: Spot, own: VariantOverview): Lens[] {
  if (!spot.trusted || own.variant.own === undefined) return [];
  const tooltip = t('Run the first seed under the debugger: breakpoints in the file are met');
  return [{ ...lensAt(spot, own, `$(debug-alt) ${t('Debug')}`, 'lethe.debugVariant'), tooltip }];
}

function troubleLens(spot: Spot, own: VariantOverview): Lens[] {
  const trouble = variantTrouble(own);
  if (!trouble || spot.folder === undefined) return [];
  const mark = own.state === 'stopped' ? '$(debug-pause)' : '$(error)';
  const target: RunTarget = { kind: 'run', folder: spot.folder, id: trouble.run.manifest.id };
  const log = { ...lensAt(spot, own, `${mark} ${trouble.text}`, 'lethe.openLog'), target };
  const opens = own.state === 'failed' ? ownLineOf(trouble.run) : undefined;
  if (!opens) return [log];
  const { offset, title } = log;
  return [
    { offset, title, command: 'vscode.open', opens, tooltip: t('Open the line') },
    { ...log, title: t('Log') },
  ];
}

/** The line of the user's own code at which a run failed. */
function ownLineOf({ manifest, state }: Run): Lens['opens'] {
  const place = placeIn(state.error ?? '');
  if (!place || manifest.trainer !== 'lethe') return undefined;
  const part = ownPartsOf(manifest.spec).find(({ code }) => place.name in code.files);
  return part && { path: `${part.path.slice(0, part.path.lastIndexOf('/'))}/${place.name}`, line: place.line };
}

function resultLens(spot: Spot, own: VariantOverview): Lens[] {
  const result = variantResult(own);
  if (result === undefined) return [];
  const lens = lensAt(spot, own, `${own.stale ? '$(warning) ' : ''}${result}`, 'lethe.openDashboard');
  const why = spot.overview && whyInWords(spot.overview.experiment, own);
  const tooltip = [why?.text, own.row.taskAwareOnly].filter(Boolean).join('\n\n');
  return [
    { ...lens, ...(tooltip && { tooltip }) },
    ...verdictLens(spot, own),
    ...(own.stale ? [lensAt(spot, own, `$(diff) ${t('What changed')}`, 'lethe.showChanges')] : []),
    // While it runs, the sentence changes with each task, and there is enough to read.
    ...(why?.short !== undefined && !isActive(own.state)
      ? [{ ...lensAt(spot, own, why.short, 'lethe.showWhy'), tooltip: why.text }]
      : []),
  ];
}

/** How the result stands to what was published, or to what the file expects. */
function verdictLens(spot: Spot, own: VariantOverview): Lens[] {
  const words = spot.verdictOf?.(own);
  if (!words) return [];
  return [{ ...lensAt(spot, own, words.short, 'lethe.openDashboard'), tooltip: words.text }];
}
