import type { TreeNode } from './treeModel';

/** What there is to see of a node and to do with it. What it stands for follows from its id. */
const FACE = ['label', 'description', 'tooltip', 'icon', 'id', 'color', 'context', 'spoken', 'isLeaf'];

interface Held {
  /** The object by which VS Code knows the node. */
  readonly given: TreeNode;
  latest: TreeNode;
  /** Whether VS Code has asked for what is below. */
  isUnfolded: boolean;
}

/**
 * The tree that VS Code shows, and what of it has changed. While VS Code reads a node anew it does not know the rows
 * below it: a menu that is used then reaches its command without its row. So only what changed may be read anew.
 */
export class ShownTree {
  private roots: readonly TreeNode[] | undefined;
  private readonly held = new Map<string, Held>();

  /** How many nodes have no parent; undefined before there was a tree. */
  get size(): number | undefined {
    return this.roots?.length;
  }

  /**
   * Takes the tree as it is now.
   * @returns the nodes that must be read anew with all below them, as VS Code knows them; undefined: the whole tree
   */
  take(roots: readonly TreeNode[]): TreeNode[] | undefined {
    const before = this.roots;
    this.roots = roots;
    if (before && areSame(before, roots)) return this.changesOf(before, roots);
    this.held.clear();
    return undefined;
  }

  /** Has VS Code ask for everything again, whenever it next wants to. */
  forget(): void {
    this.roots = undefined;
    this.held.clear();
  }

  /** What is below a node, or the roots, as VS Code is to know them. */
  below(node?: TreeNode): TreeNode[] {
    if (!node) return (this.roots ?? []).map((root) => this.give(root));
    const held = this.held.get(node.nodeId);
    if (held) held.isUnfolded = true;
    return this.latest(node).children.map((child) => this.give(child));
  }

  /** A node as it is now. */
  latest(node: TreeNode): TreeNode {
    return this.held.get(node.nodeId)?.latest ?? node;
  }

  private give(node: TreeNode): TreeNode {
    const held = this.held.get(node.nodeId);
    if (held) held.latest = node;
    else this.held.set(node.nodeId, { given: node, latest: node, isUnfolded: false });
    return held?.given ?? node;
  }

  /** Of nodes that are the same ones, in the same order. What nobody unfolded is not looked at. */
  private changesOf(before: readonly TreeNode[], after: readonly TreeNode[]): TreeNode[] {
    return after.flatMap((node, at) => {
      const old = before[at];
      const held = this.held.get(node.nodeId);
      if (!old || !held) return [];
      held.latest = node;
      if (faceOf(old) !== faceOf(node)) return [held.given];
      if (!held.isUnfolded) return [];
      return areSame(old.children, node.children) ? this.changesOf(old.children, node.children) : [held.given];
    });
  }
}

const areSame = (some: readonly TreeNode[], others: readonly TreeNode[]): boolean =>
  some.length === others.length && some.every(({ nodeId }, at) => nodeId === others[at]?.nodeId);

const faceOf = (node: TreeNode): string => JSON.stringify(node, FACE);
