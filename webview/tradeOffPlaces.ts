/** Where the points of a chart of costs stand, and their labels. */

/** Size of a chart and what its axes take of it, in its own units. */
export const SIZE = { width: 270, height: 176, left: 28, right: 10, top: 10, bottom: 30 };
export const PLOT = {
  width: SIZE.width - SIZE.left - SIZE.right,
  height: SIZE.height - SIZE.top - SIZE.bottom,
};

interface Label {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Width of a letter and height of a line, about, in units of the chart. */
const LETTER = 5.6;
const LINE = 10;

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

function boxOf({ x, y, anchor }: Label, text: string): Box {
  const width = LETTER * text.length;
  const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
  return { left, right: left + width, top: y - LINE + 1, bottom: y + 2 };
}

/** Labels beside their points: each at the first of some places where it lies on nothing else. */
export function withLabels<T extends { readonly x: number; readonly y: number }>(
  points: readonly T[],
  textOf: (point: T) => string,
): (T & { label: Label })[] {
  const taken: Box[] = points.map(({ x, y }) => ({ left: x - 4, right: x + 4, top: y - 4, bottom: y + 4 }));
  return points.map((point) => {
    const text = textOf(point);
    const places = placesAround(point);
    const isFree = (label: Label) => {
      const box = boxOf(label, text);
      const isInside = box.left >= SIZE.left && box.right <= SIZE.width && box.bottom <= SIZE.top + PLOT.height + 6;
      return isInside && box.top >= 0 && !taken.some((other) => overlap(box, other));
    };
    const label = places.find(isFree) ?? places[0] ?? { ...point, anchor: 'start' };
    taken.push(boxOf(label, text));
    return { ...point, label };
  });
}

function placesAround({ x, y }: { readonly x: number; readonly y: number }): Label[] {
  return [0, -12, 12, -24, 24, -36, 36].flatMap((shift): Label[] => [
    { x: x + 7, y: y + 3.5 + shift, anchor: 'start' },
    { x: x - 7, y: y + 3.5 + shift, anchor: 'end' },
    ...(shift === 0 ? [] : [{ x, y: y + 3.5 + shift, anchor: 'middle' as const }]),
  ]);
}

/** From this ratio of the largest to the smallest on, costs stand on a logarithmic axis. */
const WIDE = 30;

/** Where a cost stands, from 0 to 1. Costs of nothing have a place of their own on a logarithmic axis. */
export function costScale(costs: readonly number[]): { at: (cost: number) => number; ticks: number[] } {
  const positive = costs.filter((cost) => cost > 0);
  const [low, high] = [Math.min(...positive), Math.max(...positive)];
  const margin = 0.04;
  if (high / low < WIDE) {
    const top = high * 1.05;
    return { at: (cost) => margin + (1 - margin) * (cost / top), ticks: [0, high] };
  }
  const hasNothing = costs.some((cost) => cost === 0);
  const start = hasNothing ? 0.16 : margin;
  const [from, to] = [Math.log10(low), Math.log10(high)];
  const at = (cost: number) =>
    cost <= 0 ? margin : start + (0.97 - start) * ((Math.log10(cost) - from) / (to - from));
  return { at, ticks: [...(hasNothing ? [0] : []), low, high] };
}
