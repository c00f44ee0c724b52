import { html, svg } from 'lit';
import { t } from '../strings';
import type { Drawer } from './drawn';
import { formatAmount } from './numbers';
import type { ViewFor } from './panels';
import { areaOf, endsAxis, rowsOf } from './rows';
import { saidOf } from './words';

type View = ViewFor<'raster'>;

/** Time of a column: the last one may be shorter. */
const timeOf = ({ perColumn, duration }: View, column: number): number =>
  Math.min(perColumn, duration - column * perColumn) || perColumn;

/** Spikes of a neuron in a unit of time, in each column. */
const ratesOf = (view: View, { neurons, spikes }: View['rows'][number]): number[] =>
  spikes.map((n, column) => n / neurons / timeOf(view, column));

const meanRate = ({ duration }: View, { neurons, spikes }: View['rows'][number]): number =>
  spikes.reduce((sum, n) => sum + n, 0) / neurons / duration;

/** Spikes over time: an area for each layer, all on one scale of rates. */
export const rasterDrawer: Drawer<'raster'> = {
  how: () => t('insideHowRaster'),
  quantity: ({ unit }) => t('insideRate', { unit }),
  draw(drawn) {
    const { view, all, task } = drawn;
    const columns = view.rows[0]?.spikes.length ?? 1;
    const shown = all.flatMap(({ views }) => views.filter((one) => one.task === task).map((one) => one.view));
    // Each layer has a scale of its own: inputs may spike a thousand times as often as outputs.
    const most = (name: string) =>
      Math.max(
        0,
        ...shown.flatMap((one) => one.rows.filter((row) => row.name === name).flatMap((row) => ratesOf(one, row))),
      );
    const rows = view.rows.map((row) => {
      const highest = most(row.name);
      const heights = ratesOf(view, row).map((rate) => (highest > 0 ? rate / highest : 0));
      return {
        name: row.name,
        marks: svg`<path class="area" d=${areaOf(heights)} />`,
        value: formatAmount(meanRate(view, row)),
      };
    });
    const end = formatAmount(view.duration, view.unit);
    return html`${rowsOf({ label: this.words(drawn), rows, columns, axis: endsAxis('0', end) })}`;
  },
  words: ({ sequence, task, view }) =>
    saidOf(
      sequence.label,
      task,
      view.rows.map((row) => `${row.name} ${formatAmount(meanRate(view, row))}`),
    ),
  table: ({ view }) => ({
    head: [
      t('insideLayer'),
      t('insideNeurons'),
      t('insideSpikes'),
      t('insideRate', { unit: view.unit }),
      t('insideHighestRate'),
    ],
    rows: view.rows.map((row) => [
      row.name,
      formatAmount(row.neurons),
      formatAmount(row.spikes.reduce((sum, n) => sum + n, 0)),
      formatAmount(meanRate(view, row)),
      formatAmount(Math.max(...ratesOf(view, row))),
    ]),
  }),
};
