import { svg } from 'lit';
import { formatPercent } from '../../src/core/format';
import { t } from '../strings';
import { viewAfter, viewBefore, type Drawer } from './drawn';
import { formatAmount, unitText } from './numbers';
import type { ViewFor } from './panels';
import { areaOf, endsAxis, lineOf, rowsOf } from './rows';
import { saidOf } from './words';

type View = ViewFor<'distribution'>;
type Part = View['parts'][number];

const totalOf = ({ counts, below, above }: Part): number => counts.reduce((sum, n) => sum + n, below + above);

/** A value at an edge, in its own unit. */
const edgeText = ({ scale, edges, unit }: View, place: number): string => {
  const edge = edges[place] ?? NaN;
  return formatAmount(scale === 'log10' ? 10 ** edge : edge, unit);
};

/** The bin in which the middle of all values lies; −1 below all, as many as there are above all. */
function medianBin({ counts, below, above }: Part): number {
  const half = totalOf({ name: '', counts, below, above }) / 2;
  let passed = below;
  if (passed >= half) return -1;
  const bin = counts.findIndex((n) => (passed += n) >= half);
  return bin < 0 ? counts.length : bin;
}

/** "10⁻⁵ – 10⁻⁴" */
function medianText(view: View, part: Part): string {
  if (totalOf(part) === 0) return formatAmount(null);
  const bin = medianBin(part);
  if (bin < 0) return `< ${edgeText(view, 0)}`;
  if (bin >= part.counts.length) return `≥ ${edgeText(view, view.edges.length - 1)}`;
  const [low = NaN, high = NaN] = [view.edges[bin], view.edges[bin + 1]];
  const middle = low / 2 + high / 2;
  return `≈ ${formatAmount(view.scale === 'log10' ? 10 ** middle : middle, view.unit)}`;
}

/** First and last bin that anything lies in. */
function usedBins(views: readonly View[]): readonly [number, number] {
  const most = views[0]?.edges.length ?? 2;
  let [first, last] = [most - 2, 0];
  for (const { parts } of views)
    for (const { counts } of parts)
      counts.forEach((n, i) => {
        if (n > 0) [first, last] = [Math.min(first, i), Math.max(last, i)];
      });
  return first <= last ? [first, last] : [0, most - 2];
}

/** Histograms: an area for each part, that of the task before as a line. */
export const distributionDrawer: Drawer<'distribution'> = {
  how: () => t('insideHowDistribution'),
  quantity: ({ quantity, unit }) => `${quantity}${unitText(unit) && ` (${unit})`}`,
  isLog: ({ view }) => view.scale === 'log10',
  draw(drawn) {
    const { view, all, task } = drawn;
    const edges = view.edges.join();
    const before = viewBefore(drawn);
    const old = before?.edges.join() === edges ? before : undefined;
    const alike = all
      .flatMap((sequence) => viewAfter<'distribution'>(sequence, task) ?? [])
      .filter((one) => one.edges.join() === edges);
    const [first, last] = usedBins([...alike, ...(old ? [old] : [])]);
    const cut = ({ counts }: Part) => counts.slice(first, last + 1);
    const rows = view.parts.map((part) => {
      const was = old?.parts.find(({ name }) => name === part.name);
      const shares = (one: Part) => cut(one).map((n) => n / Math.max(1, totalOf(one)));
      const most = Math.max(Number.MIN_VALUE, ...shares(part), ...(was ? shares(was) : []));
      const heights = (one: Part) => shares(one).map((share) => share / most);
      return {
        name: part.name,
        marks: svg`<path class="area" d=${areaOf(heights(part))} />${was ? svg`<path class="ghost" d=${lineOf(heights(was))} />` : ''}`,
        value: medianText(view, part),
      };
    });
    return rowsOf({
      ...{ label: this.words(drawn), rows, columns: last - first + 1, tall: true },
      axis: endsAxis(edgeText(view, first), edgeText(view, last + 1)),
    });
  },
  words: ({ sequence, task, view }) =>
    saidOf(
      sequence.label,
      task,
      view.parts.map((part) => `${part.name} ${medianText(view, part)}`),
    ),
  table({ view }) {
    const { parts, edges } = view;
    const share = (n: number, part: Part) => formatPercent(n / Math.max(1, totalOf(part)));
    return {
      head: [t('insideBin'), ...parts.slice(0, MOST_PARTS).map(({ name }) => name)],
      rows: [
        [`< ${edgeText(view, 0)}`, ...parts.slice(0, MOST_PARTS).map((part) => share(part.below, part))],
        ...edges
          .slice(0, -1)
          .map((_, i) => [
            `${edgeText(view, i)} – ${edgeText(view, i + 1)}`,
            ...parts.slice(0, MOST_PARTS).map((part) => share(part.counts[i] ?? 0, part)),
          ]),
        [`≥ ${edgeText(view, edges.length - 1)}`, ...parts.slice(0, MOST_PARTS).map((part) => share(part.above, part))],
      ],
    };
  },
};

/** Columns of the table. */
const MOST_PARTS = 40;
