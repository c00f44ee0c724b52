import type { ReadView } from '../../src/core/mechanism';
import { csvText, type Cell } from '../panel/csv';
import { meanBrightness } from './imageBytes';
import type { Panel } from './panels';

/** A number of a view: of what (a layer, a class), which one of it (a task, a bin), how much. */
type Number = readonly [what: string, which: Cell, value: number | null];

/** Everything that a panel shows, after all tasks: a row for each number. Tasks count from 1, as in the page. */
export const panelCsv = ({ sequences }: Pick<Panel, 'sequences'>): string =>
  csvText(
    ['method', 'seeds', 'after_task', 'what', 'which', 'value'],
    sequences.flatMap(({ label, seeds, views }) =>
      views.flatMap(({ task, view }) =>
        numbersOf(view).map((number): Cell[] => [label, seeds.join(' '), task + 1, ...number]),
      ),
    ),
  );

function numbersOf(view: ReadView): Number[] {
  switch (view.kind) {
    case 'layers':
      return view.layers.map(({ name, value }) => [name, undefined, value]);
    case 'memory':
      return [
        ['examples', undefined, view.count],
        ...counted('of task', view.perTask, 1),
        ...counted('of class', view.perClass, 0),
        ...counted('came so many tasks ago', view.ages, 0),
      ];
    case 'images':
      return view.rows.flatMap(({ name, images }) =>
        images.map((image, i): Number => [name, i + 1, meanBrightness(image)]),
      );
    case 'capacity':
      return view.layers.flatMap(({ name, free, perTask }): Number[] => [
        [name, 'free', free],
        ...counted(name, perTask, 1, 'task '),
      ]);
    case 'raster':
      return view.rows.flatMap(({ name, spikes }) =>
        spikes.map((n, column): Number => [name, column * view.perColumn, n]),
      );
    case 'distribution':
      return view.parts.flatMap(({ name, counts, below, above }): Number[] => [
        [name, 'below', below],
        ...counts.map((n, bin): Number => [name, view.edges[bin], n]),
        [name, 'above', above],
      ]);
    case 'angle':
      return view.pairs.flatMap(({ first, second, steps, mean, least, most, event }): Number[] => {
        const pair = `${first} – ${second}`;
        return [
          ...Object.entries({ steps, mean, least, most }).map(([which, value]): Number => [pair, which, value]),
          ...(event ? [[pair, event.name, event.share] as const] : []),
        ];
      });
    case 'spectrum':
      return view.layers.flatMap(({ name, kept, values }): Number[] => [
        ...(kept === undefined ? [] : [[name, 'kept', kept] as const]),
        ...values.map((value, place): Number => [name, place + 1, value]),
      ]);
    case 'tree':
      return view.nodes.flatMap(({ label, values }) =>
        view.quantities.map(({ name }, i): Number => [label, name, values[i] ?? null]),
      );
    case 'unknown':
      return [];
  }
}

/** @param first number of the first of them */
const counted = (what: string, counts: readonly number[] | undefined, first: number, word = ''): Number[] =>
  (counts ?? []).map((n, i) => [what, word === '' ? i + first : `${word}${i + first}`, n]);
