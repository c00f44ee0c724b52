import { describe, expect, it } from 'vitest';
import {
  formatBackend,
  formatBackendUse,
  formatBytes,
  formatDuration,
  formatGap,
  formatPercent,
  formatSummary,
} from './format';
import { formatMeasure, formatValue } from './measureFormat';
import { measureNames } from './measures/table';
import { summarise } from './statistics';

describe('numbers in words', () => {
  it('percentages never show a negative zero, and use a true minus sign', () => {
    expect(formatPercent(0.9123)).toBe('91.2 %');
    expect(formatPercent(0.9123, 0)).toBe('91 %');
    expect(formatPercent(-0.031)).toBe('−3.1 %');
    expect(formatPercent(-0.0001)).toBe('0.0 %');
  });

  it('what is undefined is an en dash everywhere', () => {
    const nothing = summarise([]);
    const said = [formatPercent(NaN), formatSummary(nothing), formatBytes(NaN), formatDuration(Infinity)];
    expect([...said, formatGap(NaN), ...measureNames.map((name) => formatMeasure(name, nothing))]).toEqual(
      Array(said.length + 1 + measureNames.length).fill('–'),
    );
  });

  it('a summary shows its interval only when there is one', () => {
    expect(formatSummary(summarise([0.91, 0.912, 0.914]))).toBe('91.2 ± 0.5');
    expect(formatSummary(summarise([0.912]))).toBe('91.2');
  });

  it('bytes keep three digits and never show 1000 of a unit', () => {
    expect([0, 12, 999, 1000, 9_999, 99_960, 784_000, 999_600, 1_568_000].map(formatBytes)).toEqual([
      '0 B',
      '12 B',
      '999 B',
      '1.00 kB',
      '10.0 kB',
      '100 kB',
      '784 kB',
      '1.00 MB',
      '1.57 MB',
    ]);
  });

  it('durations never show 60 of a unit', () => {
    expect([0, 0.42, 9.96, 12.3, 59.6, 75, 3599.7, 3720, 7199].map(formatDuration)).toEqual([
      '0.0 s',
      '0.4 s',
      '10 s',
      '12 s',
      '1 min',
      '1 min 15 s',
      '1 h',
      '1 h 2 min',
      '2 h',
    ]);
  });

  it('a measure is said in its own unit', () => {
    expect(formatMeasure('gapClosed', summarise([0.853]))).toBe('85');
    expect(formatMeasure('memoryBytes', summarise([784_000, 784_000]))).toBe('784 kB');
    expect(formatMeasure('seconds', summarise([31, 4, 77]))).toBe('31 s (4.0 s – 1 min 17 s)');
    expect(formatMeasure('seconds', summarise([54, 51, 58]))).toBe('54 s (51–58 s)');
    expect(formatMeasure('seconds', summarise([31, 31.2]))).toBe('31 s');
    expect(formatValue('forgetting', 0.031)).toBe('3.1');
  });
});

describe('a backend in words', () => {
  const wasm = { name: 'wasm', version: '4.22.0' };
  it('is its name, its version and its threads where it has several', () => {
    expect(formatBackend({ ...wasm, threads: 1 })).toBe('wasm 4.22.0');
    expect(formatBackend({ name: 'native', version: '2.19.1', threads: 4 })).toBe('native 2.19.1 × 4');
  });
  it('comes with the reason for it where it is known', () => {
    expect(formatBackendUse({ ...wasm, why: 'asked for by name' })).toBe('wasm 4.22.0 (asked for by name)');
    expect(formatBackendUse(wasm)).toBe('wasm 4.22.0');
  });
});
