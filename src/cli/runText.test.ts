import { describe, expect, it } from 'vitest';
import type { EventOf } from '../core/events';
import type { Run, RunStatus } from '../core/run';
import { emptyRun, type RunState } from '../core/runModel';
import { runText } from './runText';

const started: EventOf<'started'> = {
  ...{ type: 'started', at: 0, schema: 1, backend: { name: 'wasm', version: '4' }, steps: [100, 100] },
  tasks: ['0/1', '2/3'].map((name, n) => ({ name, classes: [n], train: 1, test: 1 })),
};
const rows = [
  { task: 0, accuracy: [0.99, 0], taskAware: [0.99, 0.5], memoryBytes: 0 },
  { task: 1, accuracy: [0.25, 1], taskAware: [0.75, 1], memoryBytes: 0 },
];
const whole: Partial<RunState> = { started, backendUse: { name: 'wasm', version: '4', why: 'it was asked for' }, rows };

function run(status: RunStatus, state: Partial<RunState>): Run {
  const variant = { key: 'ewc', label: 'EWC', differs: [], hash: '' };
  const manifest = { trainer: 'lethe', variant, seed: 2, id: 'one', experiment: { name: 'Digits' }, spec: {} };
  return { manifest: manifest as unknown as Run['manifest'], status, state: { ...emptyRun(), ...state } };
}

const matrixOf = (lines: readonly string[]) => {
  const head = lines.findIndex((line) => line.endsWith('in %:'));
  return lines.slice(head, lines.indexOf('', head));
};

describe('a run in words', () => {
  it('has what it is, where it lies, the accuracy matrix and its measures', () => {
    const spent = { train: 3, evaluate: 1 };
    const lines = runText(
      run('done', { ...whole, seconds: 5, spent, peakMemoryBytes: 2e6, parameters: 12_345 }),
      'runs/one',
    );
    expect(lines.slice(0, 4)).toEqual([
      'one  ✓ done  EWC, seed 2  Digits',
      'Trained on wasm 4 (it was asked for)',
      '5.0 s (training 75 %, evaluating 25 %), peak 2.00 MB, 12,345 parameters',
      'runs/one',
    ]);
    expect(matrixOf(lines)).toEqual([
      'Accuracy on each task in %:',
      '            0/1    2/3',
      'after 0/1  99.0    0.0',
      'after 2/3  25.0  100.0',
    ]);
    expect(lines).toContain('Accuracy                  62.5 %');
    expect(lines).toContain('Forgetting                74.0 %');
    expect(lines.join('\n')).not.toMatch(/NaN|undefined/);
  });

  it('has the accuracy with the task given where there is no other', () => {
    const aware = rows.map((row) => ({ ...row, accuracy: [null, null] }));
    const lines = runText(run('done', { ...whole, rows: aware }), '');
    expect(matrixOf(lines)).toEqual([
      'Accuracy, task given, on each task in %:',
      '            0/1    2/3',
      'after 0/1  99.0   50.0',
      'after 2/3  75.0  100.0',
    ]);
    expect(lines.some((line) => line.startsWith('Accuracy  '))).toBe(false);
  });

  it('says nothing of what the method keeps where nobody said', () => {
    const memory = (lines: readonly string[]) => lines.filter((line) => line.startsWith('Memory'));
    expect(memory(runText(run('done', whole), ''))).toEqual([expect.stringMatching(/ 0 B$/)]);
    const unsaid = rows.map(({ memoryBytes: _, ...row }) => row);
    expect(memory(runText(run('done', { ...whole, rows: unsaid }), ''))).toEqual([]);
  });

  it('has what another program says of itself, and the names of its own numbers', () => {
    const own = run('done', { ...whole, metricNames: ['rate', 'norm'] });
    const spec = { stream: {}, network: { kind: 'resnet18', widths: [64, 128] }, training: { optimizer: 'adamw' } };
    const manifest = { ...own.manifest, trainer: 'program', program: 'Mine', spec } as unknown as Run['manifest'];
    expect(runText({ ...own, manifest }, 'here').slice(2, 6)).toEqual([
      'here',
      'network: kind resnet18 · widths [64,128]',
      'training: optimizer adamw',
      'own numbers: rate, norm',
    ]);
  });

  it('has the tasks so far and no measures while it goes on, and the error where it failed', () => {
    const lines = runText(run('running', { ...whole, rows: rows.slice(0, 1) }), '');
    expect(matrixOf([...lines, ''])).toHaveLength(3);
    expect(lines.some((line) => line.startsWith('Forgetting'))).toBe(false);
    expect(runText(run('failed', { error: 'No room\nleft' }), '').at(-1)).toBe('Error: No room left');
  });

  it('numbers tasks whose names do not tell them apart, and shows some of many', () => {
    const tasks = Array.from({ length: 100 }, () => ({ name: 'permuted', classes: [0], train: 1, test: 1 }));
    const many = tasks.map((_, task) => ({
      ...{ task, accuracy: tasks.map(() => 0.5), taskAware: tasks.map(() => 0.5), memoryBytes: 0 },
    }));
    const lines = matrixOf(runText(run('done', { started: { ...started, tasks }, rows: many }), ''));
    expect(lines[1]).toMatch(/^ +task 1 +task 9 +task 17 /);
    expect(lines.length).toBeLessThan(30);
    expect(lines.at(-1)).toMatch(/^after task 100 /);
  });
});
