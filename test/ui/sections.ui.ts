// Recorded runs of full size in a real VS Code: every section says what follows from their logs, by the keyboard alone.
import type { Locator } from 'playwright-core';
import { expect } from 'vitest';
import type { ComparisonRow, VariantRuns } from '../../src/core/comparison';
import { findingsOf } from '../../src/core/findings';
import { formatPercent, formatSummary } from '../../src/core/format';
import { valueOn } from '../../src/core/measured';
import { takenForTasks } from '../../src/core/measures/ofAnswers';
import { pairedDifference } from '../../src/core/pairedDifference';
import type { Run, RunWithHistory } from '../../src/core/run';
import { mean } from '../../src/core/mean';
import { taskLosses } from '../../src/core/taskLosses';
import { explained } from '../../src/core/why/explained';
import { sections } from '../../src/core/dashboardPlace';
import { uiTest, withHost, type Workbench } from '../vscode/harness';
import { kinds, seeTable } from './insideTables';
import { Keys } from './keys';
import { lookAround, type Look } from './looks';
import { expectedMeasures, Panel } from './panel';
import { FILE, otherRuns, OTHERS, recordedFolder, RUNS } from './recordedFolder';
import { resultsOf, withHistoryOf } from './runsOnDisk';
import { openBeside } from './twoPanels';

/** Beside the editor the dashboard is about 590 pixels wide. */
const VIEWPORT = { width: 1240, height: 1000 };

/** On a busy machine: 48 looks take their time. */
const LONGEST_MS = 600_000;

/** Every section of full-size runs, and every kind of view. */
const LOOKS: readonly Look[] = [
  { nth: 0, sections },
  { nth: 1, sections: ['inside'] },
];
/** Of the tab of a run's settings. */
const SETTINGS = 'EWC, seed 1.json';

type Results = Awaited<ReturnType<typeof resultsOf>>;

/** What the steps of the test have in common. */
interface Seen {
  readonly workspace: string;
  readonly workbench: Workbench;
  readonly panel: Panel;
  readonly keys: Keys;
  readonly results: Results;
}

uiTest(
  'every section says of recorded runs what follows from their logs, and is gone through by keyboard',
  async () => {
    const options = { workspace: recordedFolder(), trusted: true, viewport: VIEWPORT };
    await withHost('sections', options, async (host) => {
      const workbench = await host.openWindow();
      await workbench.openFile(FILE);
      // The first lens waits for the extension, which a busy machine takes its time to load.
      await workbench.codeLens('Open dashboard').click({ timeout: LONGEST_MS / 5 });
      await workbench.command('View: Toggle Primary Side Bar Visibility');
      const panel = new Panel(workbench);
      await panel.allDone(RUNS);
      // Their logs tell of no steps: what was measured at its end is learned all the same.
      expect(await panel.page.locator('.stream li.later').count()).toBe(0);
      const keys = await Keys.into(workbench, 2);
      const results = await resultsOf(host.workspace, FILE);
      const seen = { workspace: host.workspace, workbench, panel, keys, results };
      await goThroughTabs(seen);
      await seeAnswer(seen);
      await seeCurves(seen);
      await seeWhy(seen);
      await seeDetails(seen);
      await seeInside(workbench);
      await lookAround(workbench, LOOKS, [590, 300]);
      expect(host.browser.cspViolations).toEqual([]);
      expect(host.browser.externalRequests).toEqual([]);
    });
  },
  LONGEST_MS,
);

async function goThroughTabs({ panel, keys }: Seen): Promise<void> {
  for (const section of [...sections.slice(1), sections[0]]) {
    await keys.press('ArrowRight');
    await panel.page.locator(`[data-section=${section}]`).waitFor();
    expect(await keys.isOn(`[data-tab=${section}]`), section).toBe(true);
  }
  await keys.press('End');
  await panel.page.locator('[data-section=details]').waitFor();
  await keys.press('Home');
  await panel.page.locator('[data-section=answer]').waitFor();
}

async function seeAnswer(seen: Seen): Promise<void> {
  const { panel, results } = seen;
  const { rows, groups } = results;
  const best = findingsOf(rows).best?.row;
  if (!best) throw new Error('nothing is best');
  const said = await textOf(panel.page.locator('.said li').first());
  expect(said).toContain(best.label);
  expect(said).toContain(`${formatSummary({ ...best.measures.accuracy, ci95: NaN })} %`);
  await panel.row(best.key).locator('.chip.good').waitFor();
  expect(await panel.page.locator('.chip.good').count()).toBe(1);
  for (const row of rows) {
    expect(await panel.measures(row.key), row.key).toEqual(expectedMeasures(row));
    const bars = panel.row(row.key).locator('.task-bars rect.now');
    const losses = taskLosses(runsOf(groups, row.key), kindOf(row), row.key === 'joint');
    expect(await attributes(bars, 'height'), row.key).toEqual(losses.map(({ now }) => `${(100 * now).toFixed(1)}%`));
    const name = row.taskAwareOnly === undefined ? 'accuracy' : 'taskAwareAccuracy';
    const dots = panel.row(row.key).locator('.dot-plot circle.seed');
    expect(await attributes(dots, 'cx')).toEqual(row.perSeed.map((seed) => `${(100 * seed[name]).toFixed(2)}%`));
  }
  await sortByKeys(seen);
  await pinByKeys(seen);
}

async function sortByKeys({ panel, keys, results: { rows } }: Seen): Promise<void> {
  const order = (sign: 1 | -1) =>
    rows
      .filter(({ measures }) => Number.isFinite(measures.accuracy.mean))
      .sort((a, b) => sign * (a.measures.accuracy.mean - b.measures.accuracy.mean))
      .map(({ key }) => key);
  const shown = async () => (await attributes(panel.page.locator('tr[data-variant]'), 'data-variant')).slice(0, -1);
  await keys.to('[data-column=accuracy]');
  await keys.press('Enter');
  await panel.page.locator('th[aria-sort=descending] [data-column=accuracy]').waitFor();
  // PackNet has no such accuracy, and stands last either way.
  expect(await shown()).toEqual(order(-1));
  await keys.press('Enter');
  await panel.page.locator('th[aria-sort=ascending] [data-column=accuracy]').waitFor();
  expect(await shown()).toEqual(order(1));
  await keys.press('Enter');
  await expect.poll(() => panel.page.locator('th[aria-sort=none] [data-column=accuracy]').count()).toBe(1);
}

/** A menu opens, is left by Escape with the focus where it was, and pins a baseline. */
async function pinByKeys({ panel, keys, results: { rows } }: Seen): Promise<void> {
  const summary = '[data-menu="row-replay"] > summary';
  const isOpen = () => panel.page.locator('[data-menu="row-replay"][open]').count();
  await keys.to(summary);
  await keys.press('Enter');
  await expect.poll(isOpen).toBe(1);
  await keys.press('Tab', 'Escape');
  await expect.poll(isOpen).toBe(0);
  expect(await keys.isOn(summary)).toBe(true);
  await keys.press('Enter', 'Tab', 'Enter');
  const pinned = rowOf(rows, 'replay');
  for (const row of rows.filter(({ key, taskAwareOnly }) => key !== 'replay' && taskAwareOnly === undefined)) {
    const difference = pairedDifference(row, pinned, 'accuracy');
    if (!difference) throw new Error(`${row.key} shares no seed`);
    const points = `${difference.mean > 0 ? '+' : ''}${formatPercent(difference.mean).replace(/ %$/, '')}`;
    const said = `${points}p = ${Number(difference.p.toPrecision(2))}`;
    await expect.poll(() => textOf(panel.page.locator(`[data-difference="${row.key}"]`))).toBe(said);
  }
  expect(await keys.isOn(summary)).toBe(true);
  await keys.press('Enter', 'Tab', 'Enter');
  await expect.poll(() => panel.page.locator('[data-difference]').count()).toBe(0);
}

async function seeCurves({ workspace, panel, keys, results: { rows, groups } }: Seen): Promise<void> {
  await keys.toTabs();
  await keys.press('ArrowRight');
  for (const row of rows) {
    const runs = runsOf(groups, row.key);
    const cells = panel.card(row.key).locator('lethe-matrix [role=gridcell]');
    await expect.poll(() => cells.count(), { message: row.key }).toBe(25);
    expect(await cells.locator('text').allTextContents(), row.key).toEqual(
      [0, 1, 2, 3, 4].flatMap((learned) => [0, 1, 2, 3, 4].map((task) => cellText(runs, kindOf(row), learned, task))),
    );
    const gap = row.measures.stabilityGap.mean;
    if (row.key !== 'joint' && Number.isFinite(gap))
      expect(await textOf(panel.card(row.key).locator('h3'))).toContain((100 * gap).toFixed(1));
  }
  await walkChart(panel, keys, await Promise.all(runsOf(groups, 'none').map((run) => withHistoryOf(workspace, run))));
  await enlargeByKeys(panel, keys);
  // From a cell of the matrix to why.
  await keys.to('[data-card=replay] [role=gridcell][tabindex="0"]');
  await keys.press('End', 'ArrowDown', 'ArrowDown', 'ArrowDown');
  expect(await keys.said()).toContain(`: ${cellText(runsOf(groups, 'replay'), 'accuracy', 3, 4)} % (`);
  await keys.press('Enter');
  await panel.page.locator('[data-section=why] [data-why-detail=replay]').waitFor();
  expect(await panel.page.locator('.by-task .why-bar').count(), 'after task 4').toBe(4);
}

/** At its end the chart says what was measured last. */
async function walkChart(panel: Panel, keys: Keys, runs: readonly RunWithHistory[]): Promise<void> {
  const chart = panel.card('none').locator('lethe-curves');
  const range = async () => [await chart.getAttribute('data-from'), await chart.getAttribute('data-to')];
  await expect.poll(() => chart.getAttribute('data-points').then(Number)).toBeGreaterThan(90);
  await keys.to('[data-card=none] [role=slider]');
  await keys.press('Home');
  const first = await keys.said();
  await keys.press('ArrowRight');
  await expect.poll(() => keys.said()).not.toBe(first);
  await keys.press('End');
  const last = [0, 1, 2, 3, 4].map((task) => {
    const value = mean(runs.map(({ state }) => state.curve.at(-1)?.accuracy[task] ?? NaN));
    return `task ${task + 1} ${formatPercent(value)}`;
  });
  await expect.poll(() => keys.said()).toContain(last.join(', '));
  const whole = await range();
  await keys.press('+');
  await expect.poll(range).not.toEqual(whole);
  await keys.press('0');
  await expect.poll(range).toEqual(whole);
}

async function enlargeByKeys(panel: Panel, keys: Keys): Promise<void> {
  const cards = () => panel.page.locator('.card').count();
  const summary = '[data-card=joint] .panel-menu > summary';
  await keys.to(summary);
  await keys.press('Enter', 'Tab', 'Enter');
  await expect.poll(cards).toBe(1);
  await keys.press('Escape');
  await expect.poll(cards).toBe(6);
  await expect.poll(() => keys.isOn(summary)).toBe(true);
}

async function seeWhy({ panel, keys, workspace, results }: Seen): Promise<void> {
  const { experiment, groups, rows } = results;
  for (const { key, text } of explained(experiment, { rows }, groups))
    expect(await textOf(panel.page.locator(`[data-why="${key}"] > p`)), key).toBe(text);
  const runs = await Promise.all(runsOf(groups, 'replay').map((run) => withHistoryOf(workspace, run)));
  // The scrubber stands after task 4, where the cell of the matrix led to.
  await keys.to('.scrubber input');
  await keys.press('ArrowRight');
  await expect.poll(() => panel.page.locator('.by-task .why-bar').count()).toBe(5);
  const cells = panel.page.locator('lethe-taken[data-by=task] [role=gridcell] text');
  const expected = takenOf(runs).flatMap((row) => row.map((share) => (100 * share).toFixed(0)));
  await expect.poll(() => cells.allTextContents()).toEqual(expected);
  await seeForgotten(panel, keys, runs);
}

/** By Enter on a cell to the images that were forgotten, drawn as digits. */
async function seeForgotten(panel: Panel, keys: Keys, runs: readonly RunWithHistory[]): Promise<void> {
  await keys.to('lethe-taken[data-by=task] [role=gridcell][tabindex="0"]');
  await keys.press('ArrowRight', 'ArrowRight', 'Enter');
  const listed = new Set(
    (runs[0]?.state.forgotten ?? []).flatMap(({ list }) => (list?.index ?? []).filter((_, i) => list?.task[i] === 0)),
  );
  await expect
    .poll(() => textOf(panel.page.locator('.why-samples .note').first()))
    .toMatch(new RegExp(`^Of task 1: ${listed.size} that the log lists`));
  const images = panel.page.locator('.forgotten-image canvas');
  await expect.poll(() => images.count()).toBe(Math.min(24, listed.size));
  const ink = await images.first().evaluate((canvas: HTMLCanvasElement) => {
    const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    return [...data].filter((value, i) => i % 4 === 0 && value > 100).length;
  });
  // A digit of 28 × 28 points: neither nothing nor all of it.
  expect(ink).toBeGreaterThan(20);
  expect(ink).toBeLessThan(400);
}

async function seeDetails({ panel, keys, workbench, results: { groups } }: Seen): Promise<void> {
  await keys.toTabs();
  await keys.press('End');
  const rows = panel.page.locator('[data-run-row]');
  await expect.poll(() => rows.count()).toBe(RUNS);
  for (const run of groups.flatMap(({ runs }) => runs)) {
    const text = await textOf(panel.page.locator(`[data-run-row="${run.manifest.id}"]`));
    const { spent } = run.state;
    const whole = Object.values(spent).reduce((sum, seconds) => sum + seconds, 0);
    expect(text).toContain(`training ${formatPercent((spent['train'] ?? 0) / whole, 0)}`);
    expect(text).toContain(run.state.backend);
  }
  const { versions = {} } = groups[0]?.runs[0]?.state.started ?? {};
  expect(await textOf(panel.page.locator('[data-environment]').first())).toContain(`node ${versions['node']}`);
  const [run] = runsOf(groups, 'ewc');
  const menu = `[data-menu="run-${run?.manifest.id ?? ''}"] > summary`;
  await keys.to(menu);
  await keys.press('Enter');
  await keys.to('[data-action=showSettings]');
  await keys.press('Enter');
  await workbench.tab(SETTINGS).waitFor();
  await workbench.page.locator('.view-line', { hasText: '100000' }).first().waitFor();
}

/**
 * Runs without an experiment file, in a dashboard of their own beside the other one: the tables of every kind of view have
 * what the logs have.
 */
async function seeInside(workbench: Workbench): Promise<void> {
  await workbench.closeTab(SETTINGS);
  await openBeside(workbench, OTHERS);
  await workbench.command('View: Toggle Primary Side Bar Visibility');
  const panel = new Panel(workbench, 1);
  await panel.show('inside');
  await panel.page.locator('[data-choice=insideSeed]').selectOption('1');
  // Logs are read one after the other, and each may change which panel of a kind is the first.
  for (const label of labelsWithViews())
    await panel.page.locator('[data-kind] h4', { hasText: label }).first().waitFor();
  for (const kind of kinds) await seeTable(panel, kind, otherRuns());
  await expect.poll(() => panel.page.locator('[data-kind=memory] .kept canvas').count()).toBeGreaterThan(20);
  // Of another program, whose data nobody here has: its request is refused.
  await panel.page.locator('[data-kind=memory]', { hasText: 'cannot be shown here' }).waitFor();
}

/** Of the methods whose runs of the first seed show something of their inside. */
const labelsWithViews = (): Set<string> =>
  new Set(
    otherRuns().flatMap(({ manifest: { seed, variant }, events }) =>
      seed === 1 && events.some(({ type }) => type === 'mechanism') ? [variant.label] : [],
    ),
  );

const kindOf = ({ taskAwareOnly }: ComparisonRow) => (taskAwareOnly === undefined ? 'accuracy' : 'taskAware');

const rowOf = (rows: readonly ComparisonRow[], key: string): ComparisonRow => {
  const row = rows.find((one) => one.key === key);
  if (!row) throw new Error(`no row ${key}`);
  return row;
};

const runsOf = (groups: readonly VariantRuns[], key: string): readonly Run[] =>
  groups.find((group) => group.key === key)?.runs ?? [];

function cellText(runs: readonly Run[], kind: 'accuracy' | 'taskAware', learned: number, task: number): string {
  const values = runs.flatMap(({ state }) => {
    const row = state.rows.find((one) => one.task === learned);
    return (row && valueOn(row, kind, task)) ?? [];
  });
  return values.length > 0 ? (100 * mean(values)).toFixed(0) : '';
}

function takenOf(runs: readonly RunWithHistory[]): number[][] {
  const all = runs.flatMap(({ state }) => {
    const event = state.confusions.find(({ task }) => task === 4);
    return (event && [takenForTasks(event, 5) ?? []]) ?? [];
  });
  return [0, 1, 2, 3, 4].map((task) =>
    [0, 1, 2, 3, 4].map((taken) => mean(all.map((one) => one[task]?.[taken] ?? NaN))),
  );
}

const attributes = (locator: Locator, name: string): Promise<string[]> =>
  locator.evaluateAll((elements, attribute) => elements.map((one) => one.getAttribute(attribute) ?? ''), name);

const textOf = async (locator: Locator): Promise<string> =>
  ((await locator.textContent()) ?? '').replace(/\s+/g, ' ').trim();
