import type uPlot from 'uplot';
import { placesOn } from './bands';
import { clipped } from './chartMarks';
import type { Curves } from './curves';
import { withAlpha, type ChartColors } from './theme';
import { timelineOf, type Timeline } from './timeline';

/** The lines of the variant that the others are compared with, where they lie in the chart of another. */
export interface PinnedLines {
  readonly curves: Curves;
  /** Of its places, on the axis of that chart, rising. */
  readonly xs: Float64Array;
}

/** Dots: no line of a task is dotted so finely. */
export const PINNED_DASH = [1, 3];

/**
 * Places of another variant lie at the same share of the same task, however many steps it has; on an axis of seconds at their
 * own seconds.
 */
export function pinnedOn(curves: Curves, timeline: Timeline): PinnedLines {
  const { places, seconds, stretches, taskCount, pauses } = curves;
  const own = timelineOf({ places, seconds, stretches, taskCount, pauses, unit: timeline.unit });
  const xOf = (place: number) =>
    timeline.unit === 'seconds' ? own.xOf(place) : timeline.xOf(timeline.placeOf(own.positionOf(place)));
  return { curves, xs: places.map(xOf) };
}

/** Under the chart's own lines, in the colours of their tasks. @param tasks those that have a line */
export function drawPinned(
  plot: uPlot,
  { curves, xs }: PinnedLines,
  { tasks, colorOf }: { tasks: Curves['tasks']; colorOf: (k: number) => ChartColors['text'] },
): void {
  const { ctx } = plot;
  const { xOf, yOf } = placesOn(plot);
  clipped(plot, () => {
    ctx.lineWidth = 1.25 * devicePixelRatio;
    ctx.setLineDash(PINNED_DASH.map((length) => length * devicePixelRatio));
    for (const [k, { task }] of tasks.entries()) {
      const values = curves.tasks.find((one) => one.task === task)?.mean;
      if (!values) continue;
      ctx.strokeStyle = withAlpha(colorOf(k), 0.8);
      ctx.beginPath();
      for (let i = 0; i < xs.length; i++) {
        const [x = NaN, value = NaN] = [xs[i], values[i]];
        if (!Number.isNaN(x + value)) ctx.lineTo(xOf(x), yOf(value));
      }
      ctx.stroke();
    }
  });
}
