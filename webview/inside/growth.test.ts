import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/events';
import { foldEvents } from '../../src/core/runModel';
import type { Run } from '../../src/core/run';
import { growthPanels, hasGrown, sizesOf, type SizedVariant } from './growth';

const layers = (units: number) => [
  { name: 'layer1', units },
  { name: 'layer2', units: 2 },
];
const started = (parameters?: number): RunEvent => ({
  ...{ type: 'started', at: 1, schema: 1, backend: { name: 'wasm', version: '4' }, steps: [1, 1] },
  tasks: [0, 1].map((i) => ({ name: String(i), classes: [i], train: 10, test: 5 })),
  ...(parameters !== undefined && { parameters, layers: layers(10) }),
});
const row = (task: number, accuracy: number[], memoryBytes = 0): RunEvent => ({
  ...{ type: 'task-end', at: 2, task, accuracy, taskAware: accuracy, memoryBytes },
});
const runOf = (seed: number, ...events: RunEvent[]) =>
  ({ manifest: { id: `run-${seed}`, seed }, state: foldEvents(events) }) as unknown as Run;
const variant = (label: string, ...runs: Run[]): SizedVariant => ({ key: label, label, kind: 'accuracy', runs });

const grew: RunEvent = { type: 'network', at: 1, task: 1, parameters: 500_000, layers: layers(50) };
const growing = runOf(1, started(250_000), row(0, [0.9, 0.1]), grew, row(1, [0.7, 0.9], 2_000_000));
const fixed = runOf(1, started(500_000), row(0, [0.8, 0.2]), row(1, [0.6, 0.6]));

describe('networks over time', () => {
  it('are as they started until they grow, with their accuracy on the tasks so far', () => {
    expect([hasGrown(growing), hasGrown(fixed)]).toEqual([true, false]);
    expect(sizesOf(growing, 'accuracy')).toEqual([
      { task: 0, parameters: 250_000, layers: layers(10), accuracy: 0.9, bytes: 1_000_000 },
      { task: 1, parameters: 500_000, layers: layers(50), accuracy: 0.8, bytes: 4_000_000 },
    ]);
    expect(sizesOf(runOf(1, started(), row(0, [1])), 'accuracy')).toEqual([]);
  });

  it('stand beside those that stay as they are, by size and by accuracy per byte', () => {
    const panels = growthPanels([variant('grows', growing), variant('fixed', fixed)]);
    const numbers = panels.map(({ sequences }) =>
      sequences[0]?.views.map(({ task, view }) => [
        task,
        view.kind === 'layers' ? view.layers.map(({ name, value }) => [name, value]) : [],
      ]),
    );
    expect(numbers[0]).toEqual([
      [0, [['grows', 250_000], ['fixed', 500_000]]], // prettier-ignore
      [1, [['grows', 500_000], ['fixed', 500_000]]], // prettier-ignore
    ]);
    // Per cent per megabyte.
    expect(numbers[1]).toEqual([
      [0, [['grows', 90], ['fixed', 40]]], // prettier-ignore
      [1, [['grows', 20], ['fixed', 30]]], // prettier-ignore
    ]);
  });

  it('are means over the runs of a variant, of those that have come so far', () => {
    const second = runOf(2, started(750_000), row(0, [0.9]));
    const [parameters] = growthPanels([variant('grows', growing, second)]);
    expect(parameters?.sequences[0]?.views.map(({ view }) => view)).toMatchObject([
      { layers: [{ name: 'grows', value: 500_000 }] },
      { layers: [{ name: 'grows', value: 500_000 }] },
    ]);
    expect(parameters?.sequences[0]?.seeds).toEqual([1, 2]);
  });

  it('are not shown where none grows', () => {
    expect(growthPanels([variant('fixed', fixed)])).toEqual([]);
  });
});
