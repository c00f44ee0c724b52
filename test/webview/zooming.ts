import type { Page } from 'playwright-core';

/** Seconds of processor time that the page takes, whatever else the machine does. */
export async function processorTimeOf(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN;
  };
}

/** Runs in the page: in each frame, one zooms or moves. */
export async function zoomAndMove(plot: Element, frames: number): Promise<void> {
  const box = plot.getBoundingClientRect();
  for (let i = 0; i < frames; i++) {
    const isZoom = i % 3 !== 2;
    const deltaY = isZoom ? (i < frames / 2 ? -60 : 60) : 40;
    const place = { clientX: box.left + box.width / 2, clientY: box.top + 50, bubbles: true, cancelable: true };
    plot.dispatchEvent(new WheelEvent('wheel', { ...place, deltaY, ctrlKey: isZoom, shiftKey: !isZoom }));
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  }
}
