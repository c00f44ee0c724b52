import * as vscode from 'vscode';
import type { Config } from '../workspace/config';
import { Owner } from '../workspace/disposable';
import type { Experiments } from '../workspace/experiments';
import type { LazyOverviews, Overviews } from '../workspace/overviews';
import type { RunsModel } from '../workspace/runsModel';
import { t } from '../workspace/text';
import { Throttle } from '../workspace/throttle';
import { ShownTree } from './shownTree';
import type { TreeExperiment, TreeFolder, TreeNode } from './treeModel';

export const EXPERIMENTS_VIEW = 'lethe.experiments';
const REFRESH_INTERVAL = 500;
/** How long a host has to read a row of which it was told that it changed; VS Code does within milliseconds. */
const READING_TIME = 3000;
/** With more experiments than this, which ones are unfolded is left to the user. */
const MOST_UNFOLDED = 6;

/** The tree "Experiments": what there is, what it is doing and what came out. */
export class ExperimentsTree extends Owner implements vscode.TreeDataProvider<TreeNode> {
  private readonly changed = this.own(new vscode.EventEmitter<TreeNode[] | undefined>());
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<TreeNode>;
  private readonly shown = new ShownTree();
  /** Whether the host reads the row of a node that changed: Theia reads only those below it. Unknown until it is tried. */
  private readsRows: boolean | undefined;
  private told: readonly TreeNode[] = [];
  private readonly rowsRead: Throttle;

  constructor(
    private readonly experiments: Experiments,
    private readonly overviews: LazyOverviews,
    private readonly runs: RunsModel,
    config: Config,
  ) {
    super();
    this.view = this.own(
      vscode.window.createTreeView(EXPERIMENTS_VIEW, { treeDataProvider: this, showCollapseAll: true }),
    );
    this.rowsRead = this.own(new Throttle(() => this.seeWhetherRead(), READING_TIME));
    const refresh = this.own(new Throttle(() => void this.refresh(), REFRESH_INTERVAL));
    this.own(runs.onDidChange(refresh.trigger));
    this.own(experiments.onDidChange(refresh.trigger));
    this.own(config.onDidChange(refresh.trigger));
    this.own(this.view.onDidChangeVisibility(({ visible }) => visible && refresh.trigger()));
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (!node && this.shown.size === undefined) this.shown.take(await this.tree());
    return this.shown.below(node);
  }

  getTreeItem(known: TreeNode): vscode.TreeItem {
    if (this.told.includes(known)) this.readsRows ??= true;
    const node = this.shown.latest(known);
    const item = new vscode.TreeItem(node.label, foldingOf(node, (this.shown.size ?? 0) <= MOST_UNFOLDED));
    item.id = node.nodeId;
    item.description = node.description ?? '';
    item.tooltip = node.tooltip;
    item.iconPath = new vscode.ThemeIcon(
      node.icon.id,
      node.icon.color ? new vscode.ThemeColor(node.icon.color) : undefined,
    );
    item.contextValue = node.context;
    item.accessibilityInformation = { label: node.spoken };
    if (node.kind === 'experiment') {
      item.command = { command: 'lethe.openExperimentFile', title: t('Open Experiment File'), arguments: [node] };
    }
    return item;
  }

  private async tree(): Promise<TreeNode[]> {
    // Read when somebody looks at the view.
    const { buildTree } = await import('./treeModel');
    const overviews = await this.overviews();
    return buildTree(this.documents(overviews), this.folders());
  }

  private documents(overviews: Overviews): TreeExperiment[] {
    return this.experiments.list().map((document) => {
      const overview = overviews.of(document);
      const { uri, path, parsed, folder } = document;
      return {
        uri: uri.toString(),
        path,
        parsed,
        ...(folder === undefined ? {} : { folder }),
        ...(overview ? { overview } : {}),
      };
    });
  }

  private folders(): TreeFolder[] {
    return this.runs
      .folderPaths()
      .map((path) => ({ path, runs: this.runs.runs(path), damaged: this.runs.damaged(path) }));
  }

  private async refresh(): Promise<void> {
    const running = this.runs.active().filter(({ run }) => run.status === 'running').length;
    this.view.badge =
      running === 0
        ? undefined
        : { value: running, tooltip: running === 1 ? t('1 run in training') : t('{0} runs in training', running) };
    if (!this.view.visible) this.shown.forget();
    const changes = this.shown.size === undefined ? undefined : this.shown.take(await this.tree());
    if (!changes || changes.length > 0) this.tell(changes);
  }

  private tell(changes: TreeNode[] | undefined): void {
    this.changed.fire(this.readsRows === false ? undefined : changes);
    if (this.readsRows !== undefined || !changes) return;
    this.told = changes;
    this.rowsRead.trigger();
  }

  private seeWhetherRead(): void {
    this.told = [];
    this.readsRows ??= false;
    if (!this.readsRows) this.changed.fire(undefined);
  }
}

function foldingOf({ kind, isLeaf }: TreeNode, unfold: boolean): vscode.TreeItemCollapsibleState {
  if (isLeaf) return vscode.TreeItemCollapsibleState.None;
  return kind === 'experiment' && unfold
    ? vscode.TreeItemCollapsibleState.Expanded
    : vscode.TreeItemCollapsibleState.Collapsed;
}
