import { describe, expect, it } from 'vitest';
import { ShownTree } from './shownTree';
import type { TreeNode } from './treeModel';

/** A node of which nobody may look below unless it was unfolded. */
function node(nodeId: string, description: string, below?: () => readonly TreeNode[]): TreeNode {
  const face = { nodeId, label: nodeId, description, icon: { id: 'beaker' }, context: 'run', spoken: nodeId };
  return {
    ...face,
    kind: 'group',
    isLeaf: !below,
    get children() {
      return below?.() ?? [];
    },
  };
}
const leaf = (nodeId: string, description = '') => node(nodeId, description);
const unseen = () => {
  throw new Error('was not unfolded');
};
/** Two experiments: the first is unfolded, as far as its first method. */
const tree = (text: { first?: string; method?: string; run?: string }, runs = ['seed 1', 'seed 2']) => [
  node('first', text.first ?? '', () => [
    node('ewc', text.method ?? '', () => runs.map((id) => leaf(id, text.run))),
    node('replay', '', unseen),
  ]),
  node('second', '', unseen),
];

function shownTree() {
  const shown = new ShownTree();
  shown.take(tree({}));
  const [first] = shown.below();
  const [ewc] = shown.below(first);
  const [seed1, seed2] = shown.below(ewc);
  return { shown, first, ewc, seed1, seed2 };
}

describe('the tree that is shown', () => {
  it('is read anew as a whole at first, when its roots are others, and when it was forgotten', () => {
    const { shown } = shownTree();
    expect(new ShownTree().take(tree({}))).toBeUndefined();
    expect(shown.take(tree({}).reverse())).toBeUndefined();
    expect(shown.take(tree({}).reverse())).toEqual([]);
    shown.forget();
    expect(shown.size).toBeUndefined();
    expect(shown.take(tree({}))).toBeUndefined();
  });

  it('is left alone where nothing changed that can be seen', () => {
    const { shown } = shownTree();
    expect(shown.take(tree({}))).toEqual([]);
  });

  it('is read anew from the highest nodes that changed, which VS Code knows by the objects it was given', () => {
    const { shown, first, ewc, seed1, seed2 } = shownTree();
    expect(shown.take(tree({ run: 'done' }))).toEqual([seed1, seed2]);
    expect(shown.take(tree({ run: 'done', method: '20 %' }))).toEqual([ewc]);
    expect(shown.take(tree({ run: 'done', method: '30 %', first: 'best' }))).toEqual([first]);
    expect(shown.take(tree({ run: 'done', method: '30 %', first: 'best' }))).toEqual([]);
    if (!first || !ewc || !seed1) throw new Error('no nodes');
    expect(shown.latest(first).description).toBe('best');
    // Below what is read anew nothing is known until VS Code asks.
    expect(shown.below(first)[0]).toBe(ewc);
    expect(shown.latest(ewc).description).toBe('30 %');
    expect(shown.below(ewc)[0]).toBe(seed1);
    expect(shown.latest(seed1).description).toBe('done');
  });

  it('is read anew from a node that has others below it now', () => {
    const { shown, ewc } = shownTree();
    expect(shown.take(tree({}, ['seed 1', 'seed 2', 'seed 3']))).toEqual([ewc]);
    expect(shown.below(ewc).map(({ nodeId }) => nodeId)).toEqual(['seed 1', 'seed 2', 'seed 3']);
    expect(shown.take(tree({}, ['seed 2', 'seed 3']))).toEqual([ewc]);
    expect(shown.below(ewc).map(({ nodeId }) => nodeId)).toEqual(['seed 2', 'seed 3']);
  });

  it('shows what is first unfolded after a change as it is then', () => {
    const shown = new ShownTree();
    shown.take(tree({}));
    const [first] = shown.below();
    shown.take(tree({ method: 'new' }));
    const [ewc] = shown.below(first);
    expect(ewc?.description).toBe('new');
  });
});
