import { describe, expect, it } from 'vitest';
import { sampleViews } from '../../src/core/testViews';
import type { ReadView } from '../../src/core/mechanism';
import { panelsOf, tasksOf, type InspectedVariant } from './panels';

const layers = (value: number | null, title = 'Importance', method?: string): ReadView => ({
  ...{ kind: 'layers', title, quantity: 'Ω', unit: '1' },
  ...(method && { method }),
  layers: [{ name: 'layer1.weights', value }],
});
const variant = (key: string, ...seeds: (readonly (readonly ReadView[])[])[]): InspectedVariant => ({
  key,
  label: key.toUpperCase(),
  runs: seeds.map((tasks, i) => ({
    id: `${key}-${i + 1}`,
    seed: i + 1,
    events: tasks.map((views, task) => ({ task, method: key, views })),
  })),
});
const valuesOf = (panels: ReturnType<typeof panelsOf>) =>
  panels.map(({ sequences }) =>
    sequences.map(({ views }) => views.map(({ view }) => (view.kind === 'layers' ? view.layers[0]?.value : undefined))),
  );

describe('the panels of what methods show', () => {
  it('put views of one kind and title side by side, in the order of the variants', () => {
    const panels = panelsOf(
      [variant('ewc', [[layers(1)]]), variant('mas', [[layers(2), layers(3, 'Other')]])],
      undefined,
    );
    expect(panels.map(({ title, sequences }) => [title, sequences.map(({ label }) => label)])).toEqual([
      ['Importance', ['EWC', 'MAS']],
      ['Other', ['MAS']],
    ]);
  });

  it('name the method where several of one run have the same view', () => {
    const [panel] = panelsOf([variant('both', [[layers(1, 'x', 'ewc'), layers(2, 'x', 'si')]])], undefined);
    expect(panel?.sequences.map(({ label }) => label)).toEqual(['BOTH · ewc', 'BOTH · si']);
  });

  it('are the mean over the seeds that have a number, and of one seed when it is chosen', () => {
    const both = [variant('ewc', [[layers(1)], [layers(null)]], [[layers(3)], [layers(8)], [layers(5)]])];
    expect(valuesOf(panelsOf(both, undefined))).toEqual([[[2, 8, 5]]]);
    expect(panelsOf(both, undefined)[0]?.sequences[0]?.seeds).toEqual([1, 2]);
    expect(valuesOf(panelsOf(both, 1))).toEqual([[[1, null]]]);
    expect(valuesOf(panelsOf(both, 3))).toEqual([]);
  });

  it('have a number where the sum of large ones is none', () => {
    const large = [variant('own', [[layers(1.7e308)]], [[layers(1.7e308)]])];
    expect(valuesOf(panelsOf(large, undefined))[0]?.[0]?.[0]).toBeCloseTo(1.7e308, -300);
  });

  it('are of the first seed where a mean has no meaning', () => {
    const memory = sampleViews.filter(({ kind }) => kind === 'memory');
    const [panel] = panelsOf([variant('replay', [memory], [memory])], undefined);
    expect(panel?.sequences.map(({ seeds }) => seeds)).toEqual([[1]]);
  });

  it('take what was said last of a task, and sort tasks', () => {
    const events = [1, 0, 1].map((task, i) => ({ task, method: 'x', views: [layers(i)] }));
    const panels = panelsOf([{ key: 'x', label: 'X', runs: [{ id: 'x', seed: 1, events }] }], undefined);
    expect(valuesOf(panels)).toEqual([[[1, 2]]]);
    expect(panels.map(tasksOf)).toEqual([[0, 1]]);
  });

  it('tell views apart that agree in kind, title and method', () => {
    const panels = panelsOf(
      [
        variant('x', [
          [layers(1), layers(2)],
          [layers(3), layers(4)],
        ]),
      ],
      undefined,
    );
    expect(valuesOf(panels)).toEqual([
      [
        [1, 3],
        [2, 4],
      ],
    ]);
  });
});
