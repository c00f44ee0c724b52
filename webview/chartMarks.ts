import type uPlot from 'uplot';
import type { Curves } from './curves';
import { afterPause, type Timeline } from './timeline';
import { dashOf, TASK_STYLES, withAlpha, type ChartColors } from './theme';
import { workWords } from './workWords';

/** What a chart draws besides its lines. */
export interface Marked {
  readonly curves: Curves;
  readonly timeline: Timeline;
  readonly colors: ChartColors;
  /** Short names of the drawn lines, for their ends. */
  readonly ends: readonly string[];
}

/** Narrowest shade of a task, in pixels. */
const NARROWEST = 4;
/** Height of a line of text, in pixels. */
const LINE = 12;

/** Draws inside the plot alone. Lengths in it are those of the canvas: `ratio` of them make a pixel of the page. */
export function clipped({ ctx, bbox }: uPlot, draw: () => void): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw();
  ctx.restore();
}

const isSeen = ({ scales }: uPlot, from: number, to: number): boolean => {
  const { min = 0, max = 1 } = scales['x'] ?? {};
  return to >= min && from <= max;
};

/** Every other task on a shaded ground, so that boundaries are seen without more lines; hatched, what is done between steps. */
export function drawGround(plot: uPlot, { curves, timeline, colors }: Marked): void {
  const { ctx, bbox } = plot;
  const spans = curves.stretches
    .map(({ task, from, to }) => ({
      task,
      from: timeline.xOf(task === 0 ? 0 : afterPause(from)),
      to: timeline.xOf(to),
    }))
    .filter(({ from, to }) => isSeen(plot, from, to));
  const pauses = curves.pauses
    .map(({ step }) => ({ from: timeline.xOf(step), to: timeline.xOf(afterPause(step)) }))
    .filter(({ from, to }) => isSeen(plot, from, to));
  // Of hundreds of tasks both would be a grey of its own: they come where one has zoomed in.
  clipped(plot, () => {
    if (plot.width / Math.max(1, spans.length) >= NARROWEST) {
      ctx.fillStyle = colors.shade;
      for (const { task, from, to } of spans) {
        if (task % 2 === 0) continue;
        const left = plot.valToPos(from, 'x', true);
        ctx.fillRect(left, bbox.top, plot.valToPos(to, 'x', true) - left, bbox.height);
      }
    }
    if (plot.width / Math.max(1, pauses.length) < 3 * NARROWEST) return;
    for (const { from, to } of pauses) {
      const left = plot.valToPos(from, 'x', true);
      hatch(plot, left, Math.max(left + 2, plot.valToPos(to, 'x', true)), colors.text);
    }
  });
}

function hatch({ ctx, bbox }: uPlot, left: number, right: number, color: string): void {
  const gap = 5 * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, bbox.top, right - left, bbox.height);
  ctx.clip();
  ctx.strokeStyle = color;
  ctx.globalAlpha = 0.4;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  for (let x = left - bbox.height; x < right; x += gap) {
    ctx.moveTo(x, bbox.top + bbox.height);
    ctx.lineTo(x + bbox.height, bbox.top);
  }
  ctx.stroke();
  ctx.restore();
}

/** What stands over the lines: names of what is done between steps, how far old tasks fell at each switch, and whose line ends where. */
export function drawMarks(plot: uPlot, marked: Marked): void {
  const { ctx } = plot;
  ctx.save();
  ctx.font = `${Math.round(10.5 * devicePixelRatio)}px ${getComputedStyle(document.body).fontFamily}`;
  ctx.textBaseline = 'middle';
  drawNames(plot, marked);
  drawSwitches(plot, marked);
  drawEnds(plot, marked);
  ctx.restore();
}

/** Of pauses where there is room above them, and where a stretch of steps with a name of its own begins. */
function drawNames(plot: uPlot, { curves, timeline, colors }: Marked): void {
  const { ctx, bbox } = plot;
  ctx.fillStyle = colors.text;
  ctx.strokeStyle = colors.text;
  ctx.lineWidth = devicePixelRatio;
  let taken = -Infinity;
  clipped(plot, () => {
    for (const { step, name } of curves.named) {
      const x = timeline.xOf(afterPause(step));
      if (!isSeen(plot, x, x)) continue;
      const left = plot.valToPos(x, 'x', true);
      const text = workWords(name);
      ctx.beginPath();
      ctx.setLineDash([2 * devicePixelRatio, 2 * devicePixelRatio]);
      ctx.moveTo(left, bbox.top);
      ctx.lineTo(left, bbox.top + bbox.height);
      ctx.stroke();
      ctx.setLineDash([]);
      const { width } = ctx.measureText(text);
      if (left < taken || left + width > bbox.left + bbox.width) continue;
      ctx.textAlign = 'left';
      ctx.fillText(text, left + 3 * devicePixelRatio, bbox.top + bbox.height - 8 * devicePixelRatio);
      taken = left + width + 8 * devicePixelRatio;
    }
    for (const { step, names } of curves.pauses) {
      const [from, to] = [timeline.xOf(step), timeline.xOf(afterPause(step))];
      if (!isSeen(plot, from, to)) continue;
      const left = Math.max(bbox.left, plot.valToPos(from, 'x', true));
      const right = Math.min(bbox.left + bbox.width, plot.valToPos(to, 'x', true));
      const text = names.map(workWords).join(' · ');
      if (ctx.measureText(text).width > right - left - 4 * devicePixelRatio) continue;
      ctx.textAlign = 'center';
      ctx.fillText(text, (left + right) / 2, bbox.top + bbox.height - 8 * devicePixelRatio);
    }
  });
}

/** At each switch a bracket from its beginning to where old tasks are back, with the depth of their fall in points. */
function drawSwitches(plot: uPlot, { curves, timeline, colors }: Marked): void {
  const { ctx, bbox } = plot;
  const shown = curves.switches.filter(({ depth }) => depth >= 0.005);
  if (plot.width / Math.max(1, curves.stretches.length) < 3 * NARROWEST) return;
  ctx.fillStyle = colors.text;
  ctx.strokeStyle = colors.text;
  ctx.lineWidth = devicePixelRatio;
  const top = bbox.top - 7 * devicePixelRatio;
  let taken = -Infinity;
  for (const { task, depth, back } of shown) {
    const from = curves.stretches[task]?.from ?? 0;
    const x = timeline.xOf(afterPause(from));
    if (!isSeen(plot, x, x)) continue;
    const left = plot.valToPos(x, 'x', true);
    const text = `▼${(100 * depth).toFixed(0)}`;
    const { width } = ctx.measureText(text);
    if (left < taken || left + width > bbox.left + bbox.width + 20 * devicePixelRatio) continue;
    ctx.textAlign = 'left';
    ctx.fillText(text, left, top);
    taken = left + width + 4 * devicePixelRatio;
    if (back === undefined || back === 0) continue;
    const right = plot.valToPos(timeline.xOf(from + back), 'x', true);
    clipped(plot, () => {
      ctx.beginPath();
      ctx.moveTo(left, bbox.top + 1.5 * devicePixelRatio);
      ctx.lineTo(right, bbox.top + 1.5 * devicePixelRatio);
      ctx.lineTo(right, bbox.top + 5 * devicePixelRatio);
      ctx.stroke();
    });
  }
}

/** More lines than this have no room for names at their ends. */
const MOST_ENDS = 12;

/** Names at the ends of lines, pushed apart where lines end close together. */
function drawEnds(plot: uPlot, { colors, ends }: Marked): void {
  if (ends.length === 0 || ends.length > MOST_ENDS) return;
  const { ctx, bbox } = plot;
  const found = ends.flatMap((text, k) => {
    const value = atEdge(plot, k + 1);
    if (value === undefined) return [];
    const y = plot.valToPos(value, 'y', true);
    return [{ text, k, y, at: y }];
  });
  const line = LINE * devicePixelRatio;
  const [top, bottom] = [bbox.top + line / 2, bbox.top + bbox.height - line / 4];
  if (found.length * line > bbox.height) return;
  found.sort((a, b) => a.y - b.y);
  spread(found, line, top, bottom);
  const x = bbox.left + bbox.width;
  ctx.textAlign = 'left';
  const draw = (from: number, at: number, to: number, end: number) => {
    ctx.beginPath();
    ctx.moveTo(x + from * devicePixelRatio, at);
    ctx.lineTo(x + to * devicePixelRatio, end);
    ctx.stroke();
  };
  for (const { text, k, y, at } of found) {
    // What leads from a line to its name is no part of the line: faint, and dotted.
    ctx.strokeStyle = withAlpha(colors.text, 0.6);
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([devicePixelRatio, 2 * devicePixelRatio]);
    draw(2, y, 9, at);
    ctx.strokeStyle = colors.tasks[k % TASK_STYLES] ?? colors.text;
    ctx.lineWidth = 1.5 * devicePixelRatio;
    ctx.setLineDash(dashOf(k).map((length) => length * 0.6 * devicePixelRatio));
    draw(10, at, 18, at);
    ctx.setLineDash([]);
    ctx.fillStyle = colors.text;
    ctx.fillText(text, x + 21 * devicePixelRatio, at);
  }
}

/** Where a line leaves the plot on the right, or ends before it. */
function atEdge({ data, scales }: uPlot, series: number): number | undefined {
  const edge = scales['x']?.max ?? Infinity;
  const [xs] = data;
  const column = data[series] ?? [];
  let last = column.length - 1;
  while (last >= 0 && (column[last] ?? null) === null) last--;
  let before = last;
  while (before >= 0 && ((xs[before] ?? 0) > edge || (column[before] ?? null) === null)) before--;
  const [end, start] = [column[last], column[before]];
  if (end === null || end === undefined || start === null || start === undefined) return undefined;
  const [x0 = 0, x1 = 0] = [xs[before], xs[last]];
  // At most one point lies beyond the edge.
  return x1 > edge && x1 > x0 ? start + ((end - start) * (edge - x0)) / (x1 - x0) : end;
}

/** Moves labels, sorted by height, so that none lies on another: down first, and up again from the bottom. */
export function spread(labels: { at: number }[], line: number, top: number, bottom: number): void {
  let free = top;
  for (const label of labels) {
    label.at = Math.max(free, label.at);
    free = label.at + line;
  }
  free = bottom;
  for (const label of labels.toReversed()) {
    label.at = Math.min(free, label.at);
    free = label.at - line;
  }
}
