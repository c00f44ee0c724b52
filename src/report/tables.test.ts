import { describe, expect, it } from 'vitest';
import { measuresOf, type RunMeasures } from '../core/comparison';
import { crossCheckOf } from '../core/crossCheck';
import { measureInfo, runMeasureNames } from '../core/measures/table';
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

  it('says how little few seeds can tell apart, where rows are tied', () => {
    const { comparison } = report;
    const said = (seedsDone: number, more: object = {}) => {
      const rows = comparison.rows.map((row) => ({ ...row, seedsDone, ...more }));
      return textTable({ ...comparison, rows }, { width: 200 }).replaceAll(/\s+/g, ' ');
    };
    expect(said(2)).toContain('With 2 seeds that test cannot give less than p = 0.5, however far apart they are.');
    expect(said(10)).not.toContain('however far apart');
    expect(said(2, { rank: undefined })).not.toContain('however far apart');
  });

  it('says why two seeds have no intervals', () => {
    const file = JSON.stringify({ name: 'x', seeds: 2, methods: [{ method: 'ewc' }, { method: 'replay' }] });
    const text = textTable(reportOf(experimentOf(file)).comparison, { width: 140 });
    expect(text).toContain('With 2 seeds there are no intervals: three are the fewest.');
    expect(textTable(report.comparison, { width: 140 })).not.toContain('no intervals');
  });

  it('marks the best, what cannot be told from it, and explains an empty accuracy', () => {
    const text = textTable(report.comparison, { width: 140 });
    expect(text).toMatch(/^\* Replay {2,}85\.9 ± 0\.6/m);
    expect(text).toMatch(/^≈ Replay · perClass 20/m);
    expect(text).toMatch(/^ {2}PackNet {2,}– /m);
    expect(text).toContain('PackNet must be told the task');
    expect(text).toContain('Sleep (SRC): own network (hidden, bias');
  });

  it('says of programs how far they are from the method that they implement, and what they do not describe', () => {
    const [first, second, ...rest] = report.comparison.rows;
    if (!first || !second) throw new Error('no rows');
    const rows = [
      first,
      { ...second, unsaid: ['network', 'training'], crossCheck: crossCheckOf(second, first) },
      ...rest,
    ];
    for (const table of [textTable, markdownTable].map((make) =>
      make({ ...report.comparison, rows }).replace(/\s+/g, ' '),
    )) {
      expect(table).toMatch(
        /Joint is another implementation of None\. Its difference from None, in points: Accuracy \+\d+\.\d\d ± .*; seeds: 3\./,
      );
      expect(table).toContain('Joint does not say its network and training.');
    }
  });

  it('says which row of a family was chosen, and when it was by what it is measured by', () => {
    const file = (select?: object) =>
      JSON.stringify({
        ...{ name: 'x', seeds: 3, select },
        methods: [{ method: 'ewc', lambda: { sweep: [1, 2] } }, { method: 'replay' }],
      });
    const honest = reportOf(experimentOf(file({ on: { seeds: [1] } }))).comparison;
    const text = textTable(honest, { width: 200 });
    expect(text).toMatch(/EWC · lambda \d \(selected of 2\) /);
    expect(text).toContain('Seed 1 only selects: no row counts it.');
    expect(text).toMatch(/EWC · lambda \d was selected of 2 settings by accuracy with the seeds that only select\./);
    const picked = reportOf(experimentOf(file())).comparison;
    for (const table of [textTable(picked, { width: 200 }), markdownTable(picked)]) {
      expect(table).toMatch(/EWC · lambda \d \(best of 2, picked on the test\)/);
      expect(table).toMatch(/is the best of 2 settings by what it is measured by: its numbers are too good to be true/);
    }
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

  it('has the columns that are asked for, in their order, and no note on marks that are not there', () => {
    const [head, , first] = markdownTable(report.comparison, ['seconds', 'forgetting']).split('\n');
    expect(head).toBe('| Method | Time | Forgetting (%) | Seeds |');
    expect(first).toMatch(/^\| None \| \d+ s.* \| 96\.6 ± 0\.4 \| 3 \|$/);
    for (const table of [markdownTable, latexTable]) {
      expect(table(report.comparison, ['forgetting'])).not.toMatch(/bold|approx|≈/i);
      expect(table(report.comparison, ['forgetting', 'accuracy'])).toMatch(/\*\*85\.9|textbf\{85\.9/);
    }
    expect(textTable(report.comparison, { columns: ['forgetting'] })).not.toContain('Accuracy');
  });

  it('LaTeX is no wider than a line, with heads on as many lines as they have words', () => {
    const table = latexTable(report.comparison, ['gapClosed']);
    expect(table).toMatch(/\\begin\{adjustbox\}\{max width=\\linewidth\}\s+\\begin\{tabular\}\{lrr\}/);
    expect(table).toContain('Method & \\shortstack[r]{Gap \\\\ closed \\\\ (\\%)} & Seeds');
  });

  it('LaTeX is booktabs and escapes its special characters', () => {
    const table = latexTable(labelled('50% & _x_ {#$\\^~').comparison);
    for (const rule of ['\\toprule', '\\midrule', '\\bottomrule']) expect(table).toContain(rule);
    expect(table).toContain('50\\% \\& \\_x\\_ \\{\\#\\$\\textbackslash{}\\textasciicircum{}\\textasciitilde{} &');
    expect(table).not.toMatch(/[−±≈–·]/);
  });
});

/** Names as somebody might write them who wants more than a name. */
const hostile = [
  '[5cm] x',
  '* 1cm',
  'a\n\n\\end{table}',
  '^^5cinput{/etc/passwd}',
  '</td>|$$',
  '\u001b[2J\u009b',
  '\u202etxt',
];

describe('a hostile name', () => {
  it.each(hostile)('%j stays in its row of every table', (label) => {
    for (const table of [markdownTable, latexTable, textTable]) {
      const text = table(labelled(label).comparison);
      expect(text.split('\n')).toHaveLength(table(labelled('x').comparison).split('\n').length);
      expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
    }
  });

  it('is to LaTeX no command, and no argument of what stands before it', () => {
    for (const label of hostile) {
      const table = latexTable(labelled(label).comparison);
      expect(table).not.toMatch(/^\s*[[*]|\\input|\^\^/m);
      expect(table.match(/\\end\{table\}/g)).toHaveLength(1);
    }
  });

  it('is not the mark of the best because it begins with it', () => {
    const methods = [{ method: 'ewc', label: '* x', network: { hidden: [9] } }];
    const { comparison } = reportOf(experimentOf(JSON.stringify({ name: 'x', methods })));
    expect(markdownTable(comparison)).toContain('- \\* x: own network');
    expect(latexTable(comparison)).toContain('{*} x: own network');
  });
});

describe('CSV', () => {
  it('has what was validated, each with its loss and accuracy', () => {
    const [run] = report.runs;
    if (!run) throw new Error('no run');
    const metrics = [{ task: 1, step: 3, globalStep: 13, values: { 'learning, rate': 0.1, None: null } }];
    const own = csv([{ ...run, state: { ...run.state, metrics } }]);
    expect(own).toContain(',metric,1,13,1,"learning, rate",0.1');
    expect(own).toContain(",metric,1,13,1,'None,\n");
    const validations = [{ task: 1, step: 3, globalStep: 13, loss: 0.25, accuracy: 0.75 }];
    const found = csv([{ ...run, state: { ...run.state, validations } }]).split('\n');
    const rows = found.filter((line) => line.includes(',validation,'));
    expect(rows.map((line) => line.split(',').slice(-6))).toEqual([
      ['validation', '1', '13', '1', 'loss', '0.25'],
      ['validation', '1', '13', '1', 'accuracy', '0.75'],
    ]);
  });

  it('has the areas under ROC curves of rows that have them', () => {
    const [run] = report.runs;
    if (!run) throw new Error('no run');
    const rows = run.state.rows.map((row) => ({ ...row, rocAuc: row.accuracy.map((_, i) => (i === 0 ? 0.75 : null)) }));
    const found = csv([{ ...run, state: { ...run.state, rows } }]).split('\n');
    const areas = found.filter((line) => line.includes(',ROC AUC,')).map((line) => line.split(',').slice(-6));
    expect(areas).toHaveLength(25);
    expect(areas.slice(5, 7)).toEqual([
      ['matrix', '1', '', '0', 'ROC AUC', '0.75'],
      ['matrix', '1', '', '1', 'ROC AUC', ''],
    ]);
  });

  const lines = csv(report.runs).trimEnd().split('\n');
  /** Those of the comparison's tables always, the others where they are defined. */
  const saidOf = (measures: RunMeasures) =>
    runMeasureNames.filter((name) => {
      const { place, onlyWhereKnown } = measureInfo[name];
      return Number.isFinite(measures[name]) || (place !== 'list' && !onlyWhereKnown);
    }).length;

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
      measure: report.runs.reduce((sum, run) => sum + saidOf(measuresOf(run)), 0),
    });
    expect(lines.some((line) => line.endsWith(',backwardTransfer,'))).toBe(true);
    expect(lines.some((line) => line.includes(',onlineAccuracy,'))).toBe(false);
  });

  it('leaves undefined values empty and quotes what needs it', () => {
    expect(lines.some((line) => line.includes('packnet') && line.endsWith(',accuracy,'))).toBe(true);
    expect(lines[1]).toContain('"Split MNIST, class-incremental"');
    expect(csv(labelled('say "hi"').runs)).toContain('"say ""hi"""');
    expect(lines.join('\n')).not.toContain('NaN');
  });

  it.each([
    ['=1+1', `'=1+1`],
    ['+1', `'+1`],
    ['-1', `'-1`],
    ['@SUM(A1)', `'@SUM(A1)`],
    ['\t=1', ` '=1`],
    ['\r=1', ` '=1`],
    ['＝1', `'＝1`],
    ['a;=1', `"a;'=1"`],
    ['=HYPERLINK("http://e";"x")', `"'=HYPERLINK(""http://e"";""x"")"`],
    ['a;"=1"', `"a;""'=1"""`],
    ['a - b = c', 'a - b = c'],
  ])('a spreadsheet takes the name %j for text', (label, written) => {
    const line = csv(labelled(label).runs)
      .split('\n')
      .find((text) => text.includes(',ewc,'));
    expect(line).toContain(`,ewc,${written},1,done,`);
  });

  it('numbers stay numbers, also below zero', () => {
    expect(lines.some((line) => /,measure,,,,backwardTransfer,-0\.\d+$/.test(line))).toBe(true);
    expect(lines.filter((line) => line.includes("'"))).toEqual(lines.filter((line) => line.includes(",'None,")));
  });

  it.each(['NA', 'null', 'nan', '<NA>', 'None'])('the name %s is no missing value to pandas', (label) => {
    const runs = report.runs.map((run) => {
      const { manifest } = run;
      return { ...run, manifest: { ...manifest, variant: { ...manifest.variant, label } } };
    });
    expect(csv(runs)).toContain(`,ewc,'${label},1,done,`);
  });

  it('has a column for each setting of a method, and for what else runs differ in', () => {
    const [head = [], ...rest] = lines.map((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/));
    expect(head).toContain('replay.perClass');
    const [variant, perClass] = [head.indexOf('variant'), head.indexOf('replay.perClass')];
    expect(new Set(rest.map((cells) => `${cells[variant]} ${cells[perClass]}`))).toEqual(
      new Set(['none ', 'joint ', 'ewc ', 'packnet ', 'replay 100', 'replay-2 20', 'sleep ']),
    );
    const [first, ...others] = report.runs;
    if (first?.manifest.trainer !== 'lethe') throw new Error('no run');
    const { spec } = first.manifest;
    const training = { ...spec.training, learningRate: 0.5 };
    const own = { ...first, manifest: { ...first.manifest, spec: { ...spec, training } } };
    expect(head.some((name) => name.startsWith('stream.'))).toBe(false);
    expect(csv([own, ...others]).split('\n', 1)[0]).toContain(',training.learningRate,');
  });

  it('has one number a line whatever a name holds, and nothing that steers a terminal', () => {
    const text = csv(labelled('a\n"b",\u001b[2J\r\nc\u2028').runs);
    expect(text.split('\n')).toHaveLength(csv(labelled('x').runs).split('\n').length);
    expect(text).not.toMatch(/[^\P{Cc}\n]|[\p{Zl}\p{Zp}]/u);
  });

  it('has no measures but the time of a run that is done without a whole result', () => {
    const [run] = report.runs;
    if (!run) throw new Error('no run');
    const part = { ...run, state: { ...run.state, rows: run.state.rows.slice(0, 2) } };
    const measures = csv([part])
      .split('\n')
      .filter((line) => line.includes(',done,wasm,measure,'));
    expect(measures.filter((line) => !line.endsWith(','))).toEqual([expect.stringMatching(/,seconds,\d/)]);
  });

  it('is only a head without runs', () => {
    expect(csv([]).split('\n')).toHaveLength(2);
  });
});
