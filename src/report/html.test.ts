import { describe, expect, it } from 'vitest';
import { matrixChart } from './charts';
import { compare, groupRuns } from '../core/comparison';
import type { RunWithHistory } from '../core/run';
import { htmlReport } from './html';
import { experimentOf, reportOf, runOf, sixMethods } from './testRuns';
import { aroundOf, togetherOf } from './testTogether';

const spec = experimentOf(sixMethods);
const page = htmlReport(reportOf(spec));

/** Names of elements that are opened and never closed, or closed in the wrong order. */
function unbalanced(html: string): string[] {
  const open: string[] = [];
  const faults: string[] = [];
  for (const [, closing, name = '', selfClosing] of html.matchAll(/<(\/?)([a-zA-Z][\w-]*)(?:"[^"]*"|[^">])*?(\/?)>/g)) {
    if (selfClosing || name === 'meta') continue;
    if (!closing) open.push(name);
    else if (open.pop() !== name) faults.push(name);
  }
  return [...faults, ...open];
}

describe('HTML report', () => {
  it('stands alone: no script, no address, nothing to fetch, and a policy that says so', () => {
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'`);
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\bsrc=|https?:|\bon\w+=/i);
  });

  it('is well formed', () => {
    expect(unbalanced(page.replace(/<style>[^]*<\/style>/, ''))).toEqual([]);
  });

  it('draws landscapes and paths that were measured on its runs, with their numbers', () => {
    const report = reportOf(spec);
    const ids = report.runs.slice(0, 2).map(({ manifest }) => manifest.id);
    const html = htmlReport({ ...report, together: togetherOf(ids) });
    expect(unbalanced(html.replace(/<style>[^]*<\/style>/, ''))).toEqual([]);
    expect(html).toContain('Loss of task 1 and task 2 over a plane');
    // Each run on the plane, and in the key.
    expect(html.match(/class="mark/g)).toHaveLength(4);
    expect(html).toContain('aria-label="Task 1, line: barrier 0.5"');
    expect(html).toContain('<td>90.0 %</td><td>25.0 %</td>');
    // The step that was taken from there, and its angles to both ways down.
    expect(html.match(/<g class="arrow next">/g)).toHaveLength(1);
    expect(html).toContain('First step of the next task, as the method made it');
    expect(html).toContain('<td>120°</td><td>90°</td><td>60°</td>');
    // What lies within tasks tells how far it lies off the plane, in the picture and below it.
    expect(html.match(/<circle class="kept off"/g)).toHaveLength(2);
    expect(html).toContain('within task 2, step 20: 1.25 off the plane</title>');
    expect(html).toContain('>⊥1.3</text>');
    expect(html).toContain('<td>2</td><td>2</td><td>0.625</td><td>1.25</td>');
    expect(page).not.toContain('over a plane');
  });

  it('draws minima side by side on one scale, with how fast each rises', () => {
    const report = reportOf(spec);
    const ids = report.runs.slice(0, 2).map(({ manifest }) => manifest.id);
    const html = htmlReport({ ...report, together: [aroundOf(ids)] });
    expect(unbalanced(html.replace(/<style>[^]*<\/style>/, ''))).toEqual([]);
    expect(html).toContain('Minima of task 1 and task 2 side by side');
    expect(html.match(/<figure>/g)).toHaveLength(2);
    // In the middle, and at a quarter, half, and all of the reach: the second is half as sharp.
    const rows = [...html.matchAll(/<td>1<\/td><td>0\.1<\/td><td>[\d.]+<\/td><td>([\d.]+)<\/td><td>([\d.]+)<\/td>/g)];
    const [sharp, flat] = rows.map(([, half, whole]) => [Number(half), Number(whole)] as const);
    for (const i of [0, 1] as const) expect((flat?.[i] ?? NaN) - 0.1).toBeCloseTo(((sharp?.[i] ?? NaN) - 0.1) / 2, 2);
    expect(sharp?.[1]).toBeGreaterThan(sharp?.[0] ?? Infinity);
  });

  it('says of permuted images that each task has all classes', () => {
    const text = `{ "name": "x", "stream": { "kind": "permuted", "scenario": "domain" }, "methods": [{ "method": "ewc" }] }`;
    expect(htmlReport(reportOf(experimentOf(text)))).toContain(
      '3 variants on permuted MNIST: 10 classes in each of 10 tasks, domain-incremental',
    );
  });

  it('says in words what was compared, what won, and what cannot be told apart', () => {
    expect(page).toContain('7 variants on split MNIST: 10 classes in 5 tasks, class-incremental');
    expect(page).toContain(
      'Replay has the highest accuracy, 85.9\u00a0±\u00a00.6\u00a0%, and closes 86\u00a0% of the gap',
    );
    expect(page).toContain('Not distinguishable from it: Replay · perClass 20');
    expect(page).toContain('cannot give less than p = 0.25');
  });

  it('a method that needs the task has its reason instead of an accuracy', () => {
    expect(page).toMatch(/title="PackNet must be told the task[^"]*">needs the task<\/td>/);
  });

  it('says what each task is taken for, where the network infers it, and nothing of that elsewhere', () => {
    expect(page).not.toContain('Taken for (%)');
    const report = reportOf(spec);
    const half = { task: [0, 0, 1, 2, 3, 4], takenTask: [0, 4, 4, 4, 4, 4], count: [1, 3, 4, 4, 4, 4] };
    const [label, takenLabel] = [half.task.map((task) => 2 * task), half.takenTask.map((task) => 2 * task)];
    const confusion = {
      ...{ type: 'confusion' as const, at: 1, task: 4, among: 'all' as const, cells: { ...half, label, takenLabel } },
      ...{ examples: [4, 4, 4, 4, 4], right: [1, 0, 0, 0, 4], ownTask: [1, 0, 0, 0, 4], newest: [3, 4, 4, 4, 4] },
    };
    const withAnswers = (run: RunWithHistory): RunWithHistory => ({
      ...run,
      state: { ...run.state, confusions: [confusion] },
    });
    const groups = report.groups.map((group) => ({ ...group, runs: group.runs.map(withAnswers) }));
    const said = htmlReport({ ...report, groups });
    expect(said).toContain('Taken for (%)');
    expect(said).toMatch(/<span class="part right" style="width:[\d.]+%">/);
    expect(said).toContain('<th scope="row">0, 1</th><td>25.0</td><td>0.0</td><td>0.0</td><td>0.0</td><td>75.0</td>');
    expect(unbalanced(said.replace(/<style>[^]*<\/style>/, ''))).toEqual([]);
  });

  it('lists all measures, and says of an empty one what it needs', () => {
    expect(page).toContain('<summary>All measures</summary>');
    expect(page).toMatch(/title="It needs joint counts of the answers[^"]*">–<\/td>/);
    expect(page).toContain('Stability gap (%)');
  });

  it('has a chart and a matrix of every variant, each with its numbers as a table', () => {
    expect(page.match(/<svg class="chart"/g)).toHaveLength(7);
    expect(page.match(/<svg class="matrix"/g)).toHaveLength(7);
    expect(page.match(/<summary>Numbers<\/summary>/g)).toHaveLength(14);
  });

  it('draws what validation sets said, named and in the numbers, and says nothing of them where there are none', () => {
    expect(page).not.toContain('Validation');
    const input = reportOf(spec, (variant) => (variant.key === 'ewc' ? 'done' : undefined));
    const validations = [
      { task: 0, step: 47, globalStep: 47, loss: 0.5, accuracy: 0.75 },
      { task: 0, step: 94, globalStep: 94, loss: 0.25, accuracy: 0.875 },
      { task: 1, step: 94, globalStep: 188, loss: 0.125, accuracy: 0.9375 },
    ];
    const groups = input.groups.map((group) => ({
      ...group,
      runs: group.runs.map((run) => ({ ...run, state: { ...run.state, validations } })),
    }));
    const validated = htmlReport({ ...input, groups });
    expect(unbalanced(validated.replace(/<style>[^]*<\/style>/, ''))).toEqual([]);
    expect(validated).toContain('Validation set of the task in training</li>');
    expect(validated).toMatch(/<th scope="col">Validation<\/th><th scope="col">Validation loss<\/th>/);
    expect(validated).toMatch(
      /<th scope="row">188<\/th>.*<td title="93\.8 to 93\.8">93\.8<\/td><td title="0\.125 to 0\.125">0\.125<\/td><\/tr>/,
    );
    const [line = '', dots = ''] = [...validated.matchAll(/class="validation[^"]*"[^>]* d="([^"]*)"/g)]
      .map(([, path = '']) => path)
      .slice(-2);
    // A line within the first task, none from there to the single point of the second.
    expect(line.match(/[ML]/g)?.join('')).toBe('ML');
    expect(dots.match(/M/g)).toHaveLength(3);
  });

  it('calls classes by their names where the data set has some', () => {
    const text = `{ "name": "x", "stream": { "dataset": "fashion-mnist" }, "seeds": 1, "methods": [{ "method": "ewc" }] }`;
    const input = reportOf(experimentOf(text));
    const runs = input.runs.map((run) => {
      const { started } = run.state;
      const tasks = started?.tasks.map((task, i) => ({ ...task, name: `${2 * i}/${2 * i + 1}` })) ?? [];
      return { ...run, state: { ...run.state, ...(started && { started: { ...started, tasks } }) } };
    });
    const named = htmlReport({ ...input, runs });
    expect(named).toContain('Task 2: Pullover / Dress</li>');
    expect(named).toContain('<th scope="col">Coat / Sandal</th>');
    expect(named).toContain('<title>T-shirt/top / Trouser after learning Pullover / Dress');
    expect(named).not.toContain('2/3');
  });

  it('numbers tasks whose names would be alike where they are cut off', () => {
    const cell = { mean: 0.5, min: 0.5, max: 0.5, n: 1 };
    const rows = [0, 1, 2].map((learned) => ({ learned, cells: [cell, cell, cell] }));
    const labels = (names: string[]) =>
      [...matrixChart({ tasks: [0, 1, 2], rows }, names, 'x').text.matchAll(/class="tick"[^>]*>([^<]*)</g)].map(
        ([, text]) => text,
      );
    expect(labels(['identity', 'permutation 2', 'permutation 3']).slice(3)).toEqual(['T1', 'T2', 'T3']);
    expect(labels(['0 / 1', '2 / 3', '4 / 5']).slice(3)).toEqual(['0 / 1', '2 / 3', '4 / 5']);
  });

  it('shows where a variant has its own network or training', () => {
    expect(page).toMatch(
      /<code>network\.hidden<\/code> <span class="own">1200, 1200<\/span>\s*<span class="soft">instead of 400, 400/,
    );
  });

  it('says what kind of network a variant has, and what of it there is none of', () => {
    const methods = [{ method: 'ewc', network: { kind: 'cnn' } }];
    const own = htmlReport(reportOf(experimentOf(JSON.stringify({ name: 'x', seeds: 1, methods }))));
    expect(own).toContain('kind <b>mlp</b>');
    const differs = (key: string) =>
      new RegExp(`<code>network\\.${key}</code> <span class="own">([^<]*)</span>`).exec(own)?.[1];
    expect(['kind', 'conv', 'kernel', 'hidden'].map(differs)).toEqual(['cnn', '32, 64', '3', 'none']);
  });

  it('says how to run it again, quoting a path with spaces', () => {
    expect(page).toContain('lethe run examples/split-mnist.lethe.json');
    expect(htmlReport({ ...reportOf(spec), file: "my file's.lethe.json" })).toContain(
      'lethe run &#39;my file&#39;\\&#39;&#39;s.lethe.json&#39;',
    );
  });

  it('escapes every text that comes from outside', () => {
    const evil = `</title><img src=x onerror=alert(1)>'"&`;
    const hostile = experimentOf(
      JSON.stringify({ name: evil, seeds: 2, methods: [{ method: 'ewc', label: evil }, { method: 'replay' }] }),
    );
    const input = reportOf(hostile);
    const runs = input.runs.map((run): RunWithHistory => {
      const started = run.state.started;
      return {
        ...run,
        manifest: { ...run.manifest, id: evil },
        state: {
          ...run.state,
          warnings: [evil],
          error: evil,
          backend: evil,
          backendUse: { name: evil, version: evil, why: evil },
          unknownTypes: [evil],
          started: started && {
            ...started,
            host: evil,
            backend: { name: evil, version: evil },
            versions: { [evil]: evil },
            data: { [evil]: evil },
            tasks: started.tasks.map((task) => ({ ...task, name: evil })),
          },
        },
      };
    });
    const groups = groupRuns(hostile, runs, (key) => key);
    const html = htmlReport({ ...input, file: evil, runs, groups, comparison: compare(groups) });
    expect(html).not.toContain('<img');
    expect(html.match(/<title>/g)?.length).toBe(htmlReport(input).match(/<title>/g)?.length);
    expect(unbalanced(html.replace(/<style>[^]*<\/style>/, ''))).toEqual([]);
  });

  it('shows what would steer a terminal or the reading direction, and steers neither', () => {
    const label = 'x\u001b[2J\u009b\u202eelpmas\r';
    const html = htmlReport(
      reportOf(experimentOf(JSON.stringify({ name: label, methods: [{ method: 'ewc', label }] }))),
    );
    expect(html).toContain('x\\u001b[2J\\u009b\\u202eelpmas\\u000d');
    expect(html).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
  });

  it('says what is doubtful about a log, and does not count what has no whole result', () => {
    const runs = reportOf(spec).runs.map((run, i) =>
      i === 0 ? { ...run, state: { ...run.state, rows: run.state.rows.slice(0, 2) } } : run,
    );
    const groups = groupRuns(spec, runs, (key) => key);
    const html = htmlReport({ ...reportOf(spec), runs, groups, comparison: compare(groups) });
    expect(html).toContain('<td>It ended as done with results after 2 of 5 tasks.</td>');
    expect(html).toContain('None, seed 1: ended as done with results after 2 of 5 tasks; not counted.');
    expect(html).toContain('<td>2 of 3</td>');
  });

  it('takes a log with more results than a call takes arguments', () => {
    const input = reportOf(spec);
    const runs = input.runs.map((run, i): RunWithHistory => {
      const [row] = run.state.rows;
      if (i > 0 || !row) return run;
      return { ...run, state: { ...run.state, rows: Array.from({ length: 200_000 }, () => row) } };
    });
    const groups = groupRuns(spec, runs, (key) => key);
    expect(htmlReport({ ...input, runs, groups, comparison: compare(groups) })).toContain('results of a task twice');
  });

  it('never prints NaN, Infinity, undefined or an object', () => {
    const partial = reportOf(spec, (variant, seed) =>
      variant.key === 'ewc' ? 'crashed' : variant.key === 'joint' && seed > 1 ? undefined : 'done',
    );
    for (const html of [page, htmlReport(partial), htmlReport(reportOf(spec, () => undefined))]) {
      expect(html.replace(/<style>[^]*<\/style>/, '')).not.toMatch(/NaN|Infinity|undefined|\[object/);
    }
  });

  it('without any run it says so and still shows the settings', () => {
    const html = htmlReport(reportOf(spec, () => undefined));
    expect(html).toContain('No run has finished yet');
    expect(html).toContain('EWC: of 3 runs 3 not started.');
    expect(html).toContain('<h2>Settings</h2>');
    expect(html).not.toContain('<svg class="chart"');
  });

  it('unfinished runs are drawn as far as they are when no other has finished', () => {
    const html = htmlReport(reportOf(spec, () => 'stopped'));
    expect(html.match(/<svg class="chart"/g)).toHaveLength(7);
    expect(html).toContain('of 3 runs 3 stopped.');
  });

  it('a single seed has no interval, no band, and a word about it', () => {
    const single = experimentOf('{ "name": "One", "seeds": 1, "methods": [ { "method": "replay" } ] }');
    const html = htmlReport(reportOf(single));
    expect(html).toContain('One seed says nothing about how much results scatter');
    expect(html).not.toContain('class="band');
    expect(html).toMatch(/<td title="1 seed">\d+\.\d<\/td>/);
  });

  it('says which backend each run used, and why', () => {
    const input = reportOf(spec);
    const backendUse = { name: 'native', version: '2.19.1', why: 'the fastest there is', threads: 2 };
    const html = htmlReport({
      ...input,
      runs: input.runs.map((run, i) => (i === 0 ? { ...run, state: { ...run.state, backendUse } } : run)),
    });
    expect(html).toContain('<div class="">native 2.19.1 × 2 (the fastest there is)</div>');
    expect(html).toContain('<td>native 2.19.1 × 2</td>');
    expect(html).toContain('<td>wasm 4.22.0</td>');
  });

  it('a run that was resumed or has unreadable lines says so', () => {
    const input = reportOf(spec);
    const [variant] = spec.variants;
    if (!variant) throw new Error('no variant');
    const run = runOf(spec, variant, 1);
    const html = htmlReport({ ...input, runs: [{ ...run, state: { ...run.state, resumes: 1, malformed: 2 } }] });
    expect(html).toContain('Resumed once. It has 2 unreadable lines in its log.');
  });
});
