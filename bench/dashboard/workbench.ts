/** What Lethe costs in a real VS Code: the process that runs the extension, and those that draw the window. */
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { Panel } from '../../test/ui/panel';
import { processorTimeOf, zoomAndMove } from '../../test/webview/zooming';
import { framesOf } from './frames';
import { FILE, type GoingOn } from './madeUpRuns';
import { MeasuredWindow } from './measuredWindow';

/** How long one looks (ms): long enough for all that is set going. */
const WINDOW = 6000;
/** The same where changes are told seldom. */
const LONG_WINDOW = 40_000;
const FRAMES = 60;
const ZOOMS = 5;
/** Runs that go on append every so often (ms), an evaluation and a step each. */
const APPENDED = 50;

/** The process of the extensions when all is at rest: seconds of the processor since it began, and bytes of memory. */
const restingHost = async (window: MeasuredWindow) => {
  await window.rests();
  return { cpu: window.sofar.host, memory: window.hostMemory };
};

/** VS Code without Lethe on the same folder. */
export const bare = (folder: string) => MeasuredWindow.with({ folder }, restingHost);

/** Lethe's tree of experiments, until it shows what came out. */
export const tree = (folder: string, cache: string) =>
  MeasuredWindow.with({ folder, cache }, async (window) => {
    const begun = performance.now();
    await window.workbench.activity('Lethe').click();
    await window.workbench.treeRow(/\d %/).waitFor({ timeout: 120_000 });
    const seconds = (performance.now() - begun) / 1000;
    return { seconds, ...(await restingHost(window)) };
  });

/** Opens the dashboard by the line above the file's methods, and waits until it is drawn. */
async function open({ workbench }: MeasuredWindow): Promise<Panel> {
  await workbench.codeLens('Open dashboard').click();
  const panel = new Panel(workbench);
  await panel.drawn();
  return panel;
}

/** The window with the experiment file, at rest. */
const withFile = <T>(folder: string, cache: string, work: (window: MeasuredWindow) => Promise<T>): Promise<T> =>
  MeasuredWindow.with({ folder, cache }, async (window) => {
    await window.workbench.openFile(FILE);
    await window.workbench.codeLens('Open dashboard').waitFor();
    return work(window);
  });

/** Opens the dashboard of finished runs; of an experiment without runs that is what VS Code takes to show any page. */
export const opening = (folder: string, cache: string) =>
  withFile(folder, cache, async (window) => {
    const empty = await heapOf(window.workbench.page);
    const taken = await window.costOf(WINDOW, () => open(window));
    return { taken, heap: (await heapOf(window.workbench.page)) - empty };
  });

/** The charts of finished runs: shown, zoomed and moved, and read as a table. */
export const charts = (folder: string, cache: string) =>
  withFile(folder, cache, async (window) => {
    const { page } = window.workbench;
    const empty = await heapOf(page);
    const panel = await open(window);
    const shown = await window.costOf(WINDOW, () => panel.show('curves'));
    const heap = (await heapOf(page)) - empty;
    const busy = await processorTimeOf(page);
    const card = panel.page.locator('[data-card]').first();
    const beforeZoom = await busy();
    await card.locator('.plot').evaluate(zoomAndMove, FRAMES);
    const frame = ((await busy()) - beforeZoom) / FRAMES;
    await window.rests();
    const beforeTable = await busy();
    await card.evaluate(openTable);
    return { shown, heap, frame, table: (await busy()) - beforeTable };
  });

/**
 * Charts that are thinned: seconds until every point of what one has zoomed into is drawn, and what host and page take for
 * it. Each time another part, which nobody has asked for yet.
 */
export const refining = (folder: string, cache: string) =>
  withFile(folder, cache, async (window) => {
    const panel = await open(window);
    await panel.show('curves');
    await window.rests();
    const chart = panel.page.locator('[data-card] lethe-curves').first();
    const busy = await processorTimeOf(window.workbench.page);
    const zooms: { clock: number; host: number; page: number }[] = [];
    for (let task = 0; task < ZOOMS; task++) {
      const [host, page] = [window.sofar.host, await busy()];
      const clock = await chart.evaluate(secondsToRefined, task);
      zooms.push({ clock, host: window.sofar.host - host, page: (await busy()) - page });
      await window.workbench.page.keyboard.press('0');
      await window.rests();
    }
    return { zooms };
  });

/** Runs that go on: with a dashboard in sight, with one that is hidden behind another tab, and with that one closed. */
export const streaming = (folder: string, cache: string, runs: readonly GoingOn[]) =>
  withFile(folder, cache, async (window) => {
    const { workbench } = window;
    const appending = setInterval(() => runs.forEach((run) => run.append(2)), APPENDED);
    try {
      await delay(WINDOW);
      const panel = await open(window);
      const answer = await followed(window, panel);
      await panel.show('curves');
      const curves = await followed(window, panel);
      // The new tab is in the dashboard's group, and so in front of it.
      await panel.page.locator('h1').click();
      await workbench.explorerRow('behind.txt').dblclick();
      await workbench.tab('behind.txt').waitFor();
      await delay(WINDOW);
      const hidden = await window.during(LONG_WINDOW);
      // The same window, but for the dashboard.
      await workbench.closeTab(path.basename(FILE, '.lethe.json'));
      await delay(WINDOW);
      const closed = await window.during(LONG_WINDOW);
      return { answer, curves, hidden, closed, seconds: LONG_WINDOW / 1000 };
    } finally {
      clearInterval(appending);
    }
  });

/** A dashboard of runs that are in training elsewhere, opened in the middle of them. */
export const following = (folder: string, cache: string) =>
  withFile(folder, cache, async (window) => {
    await delay(WINDOW);
    const begun = performance.now();
    const panel = await open(window);
    const opened = (performance.now() - begun) / 1000;
    const answer = await followed(window, panel, LONG_WINDOW);
    const taken = await window.during(LONG_WINDOW);
    return { opened, ...answer, taken, seconds: LONG_WINDOW / 1000, memory: window.hostMemory };
  });

/** The frames while the page follows, and how often it was told something meanwhile. */
async function followed(window: MeasuredWindow, panel: Panel, milliseconds = WINDOW) {
  await delay(WINDOW);
  const told = async () => Number(await panel.page.locator('body').getAttribute('data-seq'));
  const before = await told();
  const frames = await framesOf(window.workbench.page, () => delay(milliseconds));
  return { frames, told: (await told()) - before };
}

/** Bytes that the scripts of a window hold, garbage aside: workbench and dashboard are in one heap. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

/** Runs in the page: zooms into a task by keys, and waits until every point that is measured there is drawn. */
async function secondsToRefined(element: Element, task: number): Promise<number> {
  const chart = element as HTMLElement & { readonly detail?: unknown };
  const plot = chart.querySelector<HTMLElement>('.plot');
  const before = chart.detail;
  plot?.focus();
  const press = (key: string) => plot?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  press('Home');
  for (let i = 0; i < task; i++) press('PageUp');
  for (let i = 0; i < 5; i++) press('+');
  const begun = performance.now();
  while (chart.detail === before) await new Promise((resolve) => requestAnimationFrame(resolve));
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return (performance.now() - begun) / 1000;
}

/** Runs in the page. */
async function openTable(card: Element): Promise<void> {
  (card.querySelector('.numbers') as HTMLDetailsElement).open = true;
  while (!card.querySelector('tr.point')) await new Promise((resolve) => setTimeout(resolve));
  card.querySelector('table')?.getBoundingClientRect();
}
