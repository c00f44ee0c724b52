import type uPlot from 'uplot';
import { withAlpha } from './theme';

/** The lowest and the highest seed of a line, at the places of the plot. */
export interface Band {
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  readonly color: string;
}

/** Fills what lies between the lowest and the highest seed of each line: one shape for each, where uPlot makes three paths. */
export function drawBands({ ctx, bbox, data: [xs], scales }: uPlot, bands: readonly Band[]): void {
  const { left, top, width, height } = bbox;
  const { min: minX = 0, max: maxX = 1 } = scales['x'] ?? {};
  const { min: minY = 0, max: maxY = 1 } = scales['y'] ?? {};
  const xOf = (x: number) => left + ((x - minX) / (maxX - minX)) * width;
  const yOf = (y: number) => top + ((maxY - y) / (maxY - minY)) * height;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
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
  ctx.restore();
}
