import type uPlot from 'uplot';
import { clipped } from './chartMarks';
import { withAlpha } from './theme';

/** The lowest and the highest seed of a line, at the places of the plot. */
export interface Band {
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  readonly color: string;
}

/** Where values of a plot lie on its canvas. */
export function placesOn({ bbox, scales }: uPlot) {
  const { left, top, width, height } = bbox;
  const { min: minX = 0, max: maxX = 1 } = scales['x'] ?? {};
  const { min: minY = 0, max: maxY = 1 } = scales['y'] ?? {};
  return {
    xOf: (x: number) => left + ((x - minX) / (maxX - minX)) * width,
    yOf: (y: number) => top + ((maxY - y) / (maxY - minY)) * height,
  };
}

/** Fills what lies between the lowest and the highest seed of each line: one shape for each, where uPlot makes three paths. */
export function drawBands(plot: uPlot, bands: readonly Band[]): void {
  clipped(plot, () => fillBands(plot, bands));
}

function fillBands(plot: uPlot, bands: readonly Band[]): void {
  const { ctx, data } = plot;
  const [xs] = data;
  const { xOf, yOf } = placesOn(plot);
  for (const { low, high, color } of bands) {
    ctx.beginPath();
    const follow = (values: Band['low'], i: number) => {
      const value = values[i] ?? null;
      if (value !== null) ctx.lineTo(xOf(xs[i] ?? 0), yOf(value));
    };
    for (let i = 0; i < high.length; i++) follow(high, i);
    for (let i = low.length - 1; i >= 0; i--) follow(low, i);
    ctx.fillStyle = withAlpha(color, 0.2);
    ctx.fill();
  }
}
