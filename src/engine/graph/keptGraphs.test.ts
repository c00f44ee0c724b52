import { describe, expect, it } from 'vitest';
import { KeptGraphs } from './keptGraphs';

class Graph {
  isThere = true;

  constructor(readonly name: string) {}

  dispose(): void {
    this.isThere = false;
  }
}

const graphOf = (kept: KeptGraphs<Graph>, name: string): Graph => {
  const graph = kept.get(name, () => new Graph(name));
  if (!graph) throw new Error(`no graph ${name}`);
  return graph;
};

const refusal = (reason: string) => (): Graph => {
  throw new Error(reason);
};

describe('compiled graphs', () => {
  it('are made once for each key', () => {
    const kept = new KeptGraphs<Graph>(2, () => undefined);
    expect(graphOf(kept, 'a')).toBe(graphOf(kept, 'a'));
    expect(graphOf(kept, 'b').name).toBe('b');
  });

  it('that were used longest ago are let go, but never the one that is in use', () => {
    const kept = new KeptGraphs<Graph>(2, () => undefined);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => graphOf(kept, name)) as [Graph, Graph, Graph];
    expect([a, b, c].every(({ isThere }) => isThere)).toBe(true);
    graphOf(kept, 'a');
    kept.trim(b);
    expect([a, b, c].map(({ isThere }) => isThere)).toEqual([true, true, false]);
    expect(graphOf(kept, 'c')).not.toBe(c);
    kept.trim();
    expect([a, b].map(({ isThere }) => isThere)).toEqual([true, false]);
  });

  it('that cannot be made are tried once, and each reason is told once', () => {
    const told: string[] = [];
    const kept = new KeptGraphs<Graph>(2, (reason) => told.push(reason));
    expect(kept.get('a', refusal('no such operation'))).toBeUndefined();
    expect(kept.get('b', refusal('no such operation'))).toBeUndefined();
    expect(kept.get('c', refusal('another'))).toBeUndefined();
    expect(kept.get('a', () => new Graph('a'))).toBeUndefined();
    expect(told).toEqual(['no such operation', 'another']);
  });

  it('are all let go at the end, after which what was refused is tried again', () => {
    const kept = new KeptGraphs<Graph>(2, () => undefined);
    const a = graphOf(kept, 'a');
    kept.get('b', refusal('not now'));
    kept.clear();
    expect(a.isThere).toBe(false);
    expect(graphOf(kept, 'b').name).toBe('b');
    expect(graphOf(kept, 'a')).not.toBe(a);
  });
});
