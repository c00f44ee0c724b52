import { svg } from 'lit';
import { t } from '../strings';
import { viewAfter, type Drawer, type Drawn } from './drawn';
import { formatAmount, scaleOf, unitText, type Scale } from './numbers';
import { areaOf, endsAxis, lineOf, rowsOf } from './rows';
import { saidOf } from './words';
import type { ViewFor } from './panels';

type Layer = ViewFor<'spectrum'>['layers'][number];

const keptText = ({ kept, count }: Layer): string =>
  kept === undefined ? t('insideOf', { n: count }) : t('insideKept', { kept, n: count });

/** All layers that are drawn side by side. */
const besideOf = ({ all, task }: Drawn<'spectrum'>): Layer[] =>
  all.flatMap((sequence) => viewAfter<'spectrum'>(sequence, task)?.layers ?? []);

const scaleFor = (drawn: Drawn<'spectrum'>): Scale => scaleOf(besideOf(drawn).flatMap(({ values }) => values));

/** Values in falling order: what is kept of them filled, the rest a line. */
export const spectrumDrawer: Drawer<'spectrum'> = {
  how: () => t('insideHowSpectrum'),
  isLog: (drawn) => scaleFor(drawn).isLog,
  quantity: ({ quantity, unit }) => `${quantity}${unitText(unit) && ` (${unit})`}`,
  draw(drawn) {
    const { view } = drawn;
    const columns = Math.max(1, ...besideOf(drawn).map(({ values }) => values.length));
    const scale = scaleFor(drawn);
    const rows = view.layers.map((layer) => {
      const heights = layer.values.map((value) => scale.at(value));
      const kept = Math.min(layer.kept ?? 0, heights.length);
      return {
        name: layer.name,
        marks: svg`${kept > 0 ? svg`<path class="area" d=${areaOf(heights.slice(0, kept))} />` : ''}<path class="ghost" d=${lineOf(heights)} />`,
        value: keptText(layer),
      };
    });
    return rowsOf({ label: this.words(drawn), rows, columns, tall: true, axis: endsAxis('1', String(columns)) });
  },
  words: ({ sequence, task, view }) =>
    saidOf(
      sequence.label,
      task,
      view.layers.map((layer) => `${layer.name} ${keptText(layer)}`),
    ),
  table: ({ view: { layers } }) => ({
    head: [t('insidePlace'), ...layers.slice(0, MOST_LAYERS).map(({ name }) => name)],
    rows: [
      [t('insideKeptHead'), ...layers.slice(0, MOST_LAYERS).map(keptText)],
      ...Array.from({ length: Math.max(0, ...layers.map(({ values }) => values.length)) }, (_, i) => [
        String(i + 1),
        ...layers.slice(0, MOST_LAYERS).map(({ values }) => (i < values.length ? formatAmount(values[i]) : '')),
      ]),
    ],
  }),
};

/** Columns of the table. */
const MOST_LAYERS = 40;
