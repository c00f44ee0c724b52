import { describe, expect, it } from 'vitest';
import { lazyRecords } from './lazyRecord';

describe('a lazy record', () => {
  const made = () => {
    const computed: string[] = [];
    const record = lazyRecords(['a', 'b'])((name) => {
      computed.push(name);
      return name === 'a' ? 1 : undefined;
    });
    return { record, computed };
  };

  it('computes what is read, and once', () => {
    const { record, computed } = made();
    expect(computed).toEqual([]);
    expect([record.a, record.a]).toEqual([1, 1]);
    expect(computed).toEqual(['a']);
  });

  it('is like any other', () => {
    expect({ ...made().record, c: 2 }).toEqual({ a: 1, b: undefined, c: 2 });
    expect(Object.keys(made().record)).toEqual(['a', 'b']);
    expect(JSON.stringify(made().record)).toBe('{"a":1}');
  });

  it('has values of its own, whatever others of these names have', () => {
    const records = lazyRecords(['a']);
    expect([records(() => 1).a, records(() => 2).a]).toEqual([1, 2]);
  });
});
