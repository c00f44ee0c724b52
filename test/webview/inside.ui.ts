import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings } from '../vscode/accessibility';
import { DashboardPage } from './dashboardPage';
import type { LoggedRun } from './loggedRuns';
import { foreignRun, grownRun, insideRuns, viewOfRuns } from './insideRuns';
import { themeNames } from './themes';

const skip = process.env['LETHE_NO_VSCODE_HOST'] !== undefined;
const SIZE = { width: 590, height: 1000 };

/** The section in a plain browser, of recorded runs. */
describe.skipIf(skip)('the inside of methods', () => {
  let dashboard: DashboardPage;
  const recorded = insideRuns();
  const [like] = recorded;
  if (!like) throw new Error('No run was recorded');
  const runs = [...recorded, foreignRun(like)];
  const show = async (shown = runs) => {
    await dashboard.snapshot(shown, {}, viewOfRuns(shown));
    // A section that is shown anew asks anew.
    await dashboard.show('details');
    await dashboard.show('inside');
  };

  beforeAll(async () => {
    dashboard = await DashboardPage.open({ size: SIZE });
    await show();
  });
  afterAll(() => dashboard.close());
  afterEach(async () => {
    expect(await dashboard.page.evaluate(() => document.body.dataset['violations'])).toBe('0');
    expect((await dashboard.sent()).filter(({ type }) => type === 'error' || type === 'cspViolation')).toEqual([]);
  });

  const kinds = [
    'layers',
    'memory',
    'images',
    'capacity',
    'raster',
    'distribution',
    'angle',
    'spectrum',
    'tree',
  ] as const;
  const panel = (kind: string) => dashboard.page.locator(`[data-kind=${kind}]`);

  it.each(kinds)('draws views of the kind %s with a title, how it is read, and what it says in words', async (kind) => {
    const first = panel(kind).first();
    expect(await first.locator('h3 .label').innerText()).not.toBe('');
    expect((await first.locator('> .note').innerText()).length).toBeGreaterThan(20);
    const said = kind === 'tree' ? '.tree' : '[role=img]';
    expect(await first.locator(said).first().getAttribute('aria-label')).toMatch(/, after task \d/);
  });

  it.each(kinds)('has the numbers of %s as a table', async (kind) => {
    const first = panel(kind).first();
    await first.locator('> details > summary').click();
    await expect.poll(() => first.locator('.twin').first().locator('tbody tr').count()).toBeGreaterThan(0);
    const [head, row] = await Promise.all([
      first.locator('.twin').first().locator('thead th').count(),
      first.locator('.twin').first().locator('tbody tr').first().locator('th, td').count(),
    ]);
    expect(row).toBe(head);
    await first.locator('> details > summary').click();
  });

  it('says so where a view is of a kind that this version does not know', async () => {
    expect(await panel('unknown').innerText()).toContain('“heat map”');
  });

  it('draws variants side by side where kind and title agree', async () => {
    const labels = panel('memory').first().locator('h4');
    await expect.poll(() => labels.count()).toBe(3);
  });

  it('looks after another task by the keyboard, and keeps it', async () => {
    const packnet = panel('capacity').first().locator('.picture').first();
    expect(await packnet.locator('.strip-value').first().innerText()).toBe('0.0 % free');
    await dashboard.page.locator('.scrubber input').focus();
    await dashboard.page.keyboard.press('Home');
    await expect.poll(() => packnet.locator('.axis .now').innerText()).toBe('T1');
    expect(await packnet.locator('.strip-value').first().innerText()).not.toBe('0.0 % free');
    expect(await packnet.innerText()).toContain('after the second one');
    await dashboard.page.keyboard.press('ArrowRight');
    await expect.poll(() => packnet.innerText()).toContain('more tasks');
    const state = await dashboard.page.evaluate(() => (globalThis as unknown as { state: unknown }).state);
    expect(state).toMatchObject({ selection: { task: 1 } });
    await dashboard.page.keyboard.press('End');
  });

  it('shows one seed, or the mean where it has a meaning', async () => {
    const whose = (kind: string, label: string) =>
      panel(kind).first().locator('h4', { hasText: label }).locator('.aside').innerText();
    expect([await whose('capacity', 'PackNet'), await whose('memory', 'Replay')]).toEqual([
      'mean of 2 seeds',
      'seed 1',
    ]);
    await dashboard.page.locator('[data-choice=insideSeed]').selectOption('2');
    await expect.poll(() => whose('capacity', 'PackNet')).toBe('seed 2');
    expect(await whose('memory', 'Replay')).toBe('seed 2');
    await dashboard.page.locator('[data-choice=insideSeed]').selectOption('');
  });

  it('finds the panels of one method, or of one kind, and keeps what was looked for', async () => {
    const { page } = dashboard;
    const kindsShown = () =>
      page.locator('[data-inside-group]').evaluateAll((all) => all.map((one) => one.dataset['insideGroup']));
    const all = await kindsShown();
    expect(all).toEqual([
      'memory',
      'images',
      'capacity',
      'raster',
      'layers',
      'distribution',
      'angle',
      'spectrum',
      'tree',
      'analysis',
      'unknown',
    ]);
    await page.locator('[data-choice=insideVariant]').selectOption({ label: 'EWC · lambda 20 · samples 300' });
    await expect.poll(kindsShown).toEqual(['layers', 'distribution', 'analysis']);
    await page.locator('[data-group=distribution]').focus();
    await page.keyboard.press('Enter');
    await expect.poll(kindsShown).toEqual(['distribution']);
    await show();
    await expect.poll(kindsShown).toEqual(['distribution']);
    await page.locator('[data-choice=insideVariant]').selectOption({ label: 'all methods' });
    await page.locator('[data-group=all]').click();
    await expect.poll(kindsShown).toEqual(all);
  });

  it('draws a few of many pictures, and all when one asks', async () => {
    const many = Array.from({ length: 8 }, (_, i): LoggedRun => {
      const variant = { key: `copy-${i}`, label: `Copy ${i}`, hash: `copy-${i}` };
      return { ...like, manifest: { ...like.manifest, id: `copy-${i}`, variant } };
    });
    await show(many);
    const pictures = panel('angle').first().locator('.picture');
    await expect.poll(() => pictures.count()).toBe(6);
    await panel('angle').first().locator('[data-action=wholePanel]').click();
    await expect.poll(() => pictures.count()).toBe(8);
    await panel('angle').first().locator('[data-action=wholePanel]').click();
    await expect.poll(() => pictures.count()).toBe(6);
    await show();
  });

  it('shows the images that are kept, with their labels', async () => {
    const kept = panel('memory').first().locator('.picture', { hasText: 'Replay' }).locator('.kept');
    await expect.poll(() => kept.locator('canvas').count()).toBe(24);
    expect(await kept.locator('li').first().getAttribute('title')).toMatch(/^example \d+, label \d$/);
    const ink = await kept
      .locator('canvas')
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        return data.filter((value, i) => i % 4 === 0 && value > 100).length;
      });
    expect(ink).toBeGreaterThan(10);
  });

  it('draws a network that grew over time, and its size and accuracy per byte beside the others', async () => {
    const { page } = dashboard;
    const all = [...recorded, grownRun(like)];
    await show(all);
    const group = page.locator('[data-inside-group=network]');
    const card = group.locator('[data-kind=network]');
    await card.waitFor();
    // Outputs on top.
    expect(await card.locator('.strip-name').allInnerTexts()).toEqual(['layer3', 'layer2', 'layer1']);
    expect(await card.locator('.strip-value').allInnerTexts()).toEqual(['10', '50', '100']);
    // Units came in three tasks.
    const last = card.locator('.strip').nth(2);
    expect(await last.locator('.owner').count()).toBe(3);
    expect(await card.locator('.aside').allInnerTexts()).toContain('After task 5: 100,000 parameters');
    const titles = await group.locator('h3 .label').allInnerTexts();
    expect(titles).toEqual(['Network over time', 'Parameters after each task', 'Accuracy per byte after each task']);
    const variants = new Set(all.map(({ manifest }) => manifest.variant.key)).size;
    expect(await group.locator('[data-kind=layers]').first().locator('.strip-name').count()).toBe(variants);
    await card.locator('> details > summary').click();
    await expect.poll(() => card.locator('.twin tbody tr').count()).toBe(5);
    expect(await accessibilityFindings(page.mainFrame())).toEqual([]);
    await page.locator('[data-group=network]').click();
    await expect.poll(() => page.locator('[data-inside-group]').count()).toBe(1);
    await dashboard.screenshot('inside-network');
    await page.locator('[data-group=all]').click();
    await card.locator('> details > summary').click();
    await show();
    await expect.poll(() => group.count()).toBe(0);
  });

  it('draws what analyses found, says what is out of date, and starts another', async () => {
    const { page } = dashboard;
    const group = page.locator('[data-inside-group=analysis]');
    const finished = recorded.filter(({ manifest }) => manifest.variant.key === 'ewc');
    expect(await group.innerText()).toContain(`Analysed: 0 of ${recorded.length} finished runs.`);
    expect(await group.locator('.inside-panel').count()).toBe(0);
    const id = finished[0]?.manifest.id ?? '';
    const drift = {
      name: 'drift',
      rows: ['layer 1', 'outputs'],
      after: [1, 4],
      values: [
        [0.1, 0.2],
        [0.3, null],
      ],
    } as const;
    const probe = {
      name: 'probeAccuracy',
      rows: [0, 1],
      after: [0, 4],
      values: [
        [1, 0.9],
        [null, 0.8],
      ],
    } as const;
    dashboard.analyses.set(id, {
      kept: 3,
      several: [],
      known: [
        { analysis: 'cka', isStale: true, courses: [drift] },
        { analysis: 'probe', isStale: false, courses: [probe] },
      ],
    });
    await dashboard.analysed(id);
    await expect
      .poll(() => group.locator('h3 .label').allInnerTexts())
      .toEqual(['Drift of representations, mean over the tasks before', 'Linear probe of the last hidden layer']);
    expect(await group.innerText()).toMatch(/Analysed: 1 of \d+ finished runs\./);
    expect(await group.locator('.notice').innerText()).toContain('Out of date');
    expect(await group.locator('.strip-name').allInnerTexts()).toEqual(['layer 1', 'outputs', 'task 1', 'task 2']);
    await group.locator('[data-choice=analysedRun]').selectOption({ label: 'EWC · lambda 20 · samples 300, seed 1' });
    expect(await group.innerText()).toContain('parameters after 3 tasks, 6 pairs');
    await group.locator('[data-action=analyseRun]').click();
    expect((await dashboard.sent()).at(-1)).toEqual({ type: 'action', action: 'analyse', run: id });
    dashboard.analyses.clear();
    await dashboard.analysed(id);
  });

  it('says that something could not be read, and asks again when one says so', async () => {
    dashboard.isRefusing = true;
    await show();
    await expect.poll(() => dashboard.page.locator('.inside [role=alert]').innerText()).toContain('could not be read');
    dashboard.isRefusing = false;
    await dashboard.page.locator('[data-action=insideAgain]').click();
    await expect.poll(() => panel('memory').count()).toBe(1);
    expect(await dashboard.page.locator('.inside [role=alert]').count()).toBe(0);
  });

  it('shows what steers the reading direction as text, and thousands of rows in bounds', async () => {
    const layers = Array.from({ length: 512 }, (_, i) => ({ name: `\u202e${i}`, value: i % 3 === 0 ? null : 1.7e308 }));
    const view = { kind: 'layers', title: 'Evil \u202e title', quantity: 'q', unit: '1', layers } as const;
    const events = like.events.map((event) => (event.type === 'mechanism' ? { ...event, views: [view] } : event));
    await show([{ ...like, events }]);
    await expect.poll(() => panel('layers').locator('h3 .label').innerText()).toBe('Evil \\u202e title');
    expect(await panel('layers').locator('.strip').count()).toBe(24);
    expect(await panel('layers').innerText()).toContain('488 more in the table');
    await show();
  });

  it('says what there is to come where nothing has been shown', async () => {
    await show([{ ...like, events: like.events.filter(({ type }) => type !== 'mechanism') }]);
    await expect.poll(() => dashboard.page.locator('.inside .empty').innerText()).toContain('after each task');
    await show();
  });

  it.each(themeNames)('has no accessibility findings in the theme %s', async (theme) => {
    await dashboard.setTheme(theme);
    expect(await accessibilityFindings(dashboard.page.mainFrame())).toEqual([]);
    await dashboard.screenshot(`inside ${theme}`.replaceAll(' ', '-'));
    await dashboard.setTheme('dark');
  });
});
