import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../core/parse';
import type { Run } from '../core/run';
import { runOf } from '../report/testRuns';
import { forkOf } from '../runs/fork';
import { overviewOf } from '../workspace/overview';
import { buildTree, type TreeNode } from './treeModel';

const TEXT =
  '{ "name": "Digits", "seeds": 2, "bounds": false, "methods": [ { "method": "ewc" }, { "method": "replay" } ] }';
const PATH = 'examples/split-mnist.lethe.json';

function experimentOf(runs: readonly Run[], text = TEXT) {
  const parsed = parseExperiment(text);
  const { experiment } = parsed;
  const overview = experiment && overviewOf(experiment, PATH, runs, (variant) => variant.key);
  return { uri: `file:///w/${PATH}`, folder: '/w', path: PATH, parsed, ...(overview ? { overview } : {}) };
}
const run = (key: string, seed: number, status: Run['status'] = 'done'): Run => {
  const { experiment } = parseExperiment(TEXT);
  const variant = experiment?.variants.find((v) => v.key === key);
  if (!experiment || !variant) throw new Error(`no ${key}`);
  return runOf(experiment, variant, seed, status);
};
const tree = (runs: readonly Run[], text?: string) => buildTree([experimentOf(runs, text)], [{ path: '/w', runs }]);
const all = (nodes: readonly TreeNode[]): TreeNode[] => nodes.flatMap((node) => [node, ...all(node.children)]);
const find = (nodes: readonly TreeNode[], label: string) => all(nodes).find((node) => node.label === label);

describe('the tree', () => {
  it('lists experiments, their methods and their runs', () => {
    const [experiment] = tree([run('ewc', 1), run('ewc', 2, 'running')]);
    expect(experiment).toMatchObject({
      label: 'Digits',
      description: expect.stringMatching(/^1 in training · 1\/4 runs done/),
      context: 'experiment valid active',
    });
    expect(experiment?.children.map(({ label }) => label)).toEqual(['EWC', 'Replay']);
    expect(experiment?.children[0]?.children.map(({ label }) => label)).toEqual(['seed 1', 'seed 2']);
    expect(experiment?.children[1]).toMatchObject({
      description: 'not run yet',
      context: 'variant new idle',
      children: [],
    });
  });

  it('says of an experiment that waits that it is queued, and does not count what waits as in training', () => {
    const described = (...runs: Run[]) => tree(runs)[0]?.description;
    expect(described(run('ewc', 1, 'queued'), run('replay', 1, 'queued'))).toBe('queued · 0/4 runs done');
    expect(described(run('ewc', 1, 'running'), run('replay', 1, 'queued'))).toMatch(/^1 in training · 0\/4 runs done/);
  });

  it('says of a folded experiment which method is best and how good it is, as long as no run says otherwise', () => {
    const described = (...runs: Run[]) => tree(runs)[0]?.description;
    expect(described()).toBe(PATH);
    expect(described(run('ewc', 1))).toMatch(/^EWC [\d.]+ %$/);
    expect(described(run('ewc', 1), run('replay', 1))).toMatch(/^best so far: Replay [\d.]+ %$/);
    expect(described(...['ewc', 'replay'].flatMap((key) => [run(key, 1), run(key, 2)]))).toMatch(
      /^best: Replay [\d.]+( ± [\d.]+)? %$/,
    );
    expect(tree([run('ewc', 1)])[0]?.tooltip).toMatch(new RegExp(`^${PATH}\nEWC`));
  });

  it('says of one whose methods must be told the task what they have when they are', () => {
    const text = '{ "name": "Told", "seeds": 1, "bounds": false, "methods": [ { "method": "packnet" } ] }';
    const { experiment } = parseExperiment(text);
    const [variant] = experiment?.variants ?? [];
    if (!experiment || !variant) throw new Error('no PackNet');
    expect(tree([], text)[0]?.description).toBe(PATH);
    expect(tree([runOf(experiment, variant, 1)], text)[0]?.description).toMatch(/^PackNet [\d.]+ % task-aware$/);
  });

  it('has many runs in pages, and makes of them only what is unfolded', () => {
    let looked = 0;
    const runs = Array.from({ length: 250 }, (_, i) => {
      const { manifest, ...own } = run('ewc', 1);
      return {
        ...own,
        manifest: { ...manifest, id: `run-${i}`, experiment: { name: 'gone' } },
        get status() {
          looked += 1;
          return 'done' as const;
        },
      };
    });
    const [others] = buildTree([], [{ path: '/w', runs }]);
    expect(others).toMatchObject({ label: 'Other runs', description: '250', isLeaf: false });
    expect(others?.children.map(({ label, description }) => `${label} ${description}`)).toEqual([
      '1 to 100 of 250',
      '101 to 200 of 250',
      '201 to 250 of 250',
    ]);
    expect(looked).toBe(0);
    expect(others?.children[2]?.children.map((node) => node.kind === 'run' && node.id)).toEqual(
      Array.from({ length: 50 }, (_, i) => `run-${200 + i}`),
    );
    expect(others?.children[2]?.children[0]?.isLeaf).toBe(true);
  });

  it('gives every node an id of its own', () => {
    const ids = all(tree([run('ewc', 1), run('replay', 1), run('replay', 2)])).map(({ nodeId }) => nodeId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('tells what can be done with a run', () => {
    const contexts = (status: Run['status']) => find(tree([run('ewc', 1, status)]), 'seed 1')?.context;
    expect(contexts('done')).toBe('run done finished repeatable forkable');
    expect(contexts('running')).toBe('run running active forkable');
    expect(contexts('queued')).toBe('run queued active forkable');
    expect(contexts('crashed')).toBe('run crashed finished resumable forkable');
  });

  it('shows forks, and forks of forks, below the method that they come from, by what was changed', () => {
    const forked = (parent: Run, lambda: number, afterTask: number): Run => {
      const manifest = forkOf(parent, { afterTask, changes: { lambda } });
      return { ...parent, manifest: { ...manifest, id: `${manifest.id}-${lambda}`, created: 10 ** 13 + lambda } };
    };
    const parent = run('ewc', 1);
    const fork = forked(parent, 3, 2);
    const runs = [forked(fork, 7, 4), fork, parent];
    const [experiment, ...others] = tree(runs);
    expect(others).toEqual([]);
    expect(
      experiment?.children[0]?.children.map(({ description }) => description?.replace(/^[\d.]+ % · /, '')),
    ).toEqual([
      expect.stringMatching(/^[\d.]+ %$/),
      'after task 2: lambda 3 · after task 4: lambda 7',
      'after task 2: lambda 3',
    ]);
    expect(experiment?.children[1]?.children).toEqual([]);
  });

  it('offers neither to resume nor to repeat what another program trained', () => {
    const foreign = (status: Run['status']) => {
      const own = run('ewc', 1, status);
      const manifest = { ...own.manifest, trainer: 'program' as const, program: 'Avalanche 0.6' };
      return find(tree([{ ...own, manifest }]), 'seed 1');
    };
    expect(foreign('done')?.context).toBe('run done finished');
    expect(foreign('crashed')?.context).toBe('run crashed finished');
    expect(foreign('done')?.tooltip).toContain('Trained by: Avalanche 0.6');
    expect(find(tree([run('ewc', 1)]), 'seed 1')?.tooltip).not.toContain('Trained by');
  });

  it('says each node in words, states included', () => {
    const nodes = all(tree([run('ewc', 1, 'failed')]));
    expect(find(nodes, 'EWC')?.spoken).toBe('Method EWC, failed');
    expect(find(nodes, 'seed 1')?.spoken).toBe('Run of EWC, seed 1, failed');
  });

  it('marks a faulty experiment and keeps its runs in sight', () => {
    const [experiment] = tree([run('ewc', 1)], TEXT.replace('"seeds": 2', '"seeds": 0'));
    expect(experiment).toMatchObject({ label: PATH, description: '1 problem', context: 'experiment faulty' });
    expect(experiment?.children.map(({ label, kind }) => [kind, label])).toEqual([['run', 'seed 1']]);
  });

  it('keeps runs of a method that the file lists no more with their experiment', () => {
    const [experiment, others] = tree([run('replay', 1)], TEXT.replace(', { "method": "replay" }', ''));
    expect(experiment?.children.at(-1)).toMatchObject({ kind: 'run', label: 'seed 1' });
    expect(others).toBeUndefined();
  });

  it('does not show a run without its whole result as a result, and says what is wrong with its log', () => {
    const whole = run('ewc', 1);
    const state = { ...whole.state, rows: whole.state.rows.slice(0, 2), malformed: 1, firstMalformed: 'not JSON' };
    const nodes = tree([{ ...whole, state }]);
    expect(find(nodes, 'EWC')?.description).toBe('done without whole results');
    expect(find(nodes, 'seed 1')).toMatchObject({
      description: 'done without whole results',
      tooltip: expect.stringContaining(
        'It ended as done with results after 2 of 5 tasks.\nLines of its log that could not be read: 1, the first because not JSON.',
      ),
    });
  });

  it('lists runs whose file is gone apart', () => {
    const orphan = run('ewc', 1);
    const nodes = buildTree([], [{ path: '/w', runs: [orphan] }]);
    expect(nodes).toHaveLength(1);
    expect(nodes[0]).toMatchObject({ kind: 'group', label: 'Other runs' });
    expect(nodes[0]?.children[0]?.description).toContain('Digits · EWC');
  });

  it('shows what steers the reading direction in names and errors as text, and still stands for what they name', () => {
    const evil = '\u202eslatigiD\u2066\n2';
    const own = run('ewc', 1, 'failed');
    const failed = { ...own, state: { ...own.state, error: evil } };
    const orphan = { ...own, manifest: { ...own.manifest, id: evil, experiment: { name: evil } } };
    const text = JSON.stringify({ ...JSON.parse(TEXT), name: evil, methods: [{ method: 'ewc', label: evil.trim() }] });
    const damaged = [{ id: evil, reason: evil }];
    const nodes = all(buildTree([experimentOf([failed], text)], [{ path: '/w', runs: [failed, orphan], damaged }]));
    const said = nodes.flatMap(({ label, description, spoken }) => [label, description ?? '', spoken]);
    expect(said.filter((line) => /[\p{Cc}\p{Bidi_Control}]/u.test(line))).toEqual([]);
    expect(nodes.filter(({ tooltip = '' }) => /\p{Bidi_Control}/u.test(tooltip))).toEqual([]);
    expect(nodes[0]?.label).toBe('\\u202eslatigiD\\u2066 2');
    expect(nodes.some((node) => node.kind === 'run' && node.id === evil)).toBe(true);
  });

  it('shows a run folder that cannot be read as what it is', () => {
    const nodes = buildTree([], [{ path: '/w', runs: [], damaged: [{ id: 'x-1', reason: 'run.json is missing' }] }]);
    expect(nodes[0]?.children[0]).toMatchObject({
      ...{ label: 'x-1', description: 'run.json is missing', context: 'damaged' },
      ...{ kind: 'damaged', folder: '/w', id: 'x-1' },
    });
  });
});
