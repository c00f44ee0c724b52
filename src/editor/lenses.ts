import { formatPercent } from '../core/format';
import type { ParsedExperiment } from '../core/parse';
import type { ExperimentTarget, Target, VariantTarget } from '../workspace/targets';
import { t } from '../workspace/text';
import {
  isActive,
  variantProgress,
  variantResult,
  variantTrouble,
  type ExperimentOverview,
  type VariantOverview,
} from '../workspace/overview';

/** A CodeLens before it meets an editor. `offset` is where in the text it stands. */
export interface Lens {
  readonly offset: number;
  readonly title: string;
  readonly tooltip?: string;
  readonly command: string;
  readonly target?: Target;
}

export interface LensInput {
  readonly uri: string;
  /** Folder that holds the runs; undefined outside of every workspace folder. */
  readonly folder?: string;
  readonly parsed: ParsedExperiment;
  readonly overview?: ExperimentOverview;
  readonly trusted: boolean;
}

/** The lenses of an experiment file: one line above `methods`, one above each of its entries. */
export function lensesOf(input: LensInput): Lens[] {
  return [...overall(input), ...input.parsed.entries.flatMap(({ entry, offset }) => ofEntry(input, entry, offset))];
}

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
  return [
    trusted
      ? lens(`$(run-all) ${t('Run all')}`, 'lethe.runAll', t('Train every method that has no result yet'))
      : distrust(offset),
    ...(active && trusted ? [lens(`$(debug-stop) ${t('Stop all')}`, 'lethe.stopVariant')] : []),
    lens(t('Compare'), 'lethe.compare'),
    lens(t('Open dashboard'), 'lethe.openDashboard'),
    ...(overview ? bounds(overview).map((title) => lens(title, 'lethe.openDashboard')) : []),
  ];
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
  const mean = (stale ?? row).measures.accuracy.mean;
  if (!Number.isFinite(mean)) return [];
  return [`${variant.key} ${formatPercent(mean)}${stale ? ` ${t('(stale)')}` : ''}`];
}

function ofEntry({ uri, folder, overview, trusted }: LensInput, entry: number, offset: number): Lens[] {
  const own = overview?.variants.find(({ variant }) => variant.entry === entry);
  if (!own)
    return trusted
      ? [{ offset, title: `$(play) ${t('Run')}`, command: 'lethe.runVariant', target: { kind: 'experiment', uri } }]
      : [distrust(offset)];
  const target: VariantTarget = { kind: 'variant', uri, key: own.variant.key };
  const lens = (title: string, command: string, tooltip?: string): Lens => ({
    offset,
    title,
    command,
    target,
    ...(tooltip ? { tooltip } : {}),
  });
  const result = variantResult(own);
  const shown =
    result === undefined
      ? []
      : [lens(`${own.stale ? '$(history) ' : ''}${result}`, 'lethe.openDashboard', own.row.taskAwareOnly)];
  if (isActive(own.state)) {
    const spinner = own.state === 'running' ? '$(sync~spin) ' : '$(clock) ';
    return [
      ...(trusted ? [lens(`$(debug-stop) ${t('Stop')}`, 'lethe.stopVariant')] : []),
      lens(`${spinner}${variantProgress(own)}`, 'lethe.openDashboard'),
      ...shown,
    ];
  }
  const trouble = variantTrouble(own);
  const mark = own.state === 'stopped' ? '$(debug-pause)' : '$(error)';
  return [
    trusted ? lens(`$(play) ${t('Run')}`, 'lethe.runVariant', own.variant.label) : distrust(offset),
    ...(trouble
      ? [
          {
            ...lens(`${mark} ${trouble.text}`, 'lethe.openLog'),
            ...(folder === undefined ? {} : { target: { kind: 'run' as const, folder, id: trouble.run.manifest.id } }),
          },
        ]
      : []),
    ...shown,
  ];
}
