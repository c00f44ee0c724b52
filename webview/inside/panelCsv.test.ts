import { describe, expect, it } from 'vitest';
import { sampleViews } from '../../src/core/testViews';
import { panelCsv } from './panelCsv';
import { panelsOf } from './panels';

const panels = panelsOf(
  [{ key: 'x', label: 'X, "y"', runs: [{ id: 'x', seed: 3, events: [{ task: 1, method: 'x', views: sampleViews }] }] }],
  undefined,
);

describe('the numbers of a panel', () => {
  const known = panels.filter(({ kind }) => kind !== 'unknown');
  it.each(known.map((panel) => [panel.kind, panel] as const))('are rows of a CSV: %s', (_kind, panel) => {
    const [head, first, ...rest] = panelCsv(panel).trimEnd().split('\n');
    expect(head).toBe('method,seeds,after_task,what,which,value');
    expect(first).toMatch(/^"X, ""y""",3,2,[^,]+,[^,]*,-?[\d.e-]*$/);
    expect(new Set([first, ...rest]).size).toBe(rest.length + 1);
  });
});
