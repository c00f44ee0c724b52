import { describe, expect, it } from 'vitest';
import { csv } from './csv';
import { displayWidth, latexTable, markdownTable, textTable } from './tables';
import { experimentOf, reportOf, sixMethods } from './testRuns';

const report = reportOf(experimentOf(sixMethods));
const none = reportOf(experimentOf(sixMethods), () => undefined);
const labelled = (label: string) =>
  reportOf(experimentOf(JSON.stringify({ name: 'x', methods: [{ method: 'ewc', label }, { method: 'replay' }] })));

describe('text table', () => {
  it('keeps within the width, whatever it is', () => {
    for (const width of [20, 44, 60, 80, 100, 140, 200]) {
      const lines = textTable(report.comparison, { width }).split('\n');
      const table = lines.slice(
        0,
        lines.findIndex((line) => line.startsWith('±')),
      );
      const limit = Math.max(width, 44);
      expect(Math.max(...table.map(displayWidth))).toBeLessThanOrEqual(limit);
    }
  });

  it('shows every measure in one block when it is wide enough and in several when not', () => {
    const heads = (width: number) =>
      textTable(report.comparison, { width })
        .split('\n')
        .filter((line) => line.startsWith('  Method')).length;
    expect(heads(140)).toBe(1);
    expect(heads(80)).toBe(2);
    for (const width of [80, 140]) {
      for (const word of ['Accuracy', 'Forgetting', 'BWT', 'Learning', 'closed', 'Task-aware', 'Memory', 'Time'])
        expect(textTable(report.comparison, { width })).toContain(word);
    }
  });

  it('marks the best, what cannot be told from it, and explains an empty accuracy', () => {
    const text = textTable(report.comparison, { width: 140 });
    expect(text).toMatch(/^\* Replay {2,}85\.9 ± 0\.6/m);
    expect(text).toMatch(/^≈ Replay · perClass 20/m);
    expect(text).toMatch(/^ {2}PackNet {2,}– /m);
    expect(text).toContain('PackNet must be told the task');
    expect(text).toContain('Sleep (SRC): own network (hidden, bias');
  });

  it('columns stay aligned under wide characters', () => {
    const lines = textTable(labelled('弹性权重巩固').comparison, { width: 140 }).split('\n');
    const rows = lines.filter((line) => /^. (None|弹性权重巩固|Replay)/.test(line));
    expect(rows).toHaveLength(3);
    expect(new Set(rows.map(displayWidth)).size).toBe(1);
  });

  it('a label cannot steer the terminal', () => {
    expect(textTable(labelled('\u001b[31mred').comparison)).not.toContain('\u001b');
  });

  it('without runs every cell is a dash and seeds say how many are missing', () => {
    expect(textTable(none.comparison, { width: 140 })).toMatch(/EWC( +–){8} +0\/3$/m);
  });
});

describe('Markdown and LaTeX tables', () => {
  it('Markdown has as many cells in each row as in its head', () => {
    const rows = markdownTable(labelled('a|b').comparison)
      .split('\n')
      .filter((line) => line.startsWith('|'));
    expect(rows.map((row) => row.replaceAll('\\|', '').split('|').length)).toEqual(rows.map(() => 12));
    expect(rows.join()).toContain('a\\|b');
  });

  it('the best accuracy is bold', () => {
    expect(markdownTable(report.comparison)).toContain('| Replay | **85.9 ± 0.6** |');
    expect(latexTable(report.comparison)).toContain('Replay & \\textbf{85.9 $\\boldsymbol{\\pm}$ 0.6} &');
  });

  it('LaTeX is booktabs and escapes its special characters', () => {
    const table = latexTable(labelled('50% & _x_ {#$\\^~').comparison);
    for (const rule of ['\\toprule', '\\midrule', '\\bottomrule']) expect(table).toContain(rule);
    expect(table).toContain('50\\% \\& \\_x\\_ \\{\\#\\$\\textbackslash{}\\textasciicircum{}\\textasciitilde{} &');
    expect(table).not.toMatch(/[−±≈–·]/);
  });
});

describe('CSV', () => {
  const lines = csv(report.runs).trimEnd().split('\n');

  it('has one number a line: curve, matrix, baseline and measures of every run', () => {
    const kinds = new Map<string, number>();
    for (const line of lines.slice(1)) {
      const kind = /,(baseline|curve|matrix|measure),/.exec(line)?.[1] ?? 'none';
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    // 21 runs; 5 tasks; 8 points a task of 1 … 5 tasks; both accuracies.
    expect(Object.fromEntries(kinds)).toEqual({
      baseline: 21 * 5 * 2,
      curve: 21 * 8 * 15 * 2,
      matrix: 21 * 25 * 2,
      measure: 21 * 10,
    });
  });

  it('leaves undefined values empty and quotes what needs it', () => {
    expect(lines.some((line) => line.includes('packnet') && line.endsWith(',accuracy,'))).toBe(true);
    expect(lines[1]).toContain('"Split MNIST, class-incremental"');
    expect(csv(labelled('say "hi"').runs)).toContain('"say ""hi"""');
    expect(lines.join('\n')).not.toContain('NaN');
  });

  it('is only a head without runs', () => {
    expect(csv([]).split('\n')).toHaveLength(2);
  });
});
