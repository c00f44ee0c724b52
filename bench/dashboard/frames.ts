import type { CDPSession, Page } from 'playwright-core';

/** What the window's thread does for one frame, from scripts to painting: Chromium's own name for it, of the category `cc`. */
const FRAME = 'ProxyMain::BeginMainFrame';

interface TraceEvent {
  readonly name: string;
  /** Time on the clock and of the processor, both in microseconds. */
  readonly dur?: number;
  readonly tdur?: number;
}

/** Seconds of the processor that each frame takes which is drawn while something happens, the shortest first. */
export async function framesOf(page: Page, work: () => Promise<unknown>): Promise<number[]> {
  const session = await page.context().browser()?.newBrowserCDPSession();
  if (!session) throw new Error('the page belongs to no browser that can be traced');
  const events = await tracing(session, work);
  await session.detach();
  return events
    .filter(({ name, tdur }) => name === FRAME && tdur !== undefined)
    .map(({ tdur = 0 }) => tdur / 1e6)
    .sort((a, b) => a - b);
}

async function tracing(session: CDPSession, work: () => Promise<unknown>): Promise<TraceEvent[]> {
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['cc'] } });
  await work();
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await complete;
  return events;
}
