import { describe, expect, it } from 'vitest';
import { placed } from './tree';

/** Nodes by their parents, in the order of their letters. */
const drawn = (parents: readonly (number | null)[]) =>
  placed({
    ...{ kind: 'tree', title: 'A tree', quantities: [] },
    nodes: parents.map((parent, i) => ({ label: 'abcdefgh'.charAt(i), parent, values: [] })),
  }).map(({ node, depth, goesOn, hasChildren }) => [
    node.label,
    depth,
    goesOn.map((on) => (on ? '|' : ' ')).join(''),
    hasChildren,
  ]);

describe('a tree', () => {
  it('has each node below its parent, with lines past it to those that come further down', () => {
    // a has b, c and f; c has d, d has e; g stands beside a.
    expect(drawn([null, 0, 0, 2, 3, 0, null])).toEqual([
      ['a', 0, '', true],
      ['b', 1, '|', false],
      ['c', 1, '|', true],
      ['d', 2, '| ', true],
      ['e', 3, '|  ', false],
      ['f', 1, ' ', false],
      ['g', 0, '', false],
    ]);
  });
});
