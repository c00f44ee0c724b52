import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compare, groupRuns } from '../core/comparison';
import type { Experiment } from '../core/experiment';
import { protocols } from '../core/protocols/index';
import { judged } from '../core/published';
import type { RunWithHistory } from '../core/run';
import { speakEnglish, translatorOf, useTranslator } from '../core/text';
import { htmlReport } from './html';
import { latexTable, markdownTable, notesOf, textTable } from './tables';
import { experimentOf, reportOf, sixMethods } from './testRuns';
import { togetherOf } from './testTogether';

const texts = JSON.parse(readFileSync('l10n/bundle.l10n.zh-cn.json', 'utf8')) as Record<string, string>;

beforeAll(() => useTranslator(translatorOf(texts), 'zh-CN'));
afterAll(speakEnglish);

/** What a reader sees or hears of a page: names of files and settings, which are code, aside. */
const readable = (html: string): string[] =>
  [
    ...[...html.matchAll(/ (?:title|aria-label)="([^"]*)"/g)].map(([, text = '']) => text),
    ...html
      .replace(/<style>[^]*?<\/style>|<code>[^]*?<\/code>|<b>[^]*?<\/b>/g, ' ')
      .replace(/<[^>]*>/g, '\n')
      .split('\n'),
  ].map((text) => text.trim());

/** Where published values are from stays as it was published. */
const sources = protocols.flatMap((protocol) => [
  protocol.source,
  ...protocol.methods.flatMap(({ values }) => values.map(({ source }) => source)),
]);

/** What has three words of prose after one another; "Chaudhry et al. 2018" is none. */
const english = (pieces: readonly string[]): string[] =>
  pieces.filter((text) => {
    const said = sources.reduce((rest, source) => rest.replaceAll(source, ''), text).replace(/\w+ et al\./g, '');
    return /(?<![\p{L}\p{N}./-])[A-Za-z]?[a-z]+(?:,? [a-z]+){2}/u.test(said);
  });

const spec = experimentOf(sixMethods);
const swept = experimentOf(`{ "name": "扫描", "seeds": 4, "select": { "by": "accuracy", "on": { "seeds": [1] } },
  "methods": [{ "method": "ewc", "lambda": { "sweep": [1, 10] } }, { "method": "hat" }] }`);
const others = ['permuted', 'rotated', 'parts'].map((kind) =>
  experimentOf(
    JSON.stringify({
      ...{ name: kind, seeds: 1, methods: [{ method: 'si' }] },
      stream: { kind, scenario: 'domain', ...(kind === 'parts' ? { parts: [{}, { kind: 'split' }] } : {}) },
    }),
  ),
);

const pageOf = (of: Experiment, change: (run: RunWithHistory, i: number) => RunWithHistory): string => {
  const report = reportOf(of);
  const runs = report.runs.map(change);
  const groups = groupRuns(of, runs, (key) => key);
  return htmlReport({ ...report, runs, groups, comparison: judged(of, compare(groups, of.select)) });
};

/** Runs with all that there is something to say of: doubts, other backends, validation sets, resumes, parts of test sets. */
const eventful = (run: RunWithHistory, i: number): RunWithHistory => ({
  ...run,
  state: {
    ...run.state,
    ...(i % 5 === 0 && { malformed: i + 1, resumes: 1 + i, unknownTypes: ['x'], backend: 'native' }),
    rows: run.state.rows.slice(i === 3 ? 2 : 0).map((row) => (i > 6 ? { ...row, samples: 100 } : row)),
    validations: [{ task: 0, step: 47, globalStep: 47, loss: 0.5, accuracy: 0.75 }],
  },
});

const statuses = ['queued', 'running', 'stopped', 'failed', 'crashed', 'lost', 'done'] as const;

describe('the report in Chinese', () => {
  const pages: Readonly<Record<string, () => string>> = {
    'of six methods': () => htmlReport(reportOf(spec)),
    'of a sweep with a choice': () => htmlReport(reportOf(swept)),
    'of other streams': () => others.map((of) => htmlReport(reportOf(of))).join('\n'),
    'of runs with much to say': () => pageOf(spec, eventful),
    'of runs that are not over': () =>
      htmlReport(reportOf(spec, (variant, seed) => statuses[(variant.label.length + seed) % statuses.length])),
    'with a landscape and a path': () => {
      const report = reportOf(spec);
      const together = togetherOf(report.runs.slice(0, 2).map(({ manifest }) => manifest.id));
      return htmlReport({ ...report, together });
    },
    'of no runs': () => htmlReport(reportOf(spec, () => undefined)),
    'beside published values': () =>
      pageOf(experimentOf('{ "name": "发表", "extends": "split-mnist/tadros-2022", "seeds": 5 }'), (run) => run),
  };

  it.each(Object.keys(pages))('%s has no English sentence', (name) => {
    const page = pages[name]?.() ?? '';
    expect(page).toContain('<html lang="zh-CN">');
    expect(english(readable(page))).toEqual([]);
  });

  it('says what is known to differ from a protocol', () => {
    expect(pages['beside published values']?.()).toContain('与 split-mnist/tadros-2022 的已知差异：睡眠');
  });

  it('has every heading in Chinese', () => {
    const heads = Object.values(pages).flatMap((page) =>
      [...page().matchAll(/<(h2|summary|caption)>([^<]*)</g)].map(([, , text = '']) => text),
    );
    expect(heads.length).toBeGreaterThan(50);
    expect(heads.filter((text) => !/\p{Script=Han}/u.test(text))).toEqual([]);
  });

  it('explains in the words of the dashboard', () => {
    expect(htmlReport(reportOf(spec))).toContain('EWC');
    expect(readable(htmlReport(reportOf(spec))).join('\n')).toMatch(/不知任务时为 \d/);
  });

  it('has tables in Chinese in each format', () => {
    const { comparison } = reportOf(spec);
    const said = [markdownTable(comparison), latexTable(comparison), textTable(comparison), ...notesOf(comparison)];
    for (const text of said) expect(text).toMatch(/\p{Script=Han}/u);
    const lines = said.flatMap((text) => text.split('\n'));
    // What LaTeX passes over.
    expect(english(lines.filter((line) => !line.startsWith('%')))).toEqual([]);
  });
});

it('is in English again afterwards', () => {
  speakEnglish();
  expect(htmlReport(reportOf(spec))).toContain('<html lang="en">');
  expect(english(readable(htmlReport(reportOf(spec)))).length).toBeGreaterThan(20);
});
