import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DashboardView } from '../../src/core/messages';
import { REPOSITORY } from '../vscode/installation';
import { DashboardPage } from './dashboardPage';
import { insideRuns, viewOfRuns } from './insideRuns';
import { themeNames, type ThemeName } from './themes';

const skip = process.env['LETHE_NO_VSCODE_HOST'] !== undefined;

/** What every panel can do, in each section that has some. */
describe.skipIf(skip)('a panel', () => {
  let dashboard: DashboardPage;
  let page: Page;
  beforeAll(async () => {
    dashboard = await DashboardPage.open({ size: { width: 900, height: 1200 } });
    ({ page } = dashboard);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const runs = insideRuns();
    await dashboard.snapshot(runs, {}, swept(viewOfRuns(runs)));
  });
  afterAll(() => dashboard.close());
  afterEach(async () => {
    expect(await page.evaluate(() => document.body.dataset['violations'])).toBe('0');
    expect((await dashboard.sent()).filter(({ type }) => type === 'error' || type === 'cspViolation')).toEqual([]);
  });

  const panels = [
    ['answer', 'little-curves', /^method,task,step,after,/],
    ['answer', 'comparison', /^method,seeds,of_seeds,told_task,accuracy,accuracy_ci95,/],
    ['answer', 'sweep x', /^method,setting,value,others,measure,/],
    ['answer', 'cost memoryBytes', /^method,bytes,accuracy,/],
    ['answer', 'cost seconds', /^method,seconds,accuracy,/],
    ['curves', 'packnet', /^step,after,/],
    ['why', 'why', /^method,tested,answers,share\n/],
    ['why', 'by-task', /^after_task,of_task,answers,share\n/],
    ['why', 'over-tasks', /^after_task,accuracy,told,/],
    ['inside', 'memory Examples in memory', /^method,seeds,after_task,what,which,value\n/],
  ] as const;
  const root = (id: string) => page.locator(`[data-panel-root="${id}"]`);
  const choose = async (id: string, action: string) => {
    await root(id).locator('.panel-menu > summary').first().click();
    await root(id).locator(`[data-action=${action}]`).first().click();
  };
  const acted = async () => (await dashboard.sent()).filter((message) => message.type === 'action');

  it.each(panels)('of %s has all the room, and gives it back: %s', async (section, id) => {
    await dashboard.show(section);
    const count = () => page.locator('[data-panel-root]').count();
    const all = await count();
    expect(all).toBeGreaterThan(1);
    await root(id).locator('.panel-menu > summary').focus();
    for (const key of ['Enter', 'Tab', 'Enter']) await page.keyboard.press(key);
    await expect.poll(count).toBe(1);
    const isFocused = (selector: string) =>
      root(id)
        .locator(selector)
        .evaluate((element) => element === document.activeElement);
    await expect.poll(() => isFocused('.shrink')).toBe(true);
    await page.keyboard.press('Escape');
    await expect.poll(count).toBe(all);
    await expect.poll(() => isFocused('.panel-menu > summary')).toBe(true);
  });

  it.each(panels)('of %s gives its numbers as CSV: %s', async (section, id, head) => {
    await dashboard.show(section);
    await choose(id, 'copyData');
    const last = (await acted()).at(-1);
    expect(last?.action).toBe('copyTable');
    expect(last?.text).toMatch(head);
    const lines = (last?.text ?? '').trimEnd().split('\n');
    // The recordings have no points of curves.
    const isCurve = section === 'curves' || id === 'little-curves';
    expect(lines.length).toBeGreaterThan(isCurve ? 0 : id === 'sweep x' ? 2 : 3);
  });

  it.each(panels)('of %s puts its picture on the clipboard, in the colours of the theme: %s', async (section, id) => {
    await dashboard.show(section);
    await root(id).scrollIntoViewIfNeeded();
    // The picture of another panel may be there.
    await page.evaluate(() => navigator.clipboard.writeText(''));
    await choose(id, 'copyPicture');
    const box = await root(id).boundingBox();
    const copied = () => page.evaluate(pictureOnClipboard);
    const isWhole = expect.poll(async () => (await copied())?.width, { timeout: 10_000 });
    await isWhole.toBeGreaterThan(2 * (box?.width ?? Infinity));
    // Not blank: text, lines and areas.
    expect((await copied())?.colours).toBeGreaterThan(20);
  });

  it('keeps what was chosen in it, and folds its menu first', async () => {
    await dashboard.show('answer');
    const sweep = root('sweep x');
    await sweep.locator('[data-choice=measure]').selectOption('Forgetting');
    await choose('sweep x', 'enlarge');
    await expect.poll(() => page.locator('[data-panel-root]').count()).toBe(1);
    expect(await page.locator('.said').count()).toBe(0);
    expect(await sweep.locator('h2').innerText()).toMatch(/^X: Forgetting over lambda$/);
    await sweep.locator('.panel-menu > summary').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    expect(await page.locator('.menu[open]').count()).toBe(0);
    expect(await sweep.locator('.shrink').count()).toBe(1);
    await page.keyboard.press('Escape');
    await expect.poll(() => sweep.locator('.shrink').count()).toBe(0);
    expect(await page.locator('.said').count()).toBe(1);
    await sweep.locator('[data-choice=measure]').selectOption('Accuracy');
  });

  it('gives its room back when it has nothing to show any more', async () => {
    await dashboard.show('answer');
    await choose('sweep x', 'enlarge');
    const runs = insideRuns();
    await dashboard.snapshot(runs, {}, viewOfRuns(runs));
    await expect.poll(() => page.locator('[data-panel-root]').count()).toBeGreaterThan(2);
    await dashboard.snapshot(runs, {}, swept(viewOfRuns(runs)));
  });

  it('says its points as a table', async () => {
    await dashboard.show('answer');
    const cost = root('cost seconds');
    await cost.locator('details:not(.menu) > summary').click();
    const points = await cost.locator('svg[role=img] circle').count();
    expect(await cost.locator('.twin tbody tr').count()).toBe(points);
    expect(await cost.locator('.twin thead').innerText()).toMatch(/Method\s+Time\s+Accuracy \(%\)/);
    await cost.locator('details:not(.menu) > summary').click();
  });

  it('that scrolls is in its picture as a whole', async () => {
    await dashboard.show('answer');
    await page.setViewportSize({ width: 420, height: 900 });
    const scroll = root('comparison').locator('.scroll').first();
    await scroll.evaluate((region) => (region.scrollLeft = 60));
    const [whole, seen] = await scroll.evaluate(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth] as const);
    expect(whole).toBeGreaterThan(seen);
    await choose('comparison', 'savePicture');
    const png = Buffer.from((await acted()).at(-1)?.text ?? '', 'base64');
    // The width of a PNG.
    expect(png.readUInt32BE(16)).toBeGreaterThanOrEqual(2 * whole);
    expect(await scroll.evaluate(({ scrollLeft }) => scrollLeft)).toBe(60);
    await page.setViewportSize({ width: 900, height: 1200 });
  });

  it('is saved where the page may not copy it', async () => {
    await dashboard.show('why');
    await page.evaluate(() => {
      navigator.clipboard.write = () => Promise.reject(new Error('not allowed'));
    });
    const before = (await acted()).length;
    await choose('over-tasks', 'copyPicture');
    await expect.poll(async () => (await acted()).slice(before).map(({ action }) => action)).toEqual(['savePicture']);
  });

  it.each(themeNames)('is a picture in the theme %s', async (theme: ThemeName) => {
    await dashboard.setTheme(theme);
    await dashboard.show('why');
    await choose('why', 'savePicture');
    const png = Buffer.from((await acted()).at(-1)?.text ?? '', 'base64');
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    const folder = path.join(REPOSITORY, 'test', 'artifacts', 'dashboard');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, `panel-${theme.replaceAll(' ', '-')}.png`), png);
  });
});

/** The same with a setting that two of the variants sweep. */
function swept(view: DashboardView): DashboardView {
  const variants = view.variants.map((variant, i) =>
    i < 2 ? { ...variant, family: { key: 'x', label: 'X', size: 2, at: { lambda: 10 ** i } } } : variant,
  );
  return { ...view, variants };
}

interface Copied {
  readonly width: number;
  readonly colours: number;
}

/** Runs in the page: undefined while there is no picture. */
async function pictureOnClipboard(): Promise<Copied | undefined> {
  const [item] = await navigator.clipboard.read();
  if (!item?.types.includes('image/png')) return undefined;
  const picture = await createImageBitmap(await item.getType('image/png'));
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = canvas.getContext('2d');
  context?.drawImage(picture, 0, 0);
  const { data } = context?.getImageData(0, 0, picture.width, picture.height) ?? { data: [] };
  const colours = new Set<number>();
  for (let i = 0; i < data.length; i += 4)
    colours.add(((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0));
  return { width: picture.width, colours: colours.size };
}
