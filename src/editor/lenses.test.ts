import { describe, expect, it } from 'vitest';
import { cards } from '../core/methods/index';
import { shippedCatalogue } from '../core/catalogue';
import type { OwnFiles } from '../core/own/ownFiles';
import { parseExperiment } from '../core/parse';
import type { Run } from '../core/run';
import { runOf } from '../report/testRuns';
import { overviewOf, type VariantOverview } from '../workspace/overview';
import { verdictInWords } from '../workspace/verdictWords';
import { lensesOf } from './lenses';

const TEXT = `{
  "name": "x",
  "seeds": 1,
  "methods": [
    { "method": "ewc" },
    { "method": "replay" }
  ]
}`;
const FILE = 'examples/split-mnist.lethe.json';
const uri = 'file:///w/examples/split-mnist.lethe.json';

function lenses(
  text: string,
  runsOf: (key: string) => Run['status'] | undefined = () => undefined,
  trusted = true,
  own?: OwnFiles,
) {
  const parsed = parseExperiment(text, shippedCatalogue, own);
  const { experiment } = parsed;
  const runs =
    experiment?.variants.flatMap((variant) => {
      const status = runsOf(variant.key);
      return status ? [runOf(experiment, variant, 1, status)] : [];
    }) ?? [];
  const overview = experiment && overviewOf(experiment, FILE, runs, (variant) => variant.key);
  return lensesOf({ uri, folder: '/w', parsed, trusted, ...(overview ? { overview } : {}) }).map((lens) => ({
    ...lens,
    line: text.slice(0, lens.offset).split('\n').length,
  }));
}
const titles = (found: ReturnType<typeof lenses>, line: number) =>
  found.filter((lens) => lens.line === line).map(({ title }) => title);

describe('the lenses of an experiment', () => {
  it('offer to debug methods of the user’s own, in trusted workspaces', () => {
    const code = { entry: 'mine.ts', files: { 'mine.ts': 'a'.repeat(64) } };
    const card = { ...cards.none, id: './mine.ts', title: 'Mine', bound: undefined };
    const own: OwnFiles = new Map([['./mine.ts', { kind: 'method', code, card }]]);
    const text = '{ "name": "x", "methods": [\n{ "method": "./mine.ts" },\n{ "method": "ewc" } ] }';
    const found = lenses(text, undefined, true, own);
    expect(titles(found, 2)).toEqual(['$(play) Run', '$(debug-alt) Debug']);
    expect(titles(found, 3)).toEqual(['$(play) Run', 'Sweep…']);
    expect(found.find(({ command }) => command === 'lethe.debugVariant')?.target).toMatchObject({ key: 'mine' });
    expect(titles(lenses(text, undefined, false, own), 2)).toEqual([]);
  });

  it('say how many runs sweeps make, and run and stop all that come from one entry', () => {
    const entry = '{ "method": "ewc", "lambda": { "sweep": [1, 2, 3] } }';
    const text = `{ "name": "x", "seeds": 2, "methods": [\n${entry},\n{ "method": "replay" } ] }`;
    const fresh = lenses(text);
    expect(titles(fresh, 1)).toContain('$(run-all) Run all (12 runs)');
    expect(titles(fresh, 2)).toEqual(['$(play) Run', '3 settings, 0/6 runs done']);
    expect(titles(fresh, 3)).toEqual(['$(play) Run', 'Sweep…']);
    expect(fresh.find(({ command }) => command === 'lethe.runVariant')?.target).toMatchObject({ key: 'ewc' });
    const going = lenses(text, (key) =>
      key === 'ewc-lambda-2' ? 'running' : key.startsWith('ewc') ? 'done' : undefined,
    );
    expect(titles(going, 2)[0]).toBe('$(debug-stop) Stop');
    expect(titles(going, 2)[1]).toMatch(/^\$\(sync~spin\) 3 settings, 2\/6 runs done · \d+ (s|min) left$/);
    const waiting = lenses(text, (key) => (key.startsWith('ewc') ? 'queued' : undefined));
    expect(titles(waiting, 2)[1]).toBe('$(sync~spin) 3 settings, 0/6 runs done');
  });

  it('offer to sweep a setting of methods that have a number and run in trusted workspaces', () => {
    const text = '{ "name": "x", "methods": [\n{ "method": "none" },\n{ "method": "ewc" } ] }';
    expect(titles(lenses(text), 2)).toEqual(['$(play) Run']);
    expect(lenses(text).find(({ title }) => title === 'Sweep…')).toMatchObject({
      command: 'lethe.sweepSetting',
      target: { kind: 'variant', uri, key: 'ewc' },
    });
    expect(
      titles(
        lenses(text, () => 'running'),
        3,
      ),
    ).not.toContain('Sweep…');
    expect(titles(lenses(text, undefined, false), 3)).toEqual([]);
  });

  it('offer the landscape of what runs kept where two methods are done, in trusted workspaces', () => {
    const offered = (statusOf: (key: string) => Run['status'], trusted = true) =>
      lenses(TEXT, statusOf, trusted).filter(({ command }) => command === 'lethe.showLandscape');
    expect(offered(() => 'done').map(({ line, target }) => [line, target])).toEqual([[4, { kind: 'experiment', uri }]]);
    expect(lenses(TEXT, () => 'done').filter(({ command }) => command === 'lethe.findPath')).toHaveLength(1);
    const bounds = ['none', 'joint', 'replay'];
    expect(offered((key) => (bounds.includes(key) ? 'stopped' : 'done'))).toEqual([]);
    expect(offered(() => 'done', false)).toEqual([]);
  });

  it('that never ran offer to run all of it above "methods" and each method above its entry', () => {
    const found = lenses(TEXT);
    expect(titles(found, 4)).toEqual(['$(run-all) Run all', 'Open dashboard']);
    expect(titles(found, 5)).toEqual(['$(play) Run', 'Sweep…']);
    expect(found.find(({ line }) => line === 6)).toMatchObject({
      command: 'lethe.runVariant',
      target: { kind: 'variant', uri, key: 'replay' },
    });
  });

  it('whose method is in training offer to stop it, and all', () => {
    const found = lenses(TEXT, (key) => (key === 'ewc' ? 'running' : undefined));
    expect(titles(found, 4).slice(0, 2)).toEqual(['$(run-all) Run all', '$(debug-stop) Stop all']);
    expect(titles(found, 5)[0]).toBe('$(debug-stop) Stop');
    expect(titles(found, 5)[1]).toMatch(/^\$\(sync~spin\) task \d\/5/);
    expect(titles(found, 6)).toEqual(['$(play) Run', 'Sweep…']);
  });

  it('with results show them, and the added bounds above "methods"', () => {
    const found = lenses(TEXT, () => 'done');
    expect(titles(found, 4).at(-1)).toMatch(/^none [\d.]+ % … joint [\d.]+ %$/);
    expect(titles(found, 6).at(-2)).toMatch(/^[\d.]+ % · forgets [\d.]+ % · closes \d+ %$/);
  });

  it('say in a few words why, and in a sentence when pointed at', () => {
    const why = lenses(TEXT, () => 'done').filter(({ line }) => line === 5);
    expect(why.at(-1)?.title).toMatch(/^\d+ % if told the task$/);
    const sentence = /^\d+ % when told the task, \d+ % when not: .*\.$/;
    expect(why.slice(-2).map(({ tooltip }) => tooltip)).toEqual([
      expect.stringMatching(sentence),
      expect.stringMatching(sentence),
    ]);
    const going = lenses(TEXT, (key) => (key === 'ewc' ? 'running' : 'done'));
    expect(titles(going, 5).join()).not.toContain('if told');
  });

  it('say how far all of it is while something runs', () => {
    const found = lenses(TEXT, (key) => (key === 'ewc' ? 'running' : 'done'));
    expect(titles(found, 4).join()).toMatch(/^\$\(debug-stop\) Stop all,3\/4 runs done( · [^,]+ left)?,Open dashboard/);
    expect(
      titles(
        lenses(TEXT, () => 'done'),
        4,
      ).join(),
    ).not.toContain('runs done');
  });

  it('of a sweep that is over say which setting was best, and that this was picked on the test', () => {
    const text = `{ "name": "x", "seeds": 1, "methods": [\n{ "method": "ewc", "lambda": { "sweep": [1, 2] } } ] }`;
    const best = lenses(text, () => 'done').filter(({ title }) => title.startsWith('best'));
    expect(best).toMatchObject([
      {
        line: 2,
        title: expect.stringMatching(/^best of 2: lambda [12] · [\d.]+ %/),
        tooltip: expect.stringMatching('Picked'),
      },
    ]);
    expect(
      titles(
        lenses(text, (key) => (key === 'ewc-lambda-2' ? 'stopped' : 'done')),
        2,
      ).join(),
    ).not.toContain('best');
  });

  it('stand to what is published, with the verdict when pointed at', () => {
    const text = TEXT.replace('"methods"', '"expect": [{ "method": "ewc", "value": 0.5 }], "methods"');
    const parsed = parseExperiment(text);
    const { experiment } = parsed;
    if (!experiment) throw new Error('the experiment of the test is not valid');
    const runs = experiment.variants.map((variant) => runOf(experiment, variant, 1, 'done'));
    const overview = overviewOf(experiment, FILE, runs, ({ key }) => key);
    const verdictOf = (variant: VariantOverview) => verdictInWords(experiment, variant);
    const found = lensesOf({ uri, folder: '/w', parsed, trusted: true, overview, verdictOf });
    expect(found.filter(({ title }) => title.includes('expected'))).toMatchObject([
      { title: '◌ expected 50.0 %', tooltip: expect.stringMatching(/^too few seeds to say · [\d.]+ points apart/) },
    ]);
  });

  it('of a failed method lead to its log', () => {
    const found = lenses(TEXT, (key) => (key === 'replay' ? 'failed' : undefined));
    const trouble = found.find(({ command }) => command === 'lethe.openLog');
    expect(trouble).toMatchObject({ line: 6, title: '$(error) failed', target: { kind: 'run', folder: '/w' } });
  });

  it('of a method of the user’s own that failed lead to the line, and beside it to the log', () => {
    const code = { entry: 'mine.ts', files: { 'mine.ts': 'a'.repeat(64), 'lib/merge.ts': 'b'.repeat(64) } };
    const card = { ...cards.none, id: './own/mine.ts', title: 'Mine', bound: undefined };
    const own: OwnFiles = new Map([['./own/mine.ts', { kind: 'method', code, card }]]);
    const parsed = parseExperiment('{ "name": "x", "methods": [{ "method": "./own/mine.ts" }] }', undefined, own);
    const { experiment } = parsed;
    const variant = experiment?.variants.find(({ key }) => key === 'mine');
    if (!experiment || !variant) throw new Error('the experiment of the test is not valid');
    const run = runOf(experiment, variant, 1, 'failed');
    const spec = { ...run.manifest.spec, own: { './own/mine.ts': code } };
    const failedAt = (error: string) => {
      const failed = { ...run, manifest: { ...run.manifest, spec } as Run['manifest'], state: { ...run.state, error } };
      const overview = overviewOf(experiment, FILE, [failed], ({ key }) => key);
      return lensesOf({ uri, folder: '/w', parsed, trusted: true, overview }).slice(-2);
    };
    expect(failedAt('lib/merge.ts:6: no more')).toMatchObject([
      { title: '$(error) failed: lib/merge.ts:6: no more', opens: { path: './own/lib/merge.ts', line: 6 } },
      { title: 'Log', command: 'lethe.openLog', target: { kind: 'run' } },
    ]);
    expect(failedAt('other.ts:6: no')[1]).toMatchObject({ command: 'lethe.openLog' });
  });

  it('show what steers the reading direction in a label as text', () => {
    const text = TEXT.replace('"method": "ewc"', '"method": "ewc", "label": "\u202ecwe"');
    const tooltips = lenses(text).flatMap(({ tooltip }) => tooltip ?? []);
    expect(tooltips).toContain('\\u202ecwe');
    expect(tooltips.join('')).not.toMatch(/\p{Bidi_Control}/u);
  });

  it('in a workspace that is not trusted run and stop nothing, but show results', () => {
    const found = lenses(TEXT, () => 'done', false);
    expect(found.map(({ command }) => command)).not.toContain('lethe.runVariant');
    expect(found.map(({ command }) => command)).not.toContain('lethe.runAll');
    expect(titles(found, 5).at(-2)).toContain('forgets');
  });
});

describe('the lenses of a faulty experiment', () => {
  it('lead to its problems, and stay where they are so that typing moves nothing', () => {
    const found = lenses(TEXT.replace('"seeds": 1', '"seeds": 0'));
    expect(titles(found, 4)).toEqual(['$(error) 1 problem to fix before it can run']);
    expect(titles(found, 5)).toEqual(['$(play) Run']);
    expect(titles(found, 6)).toEqual(['$(play) Run']);
  });

  it('that has no methods are none', () => {
    expect(lenses('{ "name": "x" }')).toEqual([]);
    expect(lenses('')).toEqual([]);
  });
});
