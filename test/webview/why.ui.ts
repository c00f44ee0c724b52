import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/events';
import type { DashboardView } from '../../src/core/messages';
import { expectationsOf } from '../../src/core/why/explained';
import { recordedEvents } from '../recordings/recordings';
import { accessibilityFindings, seriousFindings } from '../vscode/accessibility';
import { DashboardPage } from './dashboardPage';
import type { LoggedRun } from './loggedRuns';
import { themeNames } from './themes';

const skip = process.env['LETHE_NO_VSCODE_HOST'] !== undefined;
type Scenario = 'class' | 'domain' | 'task';

/** Recorded runs as the host sends them, and the experiment they are of. */
function shown(scenario: Scenario): { runs: LoggedRun[]; view: DashboardView } {
  const recorded = recordedEvents('split-mnist', scenario);
  const runs = recorded.map(({ manifest, events }): LoggedRun => ({
    manifest,
    events,
    status: 'done',
    malformed: 0,
    unknownTypes: [],
  }));
  const variants = new Map(recorded.map(({ manifest }) => [manifest.variant.key, manifest]));
  const view: DashboardView = {
    name: `Split MNIST, ${scenario}-incremental`,
    file: 'split-mnist.lethe.json',
    uri: 'file:///ws/split-mnist.lethe.json',
    seeds: [1],
    trusted: true,
    scenario,
    tasks: Array.from({ length: 5 }, (_, i) => [2 * i, 2 * i + 1]),
    variants: [...variants].map(([key, { variant, spec }]) => {
      const methods = (spec as { methods: { method: string }[] }).methods.map(({ method }) => method);
      const only = key === 'packnet' && scenario !== 'task' ? { taskAwareOnly: 'It must be told the task.' } : {};
      const { label, hash } = variant;
      return { key, label, hash, methods, differs: [], expect: expectationsOf(methods), ...only };
    }),
  };
  return { runs, view };
}

const saysOfAnswers = ({ type }: RunEvent): boolean => ['confusion', 'forgotten', 'interference'].includes(type);

/** The built page in a plain browser, with recorded runs of full size. */
describe.skipIf(skip)('the section Why', () => {
  let dashboard: DashboardPage;
  beforeAll(async () => {
    dashboard = await DashboardPage.open({ size: { width: 590, height: 1000 } });
    await show('class');
  });
  afterAll(() => dashboard.close());
  afterEach(async () => {
    expect(await dashboard.page.evaluate(() => document.body.dataset['violations'])).toBe('0');
    expect((await dashboard.sent()).filter(({ type }) => type === 'error' || type === 'cspViolation')).toEqual([]);
  });
  const text = (selector: string) => dashboard.page.locator(selector).innerText();
  async function show(scenario: Scenario): Promise<void> {
    const { runs, view } = shown(scenario);
    await dashboard.snapshot(runs, {}, view);
    await dashboard.show('why');
  }

  it('says of every method in a sentence why it is what it is, with a bar for told and not told', async () => {
    expect(await text('[data-why=ewc] p')).toMatch(
      /^98 % when told the task, 2\d % when not: the newest outputs drown/,
    );
    expect(await dashboard.page.locator('[data-why=ewc] svg.parts').count()).toBe(2);
    expect(await dashboard.page.locator('[data-why=packnet] svg.parts').count()).toBe(1);
    const label = await dashboard.page.locator('[data-why=ewc] svg.parts').first().getAttribute('aria-label');
    expect(label).toMatch(/^EWC, not told, of all images: right 2\d %, .*old, taken for the newest task 7\d %/);
  });

  it('shows a method in detail when it is picked, and after which task one asks', async () => {
    await dashboard.page.locator('[data-why=replay] button').click();
    expect(await text('#why-detail-title')).toBe('Replay in detail');
    const top = () => dashboard.page.locator('#why-detail').evaluate((element) => element.getBoundingClientRect().top);
    await expect.poll(top).toBeLessThan(500);
    expect(await text('.why-facts')).toContain('In the literature: The strongest simple remedy');
    expect(await dashboard.page.locator('.by-task .why-bar').count()).toBe(5);
    await dashboard.page.locator('.scrubber input').fill('2');
    expect(await dashboard.page.locator('.by-task .why-bar').count()).toBe(3);
    expect(await dashboard.page.locator('lethe-taken[data-by=task] [role=gridcell]').count()).toBe(9);
    expect(await dashboard.page.locator('lethe-taken[data-by=class] [role=gridcell]').count()).toBe(36);
    await dashboard.page.locator('.scrubber input').fill('4');
  });

  it('leads from a cell of the matrix to its forgotten images, by keyboard too', async () => {
    await dashboard.page.locator('[data-why=none] button').click();
    await expect.poll(() => dashboard.page.locator('.forgotten-image').count()).toBe(24);
    await dashboard.page.locator('lethe-taken[data-by=task] [data-at="0,0"]').focus();
    for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight', 'Enter']) await dashboard.page.keyboard.press(key);
    expect(await text('.why-samples .note')).toMatch(
      /^Of task 2: \d+ that the log lists; \d+ of them are taken for task 3/,
    );
    const words = await dashboard.page.locator('.forgotten-image .visually-hidden').allInnerTexts();
    expect(words.length).toBeGreaterThan(0);
    for (const each of words)
      expect(each).toMatch(/^Test image \d+: [23] of task 2, turned wrong in task 3, taken for [45]$/);
    // The same from a class: of 2, taken for 4.
    await dashboard.page.locator('lethe-taken[data-by=class] [data-at="2,4"]').click();
    await expect
      .poll(() => text('.why-samples .note'))
      .toMatch(/^Of class 2: \d+ that the log lists; \d+ of them are taken for class 4/);
    await dashboard.page.locator('[data-action=allSamples]').click();
    await expect.poll(() => text('.why-samples .note')).toMatch(/^Up to task 5, \d[\d,]* test images turned wrong/);
  });

  it('is led to from a cell of the accuracy matrix, to the forgotten images of the column', async () => {
    const { page } = dashboard;
    await dashboard.show('curves');
    await page.locator('[data-card=none] [data-at="3,1"]').click();
    await expect.poll(() => page.locator('[data-section]').getAttribute('data-section')).toBe('why');
    await expect.poll(() => text('.why-samples .note')).toMatch(/^Of task 2: \d+ that the log lists\.$/);
    const isInView = (element: Element) => {
      const { top } = element.getBoundingClientRect();
      return top >= 0 && top < innerHeight;
    };
    await expect.poll(() => page.locator('#samples-title').evaluate(isInView)).toBe(true);
    await page.locator('[data-action=allSamples]').click();
    await page.locator('.scrubber input').first().fill('4');
  });

  it('has the numbers of its pictures as tables', async () => {
    await dashboard.page.locator('.why-overview > details:not(.menu) > summary').click();
    await expect.poll(() => dashboard.page.locator('.why-overview .twin tbody tr').count()).toBeGreaterThan(10);
    await dashboard.page.locator('.why-detail > details > summary').click();
    await expect.poll(() => dashboard.page.locator('.why-detail .twin tbody tr').count()).toBe(5);
    for (const summary of ['.why-overview > details:not(.menu) > summary', '.why-detail > details > summary'])
      await dashboard.page.locator(summary).click();
  });

  it('says when what it asked for did not come, and asks again', async () => {
    await dashboard.page.locator('[data-why=none] button').click();
    await expect.poll(() => dashboard.page.locator('.forgotten-image canvas').count()).toBe(24);
    dashboard.isRefusing = true;
    await dashboard.show('answer');
    await dashboard.show('why');
    await expect.poll(() => text('.section .notice')).toContain('did not come');
    // What the state of the run itself says is there all the same.
    expect(await dashboard.page.locator('.by-task .why-bar').count()).toBe(5);
    dashboard.isRefusing = false;
    await dashboard.page.locator('[data-action=askAgain]').click();
    await expect.poll(() => dashboard.page.locator('.forgotten-image canvas').count()).toBe(24);
    expect(await dashboard.page.locator('.section .notice').count()).toBe(0);
  });

  it('follows a run under way, and says what a log lacks', async () => {
    const { runs, view } = shown('class');
    const [none] = runs.filter(({ manifest }) => manifest.variant.key === 'none' && manifest.seed === 1);
    if (!none) throw new Error('not recorded');
    const bare = none.events.filter((event) => !saysOfAnswers(event));
    const ends = bare.flatMap(({ type }, i) => (type === 'task-end' ? [i + 1] : []));
    await dashboard.snapshot([{ ...none, status: 'running', events: bare.slice(0, ends[1]) }], {}, view);
    await dashboard.show('why');
    expect(await text('[data-why=none] p')).toMatch(
      /^After task 2 of 5: .* not knowing the task costs \d+ %; what images are taken for is not in its log/,
    );
    await dashboard.delta([{ id: none.manifest.id, events: bare.slice(ends[1], ends[2]) }]);
    expect(await text('[data-why=none] p')).toMatch(/^After task 3 of 5: /);
    expect(await text('.why-facts')).toContain('Which images turned is not in the log');
    expect(await dashboard.page.locator('.why-samples').count()).toBe(0);
    await dashboard.snapshot([]);
    await show('class');
  });

  it.each(themeNames)('has no serious accessibility findings in the theme %s', async (theme) => {
    await dashboard.setTheme(theme);
    for (const scenario of ['class', 'domain', 'task'] as const) {
      await show(scenario);
      expect(seriousFindings(await accessibilityFindings(dashboard.page.mainFrame())), scenario).toEqual([]);
      await dashboard.screenshot(`why-${scenario}-${theme}`);
    }
    await dashboard.setTheme('dark');
  });
});
