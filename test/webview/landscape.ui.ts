import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nothingMeasured } from '../../src/core/analyses/courses';
import { accessibilityFindings } from '../vscode/accessibility';
import { DashboardPage } from './dashboardPage';
import { insideRuns, viewOfRuns } from './insideRuns';
import { known, plausibleAround, plausibleLandscape, plausiblePath } from './plausibleLandscape';
import { themeNames } from './themes';

const skip = process.env['LETHE_NO_VSCODE_HOST'] !== undefined;
const LANDSCAPE = 'landscape-0123456789ab';
const PATH = 'path-0123456789ab';

/** The section in a plain browser, of made-up results beside recorded runs. */
describe.skipIf(skip)('landscapes and paths', () => {
  let dashboard: DashboardPage;
  const runs = insideRuns();
  const ids = [...new Map(runs.map(({ manifest }) => [manifest.variant.key, manifest.id])).values()].slice(0, 3);
  const [first = '', second = ''] = ids;
  const landscape = plausibleLandscape(ids);
  const path = plausiblePath([first, second]);
  const measured = { ...nothingMeasured, kept: 5, several: [known(LANDSCAPE, landscape), known(PATH, path)] };
  const map = () => dashboard.page.locator('.landscape-map');
  const said = () => map().getAttribute('aria-label');

  beforeAll(async () => {
    dashboard = await DashboardPage.open({ size: { width: 900, height: 1100 } });
    dashboard.results.set(LANDSCAPE, landscape);
    dashboard.results.set(PATH, path);
    await dashboard.snapshot(runs, {}, viewOfRuns(runs));
    await dashboard.show('landscape');
  });
  afterAll(() => dashboard.close());
  afterEach(async () => {
    expect(await dashboard.page.evaluate(() => document.body.dataset['violations'])).toBe('0');
    expect((await dashboard.sent()).filter(({ type }) => type === 'error' || type === 'cspViolation')).toEqual([]);
  });

  it('say how they are measured where there are none, and come as soon as there is one', async () => {
    await expect.poll(() => dashboard.page.locator('.landscape').innerText()).toContain('lethe landscape');
    dashboard.analyses.set(first, measured);
    await dashboard.analysed(first);
    await map().waitFor();
    await expect.poll(() => dashboard.page.locator('lethe-path-chart svg').count()).toBe(1);
  });

  it('draw contours of both tasks with their levels, a mark for each checkpoint, and both gradients of each run', async () => {
    expect(await map().locator('.region').count()).toBeGreaterThan(6);
    expect(await map().locator('.level').count()).toBeGreaterThan(4);
    expect(await map().locator('.mark').count()).toBe(9);
    expect(await map().locator('.arrow').count()).toBe(6);
    expect(await map().locator('.arrow title').first().textContent()).toBe(
      'Way down of task 1: 30 % of the gradient lies in the plane',
    );
    expect(await map().locator('.name', { hasText: '⊥' }).count()).toBeGreaterThan(0);
    // What was kept within a task, too: it lies off the plane, the furthest by so much.
    expect(await map().locator('.kept.off').count()).toBe(3);
    expect(await map().locator('.kept title').nth(1).textContent()).toContain(
      'within task 2, step 20: 0.225 off the plane',
    );
    expect(
      await map()
        .locator('.name', { hasText: /^⊥0\.23$/ })
        .count(),
    ).toBe(1);
    expect(await said()).toContain('after task 3');
    const angles = await dashboard.page.locator('.landscape-angles li').allInnerTexts();
    expect(angles).toHaveLength(3);
    for (const text of angles) expect(text).toContain('after task 3: both ways down are 101.5° apart');
  });

  it('show one task alone, and its accuracy', async () => {
    const { page } = dashboard;
    const levels = () => map().locator('.level').allTextContents();
    await page.locator('[data-choice=landscapeTasks]').selectOption({ label: 'the old task' });
    await expect.poll(() => map().locator('.arrow').count()).toBe(3);
    await page.locator('[data-choice=landscapeMeasure]').selectOption({ label: 'accuracy' });
    await expect.poll(async () => (await levels()).every((text) => text.endsWith(' %'))).toBe(true);
    await page.locator('[data-choice=landscapeMeasure]').selectOption({ label: 'loss' });
    await page.locator('[data-choice=landscapeTasks]').selectOption({ label: 'both tasks' });
  });

  it('go through the tasks by the keyboard, and by themselves', async () => {
    const { page } = dashboard;
    await page.locator('.landscape .scrubber input').focus();
    await page.keyboard.press('Home');
    await expect.poll(said).not.toContain('after task 2');
    // From there the next task is known, and so is the step that was taken.
    expect(await map().locator('.arrow.next').count()).toBe(3);
    expect(await map().locator('.arrow.next title').first().textContent()).toBe(
      'Way of the first step of task 2: 60 % of it lies in the plane',
    );
    const angles = await page.locator('.landscape-angles li').allInnerTexts();
    expect(angles[0]).toContain(
      'the first step of task 2 went 90° from the way down of the old task and 69.5° from that of the new one',
    );
    await dashboard.screenshot('landscape-next');
    await page.locator('[data-action=landscapePlay]').focus();
    await page.keyboard.press('Enter');
    await expect.poll(said, { timeout: 10_000 }).toContain('after task 3');
    await expect.poll(() => page.locator('[data-action=landscapePlay]').innerText()).toBe('Play');
  });

  it('do not move by themselves where less motion is asked for', async () => {
    const { page } = dashboard;
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await dashboard.show('details');
    await dashboard.show('landscape');
    await map().waitFor();
    expect(await page.locator('[data-action=landscapePlay]').count()).toBe(0);
    await page.emulateMedia({ reducedMotion: null });
    await dashboard.show('details');
    await dashboard.show('landscape');
    await map().waitFor();
  });

  it('have their numbers as a table, and as CSV with every point of the plane', async () => {
    const { page } = dashboard;
    const panel = page.locator('[data-panel-root=landscape]');
    await panel.locator('details:not(.menu) > summary').click();
    await expect.poll(() => panel.locator('.twin tbody tr').count()).toBe(9 + 1);
    expect(await panel.locator('.twin').nth(1).locator('tbody td').allTextContents()).toEqual([
      ...['2', '3', '0.144', '0.225'],
    ]);
    await panel.locator('details:not(.menu) > summary').click();
    await panel.locator('.panel-menu > summary').click();
    await panel.locator('[data-action=copyData]').click();
    const copied = (await dashboard.sent()).at(-1);
    const lines = copied?.type === 'action' ? copied.text?.trimEnd().split('\n') : [];
    expect(lines?.[0]).toMatch(/^what,run,after_task,step,x,y,off_plane,loss_1,/);
    expect(lines).toHaveLength(1 + 9 + 3 + 25 * 25);
    // After task 1, within the next one.
    expect(lines?.find((line) => line.startsWith('way,'))).toMatch(
      /^way,("[^"]+"|[^,]+),1,10,-0\.6,0\.372,0\.144\d*,,/,
    );
    const widths = new Set(lines?.map((line) => line.replace(/"[^"]*"/g, '').split(',').length));
    expect(widths.size).toBe(1);
  });

  it('show the barrier on the line and on the curve', async () => {
    const { page } = dashboard;
    expect(await page.locator('.profile .barrier').count()).toBe(3);
    expect(await page.locator('lethe-path-chart svg').getAttribute('aria-label')).toContain(
      'Task 1, line: barrier 0.9',
    );
  });

  it('are shown in three dimensions when somebody wants it, and turned by the keyboard and by the mouse', async () => {
    const { page } = dashboard;
    const canvas = page.locator('canvas.landscape-space');
    const picture = () => canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL());
    expect(await canvas.count()).toBe(0);
    await page.locator('[data-action=landscapeSpace]').click();
    await expect.poll(async () => (await picture()).length, { timeout: 5000 }).toBeGreaterThan(10_000);
    const before = await picture();
    // Beside what lies off the plane stands by how much.
    await canvas.evaluate((element) => {
      const paint = (element as HTMLCanvasElement).getContext('2d') as CanvasRenderingContext2D;
      const write = paint.fillText.bind(paint);
      paint.fillText = (text, x, y) => {
        document.body.dataset['written'] = `${document.body.dataset['written'] ?? ''} ${text}`;
        write(text, x, y);
      };
    });
    await canvas.scrollIntoViewIfNeeded();
    await dashboard.screenshot('landscape-space');
    await canvas.focus();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(picture).not.toBe(before);
    await page.keyboard.press('Home');
    await expect.poll(picture).toBe(before);
    await canvas.hover();
    await page.mouse.down();
    await page.mouse.move(200, 300);
    await page.mouse.up();
    await expect.poll(picture).not.toBe(before);
    await canvas.focus();
    await page.keyboard.press('Home');
    expect(await canvas.getAttribute('aria-label')).toContain('Arrow keys turn it');
    const written = await page.evaluate(() => document.body.dataset['written']?.split(' ') ?? []);
    expect(written).toEqual(expect.arrayContaining(['⊥0.61', '⊥1.2']));
    expect(written).not.toContain('⊥0.01');
  });

  it('show the newest, whichever run it lies beside, until another is chosen, and play no other than was begun', async () => {
    const { page } = dashboard;
    const { points } = landscape;
    const newer = 'landscape-ba9876543210';
    dashboard.results.set(newer, { ...landscape, points: points.filter(({ run }) => run === second) });
    const of = (at: number) => ({ ...nothingMeasured, kept: 5, several: [known(newer, landscape, at)] });
    const arrives = async (at: number) => {
      dashboard.analyses.set(second, of(at));
      await dashboard.analysed(second);
      await dashboard.answered();
    };
    const marks = () => map().locator('.mark').count();
    await arrives(-1);
    expect(await marks()).toBe(9);
    await page.locator('.landscape .scrubber input').focus();
    await page.keyboard.press('Home');
    await page.locator('[data-action=landscapePlay]').click();
    await arrives(1);
    await expect.poll(marks).toBe(3);
    expect(await page.locator('[data-action=landscapePlay]').innerText()).toBe('Play');
    await page.locator('[data-choice=landscapeResult]').selectOption({ index: 1 });
    await expect.poll(marks).toBe(9);
    await arrives(2);
    expect(await marks()).toBe(9);
    dashboard.analyses.delete(second);
    await dashboard.analysed(second);
    await page.locator('.landscape .scrubber input').focus();
    await page.keyboard.press('End');
  });

  it('show several minima side by side with the same levels, and how fast each rises', async () => {
    const { page } = dashboard;
    const around = 'landscape-aaaaaaaaaaaa';
    dashboard.results.set(around, plausibleAround(ids));
    dashboard.analyses.set(second, { ...nothingMeasured, kept: 5, several: [known(around, plausibleAround(ids), -5)] });
    await dashboard.analysed(second);
    const chooser = page.locator('[data-choice=landscapeResult]');
    await chooser.waitFor();
    await chooser.selectOption({ index: 1 });
    await expect.poll(() => page.locator('.landscape-around .landscape-map').count()).toBe(3);
    const levels = (map: number) =>
      page.locator('.landscape-around .landscape-map').nth(map).locator('.level').allTextContents();
    expect(await levels(0)).toEqual(expect.arrayContaining(await levels(2)));
    expect(await page.locator('.landscape-around .mark').count()).toBe(3);
    expect(await page.locator('lethe-slope-chart .line').count()).toBe(6);
    expect(await page.locator('.landscape-panel .scrubber').count()).toBe(0);
    const panel = page.locator('[data-panel-root=landscape]');
    await panel.locator('details:not(.menu) > summary').click();
    await expect.poll(() => panel.locator('.twin tbody tr').count()).toBe(6);
    expect(await accessibilityFindings(page.mainFrame())).toEqual([]);
    await dashboard.screenshot('landscape-around');
    await panel.locator('details:not(.menu) > summary').click();
    await panel.locator('.panel-menu > summary').click();
    await panel.locator('[data-action=copyData]').click();
    const copied = (await dashboard.sent()).at(-1);
    expect(copied?.type === 'action' ? copied.text?.trimEnd().split('\n') : []).toHaveLength(1 + 3 + 3 * 25 * 25);
    await chooser.selectOption({ index: 0 });
    dashboard.analyses.delete(second);
    await dashboard.analysed(second);
    await map().waitFor();
  });

  it('say where the picture in three dimensions cannot be loaded', async () => {
    const other = await DashboardPage.open();
    try {
      for (const [name, result] of dashboard.results) other.results.set(name, result);
      other.analyses.set(first, measured);
      await other.snapshot(runs, {}, viewOfRuns(runs));
      await other.show('landscape');
      await other.page.locator('.landscape-map').waitFor();
      await other.page.route('**/*', (route) => route.abort());
      await other.page.locator('[data-action=landscapeSpace]').click();
      await expect
        .poll(() => other.page.locator('.landscape [role=alert]').innerText())
        .toContain('could not be opened');
      await other.screenshot('landscape-no-space');
      expect((await other.sent()).filter(({ type }) => type === 'error')).toHaveLength(1);
    } finally {
      await other.close();
    }
  });

  it('are asked for by buttons, which are off in a workspace that is not trusted', async () => {
    const { page } = dashboard;
    await page.locator('[data-action=showLandscape]').click();
    await page.locator('[data-action=findPath]').click();
    expect((await dashboard.sent()).slice(-2)).toEqual([
      { type: 'action', action: 'showLandscape' },
      { type: 'action', action: 'findPath' },
    ]);
    await dashboard.snapshot(runs, { trusted: false }, viewOfRuns(runs));
    expect(await page.locator('[data-action=findPath]').getAttribute('disabled')).not.toBe(null);
    await dashboard.snapshot(runs, {}, viewOfRuns(runs));
  });

  it('say that they are out of date where parameters have changed', async () => {
    const stale = measured.several.map((one) => ({ ...one, isStale: true }));
    dashboard.analyses.set(first, { ...measured, several: stale });
    await dashboard.analysed(first);
    await expect.poll(() => dashboard.page.locator('.landscape .notice').count()).toBe(2);
    dashboard.analyses.set(first, measured);
    await dashboard.analysed(first);
    await expect.poll(() => dashboard.page.locator('.landscape .notice').count()).toBe(0);
  });

  it.each(themeNames)('can be read in the theme %s, and need no sideways scroll at 300 pixels', async (theme) => {
    const { page } = dashboard;
    await dashboard.setTheme(theme);
    expect(await accessibilityFindings(page.mainFrame())).toEqual([]);
    const button = page.locator('.landscape vscode-button').last();
    await button.hover();
    const [ground, text] = await button.evaluate((host) => {
      const { backgroundColor, color } = getComputedStyle(host);
      return [backgroundColor, color] as const;
    });
    expect(contrast(ground, text), `${text} on ${ground}`).toBeGreaterThan(4.5);
    await dashboard.screenshot(`landscape-${theme}`);
    await page.setViewportSize({ width: 300, height: 900 });
    await expect.poll(() => map().getAttribute('width')).not.toBe(null);
    await dashboard.answered();
    const [scroll, client] = await page.evaluate(
      () => [document.documentElement.scrollWidth, document.documentElement.clientWidth] as const,
    );
    expect(scroll).toBeLessThanOrEqual(client);
    await dashboard.screenshot(`landscape-${theme}-300`);
    await page.setViewportSize({ width: 900, height: 1100 });
  });
});

/** Of two colours `rgb(…)`, from 1 to 21 (WCAG 2.1). */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [one, other].map(luminance).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = (color.match(/\d+/g) ?? []).map((part) => {
    const share = Number(part) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
