import { describe, expect, it } from 'vitest';
import { randomStream } from '../random';
import { chosenBranch, ownerOf, randomTree, sharedLayers, TRUNK, type Tree } from './branchTree';

/** Trunk of one task; task 1 leaves it after one layer, task 2 leaves task 1 after two, task 3 shares nothing. */
const tree: Tree = [
  { parent: TRUNK, stage: 3 },
  { parent: 0, stage: 1 },
  { parent: 1, stage: 2 },
  { parent: 2, stage: 0 },
];

it('the layers of a path are those of the path that it leaves, and its own from the stage on', () => {
  const owners = tree.map((_, task) => [0, 1, 2, 3].map((layer) => ownerOf(tree, task, layer)));
  expect(owners).toEqual([
    [TRUNK, TRUNK, TRUNK, 0],
    [TRUNK, 1, 1, 1],
    [TRUNK, 1, 2, 2],
    [3, 3, 3, 3],
  ]);
});

it('tasks share layers as far as all that these see is alike, the deeper the more', () => {
  // The layers take 0.4, 0.6 and 0.8.
  const shared = (...ofLayers: number[]) => sharedLayers(ofLayers, 0.4);
  expect(shared(0.39, 1, 1)).toBe(0);
  expect(shared(0.41, 1, 1)).toBe(1);
  expect(shared(0.7, 0.61, 0.9)).toBe(2);
  expect(shared(0.79, 1, 1)).toBe(2);
  expect(shared(0.85, 0.9, 0.9)).toBe(3);
  expect(sharedLayers([0, 0.5, 1], 0)).toBe(1);
  expect(sharedLayers([0.999, 1], 1)).toBe(0);
});

describe('the chosen branch', () => {
  it('leaves the task that it shares most layers with, of several the most related one, also where it shares none', () => {
    const related = [
      [0.6, 0.3],
      [0.8, 0.7],
      [0.8, 0.6],
    ];
    expect(chosenBranch(related, 0, 2)).toEqual({ parent: 1, stage: 2 });
    expect(chosenBranch(related, 0.5, 2)).toEqual({ parent: 1, stage: 1 });
    expect(chosenBranch(related, 0.95, 2)).toEqual({ parent: 1, stage: 0 });
    expect(
      chosenBranch(
        [
          [0.5, 1],
          [1, 0.1],
        ],
        0.5,
        2,
      ),
    ).toEqual({ parent: 0, stage: 1 });
  });

  it('is a head on the trunk where no task was before', () => {
    expect(chosenBranch([], 0.5, 3)).toEqual({ parent: TRUNK, stage: 3 });
  });
});

describe('a random tree', () => {
  const chosen: Tree = [{ parent: TRUNK, stage: 3 }, ...[0, 3, 1, 2, 2].map((stage, i) => ({ parent: i, stage }))];
  const trees = Array.from({ length: 300 }, (_, draw) => randomTree(chosen, 1, randomStream(1, 'tree', draw)));

  it('has the stages of the chosen one, dealt out anew, and leaves earlier tasks alone', () => {
    for (const one of trees) {
      expect(one[0]).toEqual(chosen[0]);
      expect(one.map(({ stage }) => stage).sort()).toEqual(chosen.map(({ stage }) => stage).sort());
      one.slice(1).forEach(({ parent }, i) => expect([0, 1, 2, 3, 4].slice(0, i + 1)).toContain(parent));
    }
  });

  it('has each stage and each parent in its turn', () => {
    for (const task of [2, 5]) {
      const shares = [0, 1, 2, 3].map((stage) => trees.filter((one) => one[task]?.stage === stage).length / 300);
      [0.2, 0.2, 0.4, 0.2].forEach((share, stage) =>
        expect(Math.abs(share - (shares[stage] ?? NaN))).toBeLessThan(0.1),
      );
      expect(new Set(trees.map((one) => one[task]?.parent)).size).toBe(task);
    }
  });

  it('keeps the first task of a trunk from a file where it is', () => {
    const first: Tree = [
      { parent: TRUNK, stage: 2 },
      { parent: 0, stage: 0 },
    ];
    expect(randomTree(first, 0, randomStream(1, 'tree'))).toEqual(first);
  });
});
