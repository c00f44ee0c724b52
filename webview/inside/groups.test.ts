import { expect, it } from 'vitest';
import { grouped } from './groups';
import type { Kind, Panel } from './panels';

const panel = (kind: Kind, title: string, ...variants: string[]): Panel => ({
  id: title,
  kind,
  title,
  sequences: variants.map((variant) => ({ variant, label: variant, seeds: [1], views: [] })),
});

it('panels stand by their kinds, those first that most methods have', () => {
  const panels = [
    panel('layers', 'importance', 'ewc'),
    panel('unknown', 'a map', 'own'),
    panel('layers', 'rank', 'none', 'ewc', 'own'),
    // Two sequences of one method are no two methods.
    panel('layers', 'moved', 'ewc', 'ewc'),
    panel('memory', 'examples', 'replay'),
  ];
  expect(grouped(panels).map(({ group, panels: own }) => [group, own.map(({ title }) => title)])).toEqual([
    ['memory', ['examples']],
    ['layers', ['rank', 'importance', 'moved']],
    ['unknown', ['a map']],
  ]);
});
