/** Charts as SVG text. Colours are classes (`c0` … `c5`), so that one page serves light, dark and paper. */
import { largest } from '../core/extremes';
import { drawnTasks } from '../core/grid';
import { formatPercent } from '../core/format';
import { dashOf, TASK_STYLES } from '../core/lineStyles';
import { t } from '../core/text';
import { markup, type Markup } from './markup';
import type { BandPoint, Cell, MatrixSummary, TaskCurve, ValidationLine } from './series';

/** The class and dash pattern of a task's line. */
export const lineStyle = (task: number): { readonly colour: string; readonly dash: string } => ({
  colour: `c${task % TASK_STYLES}`,
  dash: dashOf(task).join(' '),
});

const size = { width: 360, height: 214, left: 30, right: 58, top: 10, bottom: 30 } as const;
const plot = {
  x: size.left,
  y: size.top,
  width: size.width - size.left - size.right,
  height: size.height - size.top - size.bottom,
} as const;

const short = (n: number) => Number(n.toFixed(1));
const clip = (text: string, length: number) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

/**
 * Accuracy on each task over training: the mean over seeds as a line, their range as a band, the stretch of each task
 * shaded in turn. Where a task was not measured its line has a gap.
 * @param boundaries steps at which tasks begin, and the last step
 * @param validation drawn thin, with a dot where it was measured
 */
export function lineChart(
  curves: readonly TaskCurve[],
  boundaries: readonly number[],
  names: readonly string[],
  title: string,
  validation: readonly ValidationLine[] = [],
): Markup {
  const lastPoint = largest(
    curves.map((curve) => curve.points.at(-1)?.x ?? 0),
    0,
  );
  const end = Math.max(1, boundaries.at(-1) ?? 0, lastPoint);
  const x = (step: number) => short(plot.x + (step / end) * plot.width);
  const y = (accuracy: number) => short(plot.y + (1 - accuracy) * plot.height);
  const drawn = drawnTasks(names.length);
  // Of a long stream lines are told apart by their place among those that are drawn.
  const styleOf = ({ task }: TaskCurve) => Math.max(0, drawn.indexOf(task));
  return markup`<svg class="chart" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${title}">
${taskStretches(boundaries, x)}
${[0, 0.25, 0.5, 0.75, 1].map(
  (value) =>
    markup`<line class="grid" x1="${plot.x}" x2="${plot.x + plot.width}" y1="${y(value)}" y2="${y(value)}"/><text class="tick" x="${plot.x - 5}" y="${y(value) + 3.5}" text-anchor="end">${value * 100}</text>`,
)}
${curves.map((curve) => unbroken(curve.points).map((points) => band(points, styleOf(curve), x, y)))}
${curves.map((curve) => unbroken(curve.points).map((points) => line(points, styleOf(curve), x, y)))}
${validationLines(validation, x, y)}
${endLabels(curves, names, styleOf, x, y)}
</svg>`;
}

type Scale = (value: number) => number;

/** Narrowest stretch of a task that is set off, in units of the chart. */
const NARROWEST = 3;

function taskStretches(boundaries: readonly number[], x: Scale): Markup[] {
  const stretches = boundaries.slice(0, -1).map((from, i) => ({ from, to: boundaries[i + 1] ?? from }));
  const every = Math.ceil(stretches.length / 12);
  const bottom = plot.y + plot.height;
  // Of hundreds of tasks the shade would be a grey of its own.
  const isWide = plot.width / Math.max(1, stretches.length) >= NARROWEST;
  return [
    ...stretches.flatMap(({ from, to }, i) => [
      ...(isWide && i % 2 === 1
        ? [
            markup`<rect class="stretch" x="${x(from)}" y="${plot.y}" width="${short(x(to) - x(from))}" height="${plot.height}"/>`,
          ]
        : []),
      ...(isWide && i > 0
        ? [markup`<line class="boundary" x1="${x(from)}" x2="${x(from)}" y1="${plot.y}" y2="${bottom}"/>`]
        : []),
      ...(i % every === 0
        ? [
            markup`<text class="tick" x="${short((x(from) + x(to)) / 2)}" y="${bottom + 13}" text-anchor="middle">${i + 1}</text>`,
          ]
        : []),
    ]),
    markup`<text class="axis" x="${plot.x + plot.width / 2}" y="${bottom + 26}" text-anchor="middle">${t('task being learned')}</text>`,
  ];
}

/** The points in stretches without a gap. */
function unbroken(points: readonly BandPoint[]): BandPoint[][] {
  const stretches: BandPoint[][] = [];
  for (const point of points) {
    const last = stretches.at(-1);
    if (last && !point.isAfterGap) last.push(point);
    else stretches.push([point]);
  }
  return stretches;
}

function band(points: readonly BandPoint[], task: number, x: Scale, y: Scale): Markup | undefined {
  if (points.length < 2 || points.every((point) => point.min === point.max)) return undefined;
  const upper = points.map((point) => `${x(point.x)},${y(point.max)}`);
  const lower = [...points].reverse().map((point) => `${x(point.x)},${y(point.min)}`);
  return markup`<polygon class="band ${lineStyle(task).colour}" points="${[...upper, ...lower].join(' ')}"/>`;
}

function line(points: readonly BandPoint[], task: number, x: Scale, y: Scale): Markup | undefined {
  const [first] = points;
  if (!first) return undefined;
  const { colour, dash } = lineStyle(task);
  if (points.length === 1)
    return markup`<circle class="dot ${colour}" cx="${x(first.x)}" cy="${y(first.mean)}" r="2.5"/>`;
  const path = points.map((point) => `${x(point.x)},${y(point.mean)}`).join(' ');
  return markup`<polyline class="line ${colour}" stroke-dasharray="${dash}" points="${path}"/>`;
}

const VALIDATION_DASH = '3 2.5';

/** A line for each task, all as one element, and a dot where it was measured: there may be one point of a task alone. */
function validationLines(lines: readonly ValidationLine[], x: Scale, y: Scale): Markup | undefined {
  const paths = lines.map(({ accuracy }) => accuracy.map((point) => `${x(point.x)} ${y(point.mean)}`));
  if (paths.every((points) => points.length === 0)) return undefined;
  const line = paths.map((points) => (points.length > 1 ? `M${points.join('L')}` : '')).join('');
  const all = paths.flat();
  const dots =
    all.length * NARROWEST > plot.width && paths.length === 1 ? '' : all.map((point) => `M${point}h0`).join('');
  return markup`<path class="validation" stroke-dasharray="${VALIDATION_DASH}" d="${line}"/><path class="validation dots" d="${dots}"/>`;
}

/** Names of tasks in little room; numbers, where names that are cut off would not be told apart. */
function labelsOf(names: readonly string[], room: number): (task: number) => string {
  const cut = names.map((name) => clip(name, room));
  const differ = new Set(cut).size === names.length;
  return (task) => (differ ? cut[task] : undefined) ?? `T${task + 1}`;
}

/** Names at the ends of the lines, pushed apart where lines end close together. */
function endLabels(
  curves: readonly TaskCurve[],
  names: readonly string[],
  styleOf: (curve: TaskCurve) => number,
  x: Scale,
  y: Scale,
): Markup[] {
  const gap = 11.5;
  if (curves.length * gap > plot.height + 2 * gap) return [];
  const ends = curves
    .flatMap((curve) => {
      const { task } = curve;
      const last = curve.points.at(-1);
      return last ? [{ task, style: styleOf(curve), x: x(last.x), at: y(last.mean), y: y(last.mean) }] : [];
    })
    .sort((a, b) => a.at - b.at || a.task - b.task);
  ends.forEach((end, i) => (end.y = Math.max(end.y, (ends[i - 1]?.y ?? -Infinity) + gap)));
  const lowest = plot.y + plot.height + 2;
  for (let i = ends.length - 1, limit = lowest; i >= 0; i--) {
    const end = ends[i];
    if (!end) continue;
    end.y = Math.min(end.y, limit);
    limit = end.y - gap;
  }
  const labelX = plot.x + plot.width + 9;
  const label = labelsOf(names, 9);
  return ends.map(
    (end) =>
      markup`<polyline class="lead ${lineStyle(end.style).colour}" points="${short(end.x + 1)},${end.at} ${labelX - 2},${short(end.y)}"/><text class="end ${lineStyle(end.style).colour}" x="${labelX}" y="${short(end.y + 3.5)}">${label(end.task)}</text>`,
  );
}

/** A sample of a task's line, for the legend. */
export const lineSample = (task: number): Markup =>
  markup`<svg class="sample" viewBox="0 0 28 8" aria-hidden="true"><line class="line ${lineStyle(task).colour}" stroke-dasharray="${lineStyle(task).dash}" x1="0" x2="28" y1="4" y2="4"/></svg>`;

/** A sample of the line of validation, for the legend. */
export const validationSample = markup`<svg class="sample" viewBox="0 0 28 8" aria-hidden="true"><line class="validation" stroke-dasharray="${VALIDATION_DASH}" x1="0" x2="28" y1="4" y2="4"/><path class="validation dots" d="M14 4h0"/></svg>`;

/** The accuracy matrix: rows are the task learned last, columns the task tested; the diagonal is outlined. */
export function matrixChart({ rows, tasks }: MatrixSummary, names: readonly string[], title: string): Markup {
  const count = Math.max(1, tasks.length);
  const left = 46;
  const top = 34;
  const cell = (size.width - left - 8) / count;
  const height = Math.min(cell, 44);
  const digits = cell >= 48 ? 1 : 0;
  const label = labelsOf(names, Math.max(2, Math.floor(cell / 6)));
  const at = (j: number) => tasks[j] ?? j;
  const rowLabel = labelsOf(names, 7);
  return markup`<svg class="matrix" viewBox="0 0 ${size.width} ${short(top + rows.length * height + 6)}" role="img" aria-label="${title}">
<text class="axis" x="${short(left + (count * cell) / 2)}" y="11" text-anchor="middle">${t('accuracy on task (%)')}</text>
<text class="axis" x="0" y="${top - 6}">${t('after')}</text>
${Array.from({ length: count }, (_, j) => markup`<text class="tick" x="${short(left + (j + 0.5) * cell)}" y="${top - 6}" text-anchor="middle">${label(at(j))}</text>`)}
${rows.map(
  (row, i) =>
    markup`<text class="tick" x="${left - 6}" y="${short(top + (i + 0.5) * height + 3.5)}" text-anchor="end">${rowLabel(row.learned)}</text>${row.cells.map(
      (value, j) => {
        const box = { x: short(left + j * cell + 1), y: short(top + i * height + 1) };
        const task = at(j);
        const mean = value?.mean ?? NaN;
        const text = Number.isFinite(mean) ? formatPercent(mean, digits).replace(' %', '') : value ? '–' : '';
        return markup`<g><title>${cellTitle(value, names, row.learned, task)}</title><rect class="cell${task === row.learned ? ' diagonal' : ''}" x="${box.x}" y="${box.y}" width="${short(cell - 2)}" height="${short(height - 2)}" rx="2" fill-opacity="${cellOpacity(mean, task > row.learned)}"/><text class="value${mean > 0.85 && task <= row.learned ? ' on' : ''}${task > row.learned ? ' unseen' : ''}" x="${short(left + (j + 0.5) * cell)}" y="${short(top + (i + 0.5) * height + 3.8)}" text-anchor="middle">${text}</text></g>`;
      },
    )}`,
)}
</svg>`;
}

/** Tasks not learned yet stay pale: their accuracy is chance, or what earlier tasks happened to give. */
const cellOpacity = (accuracy: number, unseen: boolean): number =>
  Number.isFinite(accuracy) ? Number(((0.04 + 0.86 * accuracy) * (unseen ? 0.3 : 1)).toFixed(3)) : 0;

function cellTitle(cell: Cell | undefined, names: readonly string[], learned: number, task: number): string {
  const nameOf = (one: number) => names[one] ?? t('task {0}', one + 1);
  const where = t('{0} after learning {1}', nameOf(task), nameOf(learned));
  if (!cell) return t('{0}: not measured', where);
  if (!Number.isFinite(cell.mean)) return t('{0}: not defined', where);
  const [value, min, max] = [formatPercent(cell.mean), formatPercent(cell.min), formatPercent(cell.max)];
  return cell.n > 1
    ? t('{0}: {1} ({2} to {3} over {4} seeds)', where, value, min, max, cell.n)
    : t('{0}: {1}', where, value);
}
