/**
 * The charts of the page show the same part of the stream and have their cursors at the same place of it: in the same task,
 * at the same share of its steps. They need not have as many steps a task.
 */
export interface LinkedChart {
  /** Draws what is shown now. */
  show(): void;
  /** Asks for what is shown in detail, where that is not there yet. */
  refine(): void;
  /** Puts the cursor on a position; nowhere without one. */
  point(position: number | undefined): void;
}

/** A part of the stream, in tasks from its beginning. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

const charts = new Set<LinkedChart>();
let range: Range | undefined;
let frame = 0;
let rest: ReturnType<typeof setTimeout> | undefined;

/** After so long without a change of what is shown, it is asked for in detail (ms). */
const REST = 30;

/** What all charts show; undefined: everything. */
export const shownRange = (): Range | undefined => range;

export function link(chart: LinkedChart): () => void {
  charts.add(chart);
  return () => void charts.delete(chart);
}

/** Shows a part of the stream in every chart. Drawn once a frame, however often one asks. */
export function zoomAll(next: Range | undefined): void {
  range = next;
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(() => {
    for (const chart of charts) chart.show();
  });
  restAll();
}

/** What is shown has changed: when it has stood still for a while, all charts ask for it in detail, together. */
export function restAll(): void {
  clearTimeout(rest);
  if (!range) return;
  rest = setTimeout(() => {
    for (const chart of charts) chart.refine();
  }, REST);
}

/** Shows the whole stream in every chart. */
export const resetZoom = (): void => zoomAll(undefined);

/** Puts the cursors of all charts but one on a position. */
export function pointAll(position: number | undefined, but?: LinkedChart): void {
  for (const chart of charts) if (chart !== but) chart.point(position);
}

/** The narrowest part, in tasks: with it a step of a task of a thousand has ten pixels. */
const NARROWEST = 0.02;

/** A part that is `factor` times as wide about a position, within the stream. */
export function scaled({ from, to }: Range, about: number, factor: number, tasks: number): Range | undefined {
  const width = Math.max(NARROWEST, (to - from) * factor);
  if (width >= tasks) return undefined;
  const share = to > from ? Math.min(1, Math.max(0, (about - from) / (to - from))) : 0.5;
  return moved({ from: about - share * width, to: about + (1 - share) * width }, 0, tasks);
}

/** The part, moved by so many of its widths, within the stream. */
export function moved({ from, to }: Range, widths: number, tasks: number): Range {
  const width = to - from;
  const start = Math.min(Math.max(0, from + widths * width), tasks - width);
  return { from: start, to: start + width };
}
