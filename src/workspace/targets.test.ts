import { describe, expect, it } from 'vitest';
import { damagedTargetOf, targetOf } from './targets';

describe('what a command is handed', () => {
  it('may be a target, or a tree node, which has more', () => {
    const node = { kind: 'variant', uri: 'file:///a', key: 'ewc', label: 'EWC', children: [] };
    expect(targetOf(node)).toEqual({ kind: 'variant', uri: 'file:///a', key: 'ewc' });
    expect(targetOf({ kind: 'run', folder: '/w', id: 'r' })).toEqual({ kind: 'run', folder: '/w', id: 'r' });
  });

  it('may be a URI, as title bars and the explorer give it', () => {
    const uri = { scheme: 'file', path: '/a.lethe.json', toString: () => 'file:///a.lethe.json' };
    expect(targetOf(uri)).toEqual({ kind: 'experiment', uri: 'file:///a.lethe.json' });
  });

  it('may be a damaged run, which is no run', () => {
    const node = { kind: 'damaged', folder: '/w', id: 'x', label: 'x' };
    expect(damagedTargetOf(node)).toEqual({ kind: 'damaged', folder: '/w', id: 'x' });
    expect(targetOf(node)).toBeUndefined();
    expect(damagedTargetOf({ ...node, kind: 'run' })).toBeUndefined();
  });

  it.each([undefined, null, 'x', 7, {}, { kind: 'variant', uri: 'file:///a' }, { kind: 'group' }])(
    'is nothing when it is %j',
    (argument) => expect(targetOf(argument)).toBeUndefined(),
  );
});
