import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compare, groupRuns } from '../../src/core/comparison';
import { viewOf } from '../../src/dashboard/view';
import { htmlReport } from '../../src/report/index';
import { specHash, specOf } from '../../src/runs/index';
import { accessibilityFindings, seriousFindings } from '../vscode/accessibility';
import { DashboardPage } from './dashboardPage';
import { LONG_TASKS, longExperiment, longHistories, longRuns, longSnapshots } from './longRuns';
import type { ThemeName } from './themes';

const skip = process.env['LETHE_NO_VSCODE_HOST'] !== undefined;
const themes: readonly ThemeName[] = ['light', 'dark', 'high contrast'];
const widths = [590, 1280];

/** A stream of 500 tasks in the dashboard and the report: some of everything is shown, and no more than can be looked at. */
describe.skipIf(skip)('500 tasks', () => {
  const experiment = longExperiment();
  const runs = longRuns(experiment);
  const view = viewOf(experiment, {
    file: 'long.lethe.json',
    uri: 'file:///ws/long.lethe.json',
    trusted: true,
    thumbnails: {},
  });
  let dashboard: DashboardPage;
  beforeAll(async () => void (dashboard = await DashboardPage.open()));
  afterAll(() => dashboard.close());
  const count = (selector: string) => dashboard.page.locator(selector).count();

  it('are drawn by the dashboard with few elements, whatever is opened', async () => {
    await dashboard.snapshot(longSnapshots(runs), {}, view);
    expect(await count('*')).toBeLessThan(1300);
    await dashboard.show('curves');
    expect(await count('.card')).toBe(6);
    expect(await count('.stream li')).toBe(20);
    expect(await count('.legend li')).toBe(8 + 3);
    // Cells of six matrices, each a group with a rectangle and a text, are most of them.
    expect(await count('*')).toBeLessThan(12_000);
    await dashboard.page.locator('[data-card=ewc] .numbers summary').click();
    const table = dashboard.page.locator('[data-card=ewc] lethe-points table');
    await expect.poll(async () => Number(await table.getAttribute('aria-rowcount'))).toBeGreaterThan(100);
    expect(await count('[data-card=ewc] lethe-points tr')).toBeLessThan(100);
    await dashboard.page.locator('[data-card=ewc] .numbers summary').click();
    expect(seriousFindings(await accessibilityFindings(dashboard.page.mainFrame()))).toEqual([]);
  });

  it.each(widths)('fit %i pixels, in each theme', async (width) => {
    await dashboard.page.setViewportSize({ width, height: 900 });
    await dashboard.snapshot(longSnapshots(runs), {}, view);
    for (const theme of themes) {
      await dashboard.setTheme(theme);
      for (const section of ['answer', 'curves'] as const) {
        await dashboard.show(section);
        const scroll = await dashboard.page.evaluate(() => document.documentElement.scrollWidth);
        expect(scroll, theme).toBeLessThanOrEqual(width);
        await dashboard.screenshot(`long-${section}-${width}-${theme.replaceAll(' ', '-')}`);
      }
    }
  });

  it('are drawn as well where every row has all of them', async () => {
    const whole = longExperiment('all');
    const all = longRuns(whole).filter(({ manifest }) => ['none', 'ewc'].includes(manifest.variant.key));
    const wholeView = viewOf(whole, {
      file: 'long.lethe.json',
      uri: 'file:///ws/long.lethe.json',
      trusted: true,
      thumbnails: {},
    });
    await dashboard.snapshot(longSnapshots(all), {}, wholeView);
    expect(await count('[data-card=ewc] [role=gridcell]')).toBeLessThanOrEqual(21 * 20);
  });

  it('make a report that a browser shows at once', async () => {
    const hashes = new Map(experiment.variants.map((variant) => [variant.key, specHash(specOf(experiment, variant))]));
    const groups = groupRuns(experiment, longHistories(runs), (key) => hashes.get(key) ?? '');
    const all = groups.flatMap((group) => group.runs);
    const html = htmlReport({ experiment, runs: all, groups, comparison: compare(groups), created: new Date(0) });
    const { page } = dashboard;
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.goto('about:blank');
        await page.setContent(html);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
        await dashboard.screenshot(`long-report-${width}-${colorScheme}`);
      }
    }
    expect(await count('*')).toBeLessThan(40_000);
    expect(await page.locator('.chart').count()).toBe(6);
    expect(html.length).toBeLessThan(3_000_000);
    expect(LONG_TASKS).toBe(experiment.stream.kind === 'permuted' ? experiment.stream.tasks : 0);
  });
});
