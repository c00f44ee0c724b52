import type uPlot from 'uplot';

/** The charts on the page. uPlot itself links their pointers; this links what is set by keys and buttons. */
const charts = new Set<uPlot>();

/** Key under which uPlot links the pointers of charts. */
export const SYNC_KEY = 'lethe';

export const link = (chart: uPlot): void => void charts.add(chart);
export const unlink = (chart: uPlot): void => void charts.delete(chart);

/** Shows the same steps in every chart. */
export function zoomAll(min: number, max: number): void {
  for (const chart of charts) chart.setScale('x', { min, max });
}

/** Puts the cursor of every chart on a step. */
export function pointAll(step: number): void {
  for (const chart of charts) {
    chart.setCursor({ left: chart.valToPos(step, 'x'), top: chart.over.clientHeight / 2 }, true);
  }
}

/** Shows the whole of its own training in every chart. */
export function resetZoom(): void {
  for (const chart of charts) chart.setScale('x', { min: 0, max: wholeOf(chart) });
}

const wholes = new WeakMap<uPlot, number>();
export const setWhole = (chart: uPlot, steps: number): void => void wholes.set(chart, steps);
export const wholeOf = (chart: uPlot): number => wholes.get(chart) ?? 1;
