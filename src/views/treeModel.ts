import { formatPercent, formatSummary } from '../core/format';
import { findingsOf } from '../core/findings';
import { measuresOf } from '../core/comparison';
import { doubtsOf, hasWholeResult } from '../core/doubts';
import type { Variant } from '../core/experiment';
import { trainerText } from '../core/manifest';
import type { ParsedExperiment } from '../core/parse';
import { isFinished, isForeign, isForkable, isRepeatable, isResumable, type Run, type RunStatus } from '../core/run';
import { oneLine, visibleText } from '../core/visibleText';
import {
  overallProgress,
  isActive,
  runProgress,
  variantProgress,
  variantResult,
  variantTrouble,
  type ExperimentOverview,
  type VariantOverview,
  type VariantState,
} from '../workspace/overview';
import { doubtWords } from '../workspace/doubtWords';
import { backendWords, withPaletteCommands } from '../workspace/engineWords';
import type { DamagedTarget, ExperimentTarget, RunTarget, VariantTarget } from '../workspace/targets';
import { t } from '../workspace/text';

/** A product icon and, where its state calls for one, a theme colour. */
export interface NodeIcon {
  readonly id: string;
  readonly color?: string;
}

interface NodeFace {
  /** Unique in the tree and stable, so that VS Code keeps what is unfolded. */
  readonly nodeId: string;
  readonly label: string;
  readonly description?: string;
  readonly tooltip?: string;
  readonly icon: NodeIcon;
  /** Words that `when` clauses look for. */
  readonly context: string;
  /** What a screen reader says instead of label and description. */
  readonly spoken: string;
}

/** What is below a node is made when somebody unfolds it: there may be thousands of runs. */
interface Foldable {
  readonly isLeaf: boolean;
  readonly children: readonly TreeNode[];
}

/** A node of the tree; it is at the same time the target that a command gets. */
export type TreeNode = NodeFace & Foldable & NodeTarget;

type NodeTarget = ExperimentTarget | VariantTarget | RunTarget | DamagedTarget | { readonly kind: 'group' };

/** Makes a node. */
type Child = () => TreeNode;

/** Children that stand below a node at once; of more each so many stand below a node of their own. */
const MOST_CHILDREN = 100;

/** One experiment file with what is known about it. */
export interface TreeExperiment {
  readonly uri: string;
  readonly folder?: string;
  readonly path: string;
  readonly parsed: ParsedExperiment;
  readonly overview?: ExperimentOverview;
}

export interface TreeFolder {
  readonly path: string;
  readonly runs: readonly Run[];
  /** Run folders that cannot be read, and why. */
  readonly damaged?: readonly { readonly id: string; readonly reason: string }[];
}

/** The tree: experiments → variants → runs, and the runs that belong to no experiment file any more. */
export function buildTree(experiments: readonly TreeExperiment[], folders: readonly TreeFolder[]): TreeNode[] {
  const placed = new Set<Run>();
  const nodes = experiments.map((experiment) => {
    const runs = folders.find(({ path }) => path === experiment.folder)?.runs ?? [];
    return experimentNode(experiment, runs, placed);
  });
  const others = folders.flatMap(({ path, runs, damaged = [] }): Child[] => [
    ...runs.filter((run) => !placed.has(run)).map((run) => () => runNode(path, path, run, otherText(run))),
    ...damaged.map(
      ({ id, reason }) =>
        () =>
          damagedNode(path, id, reason),
    ),
  ]);
  return others.length === 0 ? nodes : [...nodes, otherRuns(others)];
}

/**
 * The node with nothing in what is read that steers: names come from files. What it stands for stays as it is, since
 * that is looked up.
 */
function nodeOf(node: NodeFace & NodeTarget, below: readonly Child[] = []): TreeNode {
  let made: readonly TreeNode[] | undefined;
  return {
    ...node,
    label: oneLine(node.label),
    ...(node.description === undefined ? {} : { description: oneLine(node.description) }),
    ...(node.tooltip === undefined ? {} : { tooltip: visibleText(node.tooltip) }),
    spoken: oneLine(node.spoken),
    isLeaf: below.length === 0,
    get children() {
      return (made ??= inPages(node.nodeId, below).map((child) => child()));
    },
  };
}

/** As they are where they are few, else so many each below a node that says which they are. */
function inPages(nodeId: string, children: readonly Child[]): readonly Child[] {
  if (children.length <= MOST_CHILDREN) return children;
  const pages = Array.from({ length: Math.ceil(children.length / MOST_CHILDREN) }, (_, page) => page * MOST_CHILDREN);
  return pages.map((first) => () => {
    const below = children.slice(first, first + MOST_CHILDREN);
    const label = t('{0} to {1}', first + 1, first + below.length);
    const description = t('of {0}', children.length);
    const face = { kind: 'group', nodeId: `${nodeId}/from-${first}`, label, description } as const;
    return nodeOf({ ...face, icon: { id: 'list-flat' }, context: 'group', spoken: `${label} ${description}` }, below);
  });
}

function experimentNode(experiment: TreeExperiment, runs: readonly Run[], placed: Set<Run>): TreeNode {
  const { uri, folder, path, parsed, overview } = experiment;
  const variants = overview?.variants.map((variant) => () => variantNode(experiment, variant)) ?? [];
  for (const { runs: current, older, forks } of overview?.variants ?? [])
    for (const run of [...current, ...older, ...forks]) placed.add(run);
  const rest =
    folder === undefined ? [] : runs.filter((run) => run.manifest.experiment.file === path && !placed.has(run));
  for (const run of rest) placed.add(run);
  const removed = folder === undefined ? [] : rest.map((run) => () => runNode(uri, folder, run, otherText(run)));
  const errors = parsed.problems.filter(({ severity }) => severity === 'error').length;
  const active = overview?.variants.filter(({ state }) => isActive(state)).length ?? 0;
  const running = overview?.variants.filter(({ state }) => state === 'running').length ?? 0;
  const label = overview?.experiment.name ?? path;
  const result = overview && bestText(overview);
  const description =
    errors > 0
      ? errors === 1
        ? t('1 problem')
        : t('{0} problems', errors)
      : overview && active > 0
        ? [running > 0 ? t('{0} in training', running) : t('queued'), overallProgress(overview)].join(' · ')
        : (result ?? path);
  return nodeOf(
    {
      kind: 'experiment',
      uri,
      nodeId: uri,
      label,
      description,
      tooltip: [path, errors > 0 ? parsed.problems[0]?.message : result].filter(Boolean).join('\n'),
      icon: errors > 0 ? { id: 'warning', color: 'list.warningForeground' } : { id: 'beaker' },
      context: ['experiment', errors > 0 ? 'faulty' : 'valid', ...(active > 0 ? ['active'] : [])].join(' '),
      spoken: t('Experiment {0}, {1}', label, description),
    },
    [...variants, ...removed],
  );
}

/** Methods that are named where none can be called the best. */
const MOST_NAMED = 3;

/**
 * What came out so far: `best: Replay 90.5 ± 0.8 %`. Of methods that must all be told the task, what each has when it is.
 * Undefined where no method can be named.
 */
function bestText({ comparison }: ExperimentOverview): string | undefined {
  const { best, own, toldOnly } = findingsOf(comparison.rows);
  if (!best) {
    if (own.length > 0 || toldOnly.length === 0 || toldOnly.length > MOST_NAMED) return undefined;
    const said = toldOnly.map(({ label, measures }) => `${label} ${formatSummary(measures.taskAwareAccuracy)} %`);
    return t('{0} task-aware', said.join(', '));
  }
  const { row, isSoFar, isAlone } = best;
  const said = `${row.label} ${formatSummary(row.measures.accuracy)} %`;
  if (isAlone) return said;
  return isSoFar ? t('best so far: {0}', said) : t('best: {0}', said);
}

const variantIcons: Readonly<Record<VariantState, NodeIcon>> = {
  running: { id: 'sync~spin', color: 'charts.blue' },
  queued: { id: 'clock' },
  failed: { id: 'error', color: 'list.errorForeground' },
  crashed: { id: 'error', color: 'list.errorForeground' },
  lost: { id: 'question', color: 'list.warningForeground' },
  stopped: { id: 'debug-pause', color: 'list.warningForeground' },
  done: { id: 'pass', color: 'charts.green' },
  partial: { id: 'pass', color: 'charts.yellow' },
  stale: { id: 'warning', color: 'list.warningForeground' },
  new: { id: 'circle-outline' },
};

function variantNode({ uri, folder }: TreeExperiment, overview: VariantOverview): TreeNode {
  const { variant, state, runs, older, forks, row } = overview;
  const active = isActive(state);
  const nodeId = `${uri}#${variant.key}`;
  const description =
    (active ? variantProgress(overview) : (variantTrouble(overview)?.text ?? variantResult(overview))) ??
    t('not run yet');
  const nodes =
    folder === undefined
      ? []
      : [
          ...runs.map((run) => () => runNode(nodeId, folder, run)),
          ...forks.map((run) => () => runNode(nodeId, folder, run, forkText(run, variant))),
          ...older.map((run) => () => runNode(nodeId, folder, run, olderText(run, runs))),
        ];
  const face = {
    kind: 'variant' as const,
    uri,
    key: variant.key,
    nodeId,
    label: variant.label,
    description,
    tooltip: [variant.label, description, row.taskAwareOnly, differing(variant.differs)].filter(Boolean).join('\n'),
    icon: state === 'stopped' && runs.every(neverBegan) ? { id: 'circle-slash' } : variantIcons[state],
    context: ['variant', state, active ? 'active' : 'idle'].join(' '),
    spoken: t('Method {0}, {1}', variant.label, description),
  };
  return nodeOf(face, nodes);
}

const neverBegan = ({ state }: Run) => state.started === undefined;

const differing = (differs: readonly string[]) =>
  differs.length === 0 ? undefined : t("Differs from the experiment's own settings in: {0}", differs.join(', '));

const runIcons: Readonly<Record<RunStatus, NodeIcon>> = {
  running: variantIcons.running,
  queued: variantIcons.queued,
  failed: variantIcons.failed,
  crashed: variantIcons.crashed,
  lost: variantIcons.lost,
  stopped: variantIcons.stopped,
  done: variantIcons.done,
};

/** Runs of equal settings stand under every experiment that asks for them, so their ids need the parent's. */
function runNode(parent: string, folder: string, run: Run, remark?: string): TreeNode {
  const { manifest, state, status } = run;
  const label = t('seed {0}', manifest.seed);
  const description = [runResult(run), remark].filter(Boolean).join(' · ');
  return nodeOf({
    kind: 'run',
    folder,
    id: manifest.id,
    nodeId: `${parent}/${manifest.id}`,
    label,
    description,
    tooltip: [
      manifest.id,
      isForeign(run) && t('Trained by: {0}', trainerText(manifest)),
      state.backendUse && t('Backend: {0}', backendWords(state.backendUse)),
      state.error && withPaletteCommands(state.error),
      ...doubtsOf(run).map(doubtWords),
    ]
      .filter(Boolean)
      .join('\n'),
    icon: status === 'stopped' && neverBegan(run) ? { id: 'circle-slash' } : runIcons[status],
    context: [
      'run',
      status,
      isFinished(status) ? 'finished' : 'active',
      ...(isResumable(run) ? ['resumable'] : []),
      ...(isRepeatable(run) ? ['repeatable'] : []),
      ...(isForkable(run) ? ['forkable'] : []),
    ].join(' '),
    spoken: t('Run of {0}, seed {1}, {2}', manifest.variant.label, manifest.seed, description),
  });
}

function runResult(run: Run): string {
  if (run.status !== 'done') return runProgress(run);
  if (!hasWholeResult(run)) return t('done without whole results');
  const { accuracy, taskAwareAccuracy } = measuresOf(run);
  return Number.isFinite(accuracy) || !Number.isFinite(taskAwareAccuracy)
    ? formatPercent(accuracy)
    : t('{0} task-aware', formatPercent(taskAwareAccuracy));
}

const olderText = (run: Run, current: readonly Run[]) =>
  current.some(({ manifest }) => manifest.variant.hash === run.manifest.variant.hash)
    ? t('earlier run')
    : t('other settings or code');

/** "after task 2: lambda 10": a fork's label says what it is a fork of first. */
const forkText = ({ manifest }: Run, { label }: Pick<Variant, 'label'>): string => {
  const own = manifest.variant.label;
  return own.startsWith(`${label} · `) ? own.slice(label.length + 3) : own;
};

const otherText = ({ manifest }: Run) => `${manifest.experiment.name} · ${manifest.variant.label}`;

/** It stands for no run: all one can do is to look at its folder. */
const damagedNode = (folder: string, id: string, reason: string): TreeNode =>
  nodeOf({
    kind: 'damaged',
    folder,
    id,
    nodeId: `${folder}/${id}`,
    label: id,
    description: reason,
    tooltip: reason,
    icon: { id: 'warning', color: 'list.warningForeground' },
    context: 'damaged',
    spoken: t('Damaged run {0}, {1}', id, reason),
  });

const otherRuns = (below: readonly Child[]): TreeNode =>
  nodeOf(
    {
      kind: 'group',
      nodeId: 'other-runs',
      label: t('Other runs'),
      description: String(below.length),
      tooltip: t('Runs whose experiment file is gone, or that no experiment of this workspace lists any more'),
      icon: { id: 'archive' },
      context: 'group',
      spoken: t('{0} runs of other experiments', below.length),
    },
    below,
  );
