import { html, svg } from 'lit';
import { formatPercent } from '../../src/core/format';
import { oneLine } from '../../src/core/visibleText';
import { t } from '../strings';
import { viewsAt, type Drawer } from './drawn';
import { formatAmount } from './numbers';
import type { ViewFor } from './panels';
import { rowsOf, short, taskAxis } from './rows';
import { saidOf, taskHead } from './words';

type View = ViewFor<'angle'>;
type Pair = View['pairs'][number];

const nameOf = ({ first, second }: Pair): string => `${first} – ${second}`;

/** Up is the same direction, the middle a right angle, down the opposite one, in both units. */
const heightOf = (unit: View['unit'], value: number): number =>
  Math.min(1, Math.max(0, unit === 'cosine' ? (value + 1) / 2 : 1 - value / 180));

const valueText = (unit: View['unit'], value: number): string =>
  unit === 'cosine' ? formatAmount(Number(value.toFixed(3))) : `${formatAmount(Number(value.toFixed(1)))}°`;

/** Directions to each other: of each task the mean, and from the least to the most. */
export const angleDrawer: Drawer<'angle'> = {
  how: () => t('insideHowAngle'),
  quantity: ({ unit }) => t(unit === 'cosine' ? 'insideCosine' : 'insideDegrees'),
  draw(drawn) {
    const { tasks, task, view, pick } = drawn;
    const views = viewsAt(drawn);
    const names = [...new Set(views.flatMap((one) => one?.pairs.map(nameOf) ?? []))];
    const rows = names.map((name) => {
      const pairs = views.map((one) => one?.pairs.find((pair) => nameOf(pair) === name));
      const now = pairs[tasks.indexOf(task)];
      // What is alone needs no name before it: it is told below.
      return {
        name: names.length > 1 ? name : '',
        marks: marksOf(view.unit, pairs),
        value: now ? valueText(view.unit, now.mean) : '',
      };
    });
    return html`${rowsOf({
      ...{ label: this.words(drawn), rows, columns: tasks.length, chosen: tasks.indexOf(task), tall: true },
      axis: taskAxis(tasks, task),
      onPick: (column) => pick(tasks[column] ?? task),
    })}
    ${view.pairs.slice(0, MOST_TOLD).map((pair) => html`<p class="aside">${oneLine(told(view, pair))}</p>`)}`;
  },
  words: ({ sequence, task, view }) =>
    saidOf(
      sequence.label,
      task,
      view.pairs.map((pair) => told(view, pair)),
    ),
  table: ({ view, task }) => ({
    head: [taskHead(task), t('insideMean'), t('insideLeast'), t('insideMost'), t('insideSteps'), t('insideEvent')],
    rows: view.pairs.map((pair) => [
      nameOf(pair),
      ...[pair.mean, pair.least, pair.most].map((value) => valueText(view.unit, value)),
      formatAmount(pair.steps),
      pair.event ? `${pair.event.name} ${formatPercent(pair.event.share)}` : '',
    ]),
  }),
};

/** Pairs below a picture of which everything is said. */
const MOST_TOLD = 3;

/** "gradient – gradient of the memory: 0.12 on average over 150 steps (−0.4 to 0.8); projected in 25 % of them" */
function told({ unit }: View, pair: Pair): string {
  const values = {
    pair: nameOf(pair),
    ...{ mean: valueText(unit, pair.mean), least: valueText(unit, pair.least), most: valueText(unit, pair.most) },
    steps: pair.steps,
  };
  if (!pair.event) return t('insideAngle', values);
  return t('insideAngleEvent', { ...values, event: pair.event.name, share: formatPercent(pair.event.share) });
}

function marksOf(unit: View['unit'], pairs: readonly (Pair | undefined)[]) {
  const y = (value: number) => short(1 - heightOf(unit, value));
  const of = (path: (pair: Pair, column: number) => string) =>
    pairs.map((pair, column) => (pair ? path(pair, column) : '')).join('');
  return svg`<path class="ground" d="M0 0.5H${pairs.length}" />
    <path class="range" d=${of(({ least, most }, i) => `M${i + 0.35} ${y(most)}h0.3V${y(least)}h-0.3Z`)} />
    <path class="mean" d=${of((pair, i) => `M${i + 0.2} ${y(pair.mean)}h0.6`)} />`;
}
