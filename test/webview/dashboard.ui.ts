import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accessibilityFindings, seriousFindings } from '../vscode/accessibility';
import { DashboardPage, viewForTests } from './dashboardPage';
import { eventsOf, finished, halfway, snapshotOf, troubled, validated } from './plausibleRuns';
import { sections } from '../../src/core/dashboardPlace';
import { themeNames } from './themes';

const skip = process.env['LETHE_NO_VSCODE_HOST'] !== undefined;

/** The built page in a plain browser, under the policy it has in VS Code. The runs it shows are made up. */
describe.skipIf(skip)('the dashboard page', () => {
  let dashboard: DashboardPage;
  beforeAll(async () => {
    dashboard = await DashboardPage.open();
    await dashboard.snapshot([]);
  });
  afterAll(() => dashboard.close());
  beforeEach(() => dashboard.show('answer'));
  afterEach(async () => {
    expect(await dashboard.page.evaluate(() => document.body.dataset['violations'])).toBe('0');
    expect((await dashboard.sent()).filter(({ type }) => type === 'error' || type === 'cspViolation')).toEqual([]);
    expect(dashboard.browser.externalRequests).toEqual([]);
  });
  const text = (selector: string) => dashboard.page.locator(selector).innerText();

  it('says what to do when nothing has run, and why it cannot be done without trust', async () => {
    await dashboard.snapshot([]);
    expect(await text('.empty')).toContain('Press Run all');
    for (const section of ['curves', 'why', 'inside', 'details'] as const) {
      await dashboard.show(section);
      expect(await text('[role=tabpanel]')).not.toBe('');
    }
    await dashboard.show('answer');
    await dashboard.snapshot([], { trusted: false });
    expect(await text('.empty')).toContain('not trusted');
    expect(await dashboard.page.locator('[data-action^=run]:not([disabled])').count()).toBe(0);
    await dashboard.screenshot('empty');
  });

  it('draws every method with its curves, matrix and table', async () => {
    await dashboard.snapshot(halfway());
    expect(await text('[data-state]')).toMatch(/^task 3 of 5 · .+ left · 2 running · 2 waiting$/);
    // The task-aware value, marked, where only that is defined.
    expect(await text('[data-variant=packnet] [data-measure=forgetting]')).toMatch(/^0\.\d %†/);
    // Its last seed is still training: no winner before all have what they need.
    expect(await text('[data-variant=replay]')).toContain('best so far');
    expect(await text('.said')).toMatch(
      /^Of \d remedies.* Replay so far forgets least .+\nEWC: loses every task but the newest\. /,
    );
    expect(await dashboard.page.locator('[data-variant=sleep] .task-bars .now').count()).toBe(2);
    expect(await dashboard.page.locator('[data-strip] polyline').count()).toBe(6 * 5);
    await dashboard.show('curves');
    expect(await dashboard.page.locator('.card').count()).toBe(6);
    expect(await dashboard.page.locator('[data-card=replay] [role=gridcell]').count()).toBe(25);
    const ink = await dashboard.page.locator('[data-card=none] canvas').evaluate((canvas: HTMLCanvasElement) => {
      const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      return data.filter((_, i) => i % 4 === 3).filter((alpha) => alpha > 0).length;
    });
    expect(ink).toBeGreaterThan(1000);
  });

  it('shows one section at a time, by its tab, and remembers which', async () => {
    await dashboard.snapshot(halfway());
    await dashboard.show('answer');
    await dashboard.page.locator('[data-tab=answer]').focus();
    await dashboard.page.keyboard.press('ArrowRight');
    const shown = () => dashboard.page.locator('[role=tabpanel]').getAttribute('data-section');
    expect(await shown()).toBe('curves');
    expect(await dashboard.page.locator('.comparison').count()).toBe(0);
    await dashboard.page.keyboard.press('ArrowLeft');
    await dashboard.page.keyboard.press('ArrowLeft');
    expect(await shown()).toBe('details');
    expect(await dashboard.page.evaluate(() => document.activeElement?.getAttribute('data-tab'))).toBe('details');
    expect(await dashboard.page.locator('[data-run-row]').count()).toBe(halfway().length);
    const state = await dashboard.page.evaluate(() => (globalThis as unknown as { state: unknown }).state);
    expect(state).toMatchObject({ tab: 'details' });
    await dashboard.page.keyboard.press('Home');
    expect(await shown()).toBe('answer');
    await dashboard.page.locator('[data-strip=ewc]').click();
    expect(await shown()).toBe('curves');
    const focused = dashboard.page.locator('.card.focused');
    expect(await focused.getAttribute('data-card')).toBe('ewc');
    const isInView = (element: Element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return top < innerHeight && bottom > 0;
    };
    await expect.poll(() => focused.evaluate(isInView)).toBe(true);
  });

  it('names tasks by their names where their classes do not tell them apart', async () => {
    const names = ['rotation 0°', 'rotation 30°', 'rotation 60°', 'rotation 90°', 'rotation 120°'];
    await dashboard.snapshot(halfway(), { names, tasks: names.map(() => [0, 1]) });
    expect(await dashboard.page.locator('.task-name').allTextContents()).toEqual(
      names.map((name, i) => `Task ${i + 1} · ${name}`),
    );
    await dashboard.snapshot(halfway());
    expect(await dashboard.page.locator('.task-name').first().textContent()).toBe('Task 1 · 0, 1');
  });

  it('calls classes by their names in strip, legend, matrix and table', async () => {
    const names = ['T-shirt/top / Trouser', 'Pullover / Dress', 'Coat / Sandal', 'Shirt / Sneaker', 'Bag / Ankle boot'];
    await dashboard.snapshot(finished(), { names });
    expect(await dashboard.page.locator('.task-name').nth(1).textContent()).toBe('Task 2 · Pullover / Dress');
    await dashboard.show('curves');
    expect(await text('.legend')).toContain('Task 2 · Pullover / Dress');
    const cell = dashboard.page.locator('[data-card=replay] [data-at="1,0"]');
    expect(await cell.getAttribute('aria-label')).toMatch(
      /^after task 2 \(Pullover \/ Dress\), accuracy on task 1 \(T-shirt\/top \/ Trouser\): /,
    );
    await cell.hover();
    expect(await text('[data-card=replay] lethe-matrix .readout')).toContain('Pullover / Dress');
    await dashboard.page.locator('[data-card=ewc] .numbers summary').click();
    await expect
      .poll(() => dashboard.page.locator('[data-card=ewc] .twin thead th').allInnerTexts())
      .toContain('Task 1\nT-shirt/top / Trouser');
    await dashboard.screenshot('class-names');
    await dashboard.page.locator('[data-card=ewc] .numbers summary').click();
  });

  it.each(themeNames)('has no serious accessibility findings in the theme %s', async (theme) => {
    await dashboard.setTheme(theme);
    for (const [name, runs] of [['halfway', halfway()] as const, ['troubled', troubled()] as const]) {
      await dashboard.snapshot(runs);
      for (const section of sections) {
        await dashboard.show(section);
        expect(seriousFindings(await accessibilityFindings(dashboard.page.mainFrame())), section).toEqual([]);
        await dashboard.screenshot(`${name} ${section} ${theme}`.replaceAll(' ', '-'));
      }
    }
    await dashboard.setTheme('dark');
  });

  it('draws its charts in the colours of the theme as it changes', async () => {
    await dashboard.snapshot(finished());
    await dashboard.show('curves');
    const colours = () =>
      dashboard.page.locator('[data-card=none] canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const dark = await colours();
    await dashboard.setTheme('light');
    await expect.poll(colours).not.toBe(dark);
    await dashboard.setTheme('dark');
    await expect.poll(colours).toBe(dark);
  });

  it('follows a run by deltas to its end', async () => {
    const all = eventsOf('replay', 1);
    await dashboard.snapshot([snapshotOf('replay', 1, 0.5)]);
    const sofar = snapshotOf('replay', 1, 0.5).events.length;
    expect(await text('[data-variant=replay] .runs')).toContain('task 3 of 5');
    await dashboard.delta([{ id: 'replay-s1', events: all.slice(sofar, sofar + 30) }]);
    expect(await text('[data-variant=replay] .runs')).toContain('task 4 of 5');
    await dashboard.delta([{ id: 'replay-s1', events: all.slice(sofar + 30), status: 'done' }]);
    expect(await dashboard.page.evaluate(() => document.body.dataset['done'])).toBe('1');
    expect(await text('[data-variant=replay] .runs')).toContain('1 of 3 runs done');
  });

  it('asks for a snapshot when a delta was lost', async () => {
    await dashboard.snapshot(halfway());
    await dashboard.delta([], 1);
    await dashboard.waitForMessage('resync');
  });

  it('shows what went wrong as what it is', async () => {
    await dashboard.snapshot(troubled());
    expect(await text('[data-tab=details]')).toMatch(/^Details 3/);
    await dashboard.show('details');
    const problems = await text('.problems');
    expect(problems).toContain('The process of this run ended without a word.');
    expect(problems).toContain('fatal: out of memory in matMul');
    expect(problems).toContain('3 lines of its log could not be read.');
    expect(problems).toContain('histogram');
    await dashboard.page.locator('.problem.wrong [data-action=runAgain]').first().click();
    expect((await dashboard.sent()).at(-1)).toMatchObject({ type: 'action', action: 'runAgain' });
    expect(await text('.notice')).toContain('different backends (wasm, cpu)');
    await dashboard.show('details');
    const backends = await dashboard.page.locator('[data-backend]').allInnerTexts();
    expect(backends.sort()).toEqual(['cpu', 'wasm'].map((name) => `Backend: ${name} 4.22.0 (asked for by name)`));
  });

  it('shows what waits in one row, and links what went wrong', async () => {
    const waiting = ['ewc', 'replay', 'sleep'].flatMap((key) => [1, 2, 3].map((seed) => snapshotOf(key, seed, 0)));
    await dashboard.snapshot([...waiting, snapshotOf('none', 1), snapshotOf('joint', 1, 0.5, { status: 'crashed' })]);
    expect(await text('[data-waiting=waitingRows]')).toMatch(
      /\(3\):\s+EWC Stop\s+· Replay Stop\s+· Sleep \(SRC\) Stop/,
    );
    expect(await dashboard.page.locator('header [data-action=runAll]').count()).toBe(1);
    await dashboard.page.locator('[data-problem=joint]').click();
    expect(await text('.problems')).toContain('Joint, seed 1');
  });

  it('has nothing to run where every run is done or waits', async () => {
    const runs = ['none', 'joint', 'ewc', 'packnet', 'replay', 'sleep'].flatMap((key) =>
      [1, 2, 3].map((seed) => snapshotOf(key, seed, key === 'none' ? 1 : 0)),
    );
    await dashboard.snapshot(runs);
    await dashboard.page.locator('header [data-menu=more] summary').click();
    expect(await dashboard.page.locator('header [data-action=runAll]').isDisabled()).toBe(true);
    await dashboard.page.keyboard.press('Escape');
    expect(await dashboard.page.locator('.menu[open]').count()).toBe(0);
  });

  it('hides, compares with a baseline and counts chosen seeds, and every section follows', async () => {
    await dashboard.snapshot(finished());
    const menuOf = async (key: string, action: string) => {
      await dashboard.page.locator(`[data-menu=row-${key}] summary`).click();
      await dashboard.page.locator(`[data-menu=row-${key}] [data-action=${action}]`).click();
    };
    await menuOf('ewc', 'pin');
    expect(await text('[data-difference=replay]')).toMatch(/^\+7\d\.\d\s*p = 0\.25$/);
    expect(await dashboard.page.locator('[data-difference=packnet]').count()).toBe(0);
    await menuOf('sleep', 'hide');
    expect(await dashboard.page.locator('tr[data-variant=sleep]').count()).toBe(0);
    await dashboard.show('curves');
    expect(await dashboard.page.locator('[data-card]').count()).toBe(5);
    expect(await text('[data-card=replay] h3 .aside')).toMatch(/\+7\d\.\d points vs\. EWC \(p = 0\.25\)/);
    expect(await text('[data-card=ewc] h3 .aside')).toContain('baseline');
    expect(await text('.forgetting .legend')).toContain('Dotted: EWC, at the same share of the same task');
    const corner = dashboard.page.locator('[data-card=replay] .matrix [data-at="4,0"]');
    expect(await corner.getAttribute('aria-label')).toMatch(/; \+[89]\d\.\d points vs\. EWC/);
    await dashboard.screenshot('baseline-curves');
    await dashboard.show('why');
    expect(await dashboard.page.locator('[data-why=replay] .pinned-share').count()).toBe(2);
    expect(await dashboard.page.locator('[data-why=ewc] .pinned-share').count()).toBe(0);
    await dashboard.screenshot('baseline-why');
    await dashboard.show('answer');
    await dashboard.screenshot('baseline-answer');
    const lines = dashboard.page.locator('.trade-off .pinned');
    expect(await lines.allTextContents()).toEqual(['Compared with EWC', 'Compared with EWC']);
    await dashboard.page.locator('[data-menu=seeds] summary').click();
    await dashboard.page.locator('[data-choice=seed-2]').click();
    await dashboard.page.locator('[data-choice=seed-3]').click();
    await dashboard.page.keyboard.press('Escape');
    expect(await text('[data-menu=seeds] summary')).toBe('1 of 3 seeds');
    expect(await dashboard.page.locator('[data-variant=replay] .dot-plot .seed').count()).toBe(1);
    expect(await text('.cautions')).toContain('One seed says nothing');
    await dashboard.show('details');
    expect(await dashboard.page.locator('[data-run-row]').count()).toBe(5);
    const state = await dashboard.page.evaluate(() => (globalThis as unknown as { state: unknown }).state);
    expect(state).toMatchObject({ selection: { hidden: ['sleep'], baseline: 'ewc', seeds: [1] } });
    await dashboard.show('answer');
    await dashboard.page.locator('[data-action=showAll]').click();
    await dashboard.page.locator('button[data-action=unpin].chip').click();
    await dashboard.page.locator('[data-menu=seeds] summary').click();
    await dashboard.page.locator('[data-action=allSeeds]').click();
    expect(await dashboard.page.locator('tr[data-variant]').count()).toBe(6);
  });

  it('finds variants by words, shows only these in every section, and remembers it', async () => {
    const view = await viewForTests();
    const swept = [1, 10, 100].map((lambda) => ({
      ...{
        key: `ewc-${lambda}`,
        label: `EWC · lambda ${lambda}`,
        hash: `ewc-${lambda}`,
        methods: ['ewc'],
        differs: [],
      },
    }));
    await dashboard.snapshot(finished(), {}, view);
    // A few are hidden one by one.
    expect(await dashboard.page.locator('[data-menu=variants]').count()).toBe(0);
    await dashboard.snapshot(finished(), {}, { ...view, variants: [...view.variants, ...swept] });
    const { keyboard } = dashboard.page;
    const button = dashboard.page.locator('[data-menu=variants] > summary');
    expect(await button.innerText()).toBe('All methods');
    await button.focus();
    for (const key of ['Enter', 'Tab']) await keyboard.press(key);
    await keyboard.type('LAMBDA ewc');
    const choices = dashboard.page.locator('[data-menu=variants] [data-choice]');
    expect(await choices.count()).toBe(3);
    expect(await text('[data-menu=variants] [role=status]')).toBe('3 of 9 methods');
    expect(seriousFindings(await accessibilityFindings(dashboard.page.mainFrame()))).toEqual([]);
    await dashboard.screenshot('variants-found');
    await keyboard.press('Escape');
    await button.click();
    await dashboard.page.locator('[data-find=variants]').fill('pLay');
    for (const key of ['Tab', 'Enter']) await keyboard.press(key);
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await button.innerText()).toBe('1 of 9 methods');
    const rows = () =>
      dashboard.page.locator('tr[data-variant]').evaluateAll((all) => all.map((row) => row.dataset['variant']));
    expect(await rows()).toEqual(['replay']);
    await dashboard.show('curves');
    expect(await dashboard.page.locator('[data-card]').count()).toBe(1);
    const state = await dashboard.page.evaluate(() => (globalThis as unknown as { state: unknown }).state);
    const hidden = [...view.variants, ...swept].map(({ key }) => key).filter((key) => key !== 'replay');
    expect(state).toMatchObject({ selection: { hidden } });
    await dashboard.show('answer');
    await button.click();
    // The last one stays; others come back one by one.
    expect(await dashboard.page.locator('[data-choice=variant-replay]').isDisabled()).toBe(true);
    await dashboard.page.locator('[data-choice=variant-ewc]').click();
    expect(await rows()).toEqual(['ewc', 'replay']);
    await dashboard.page.locator('[data-find=variants]').fill('sleep');
    await keyboard.press('Enter');
    expect(await rows()).toEqual(['sleep']);
    await dashboard.page.locator('[data-action=allVariants]').click();
    expect(await button.innerText()).toBe('All methods');
    expect(await dashboard.page.locator('tr[data-variant]').count()).toBeGreaterThan(5);
  });

  it('says of each run where its time went, and what can be done with it', async () => {
    await dashboard.snapshot(finished());
    await dashboard.show('details');
    const row = dashboard.page.locator('[data-run-row]').filter({ hasText: 'EWC' }).first();
    const id = await row.getAttribute('data-run-row');
    expect(await row.locator('.spent rect').count()).toBe(3);
    expect(await row.innerText()).toMatch(/training \d+ %, tests \d+ %, the method between steps \d+ %/);
    for (const action of ['openLog', 'showSettings', 'compareSettings', 'reveal', 'runAgain', 'verify', 'analyse']) {
      await row.locator('summary').click();
      await row.locator(`[data-action=${action}]`).click();
      expect((await dashboard.sent()).at(-1)).toEqual({ type: 'action', action, run: id });
    }
  });

  it('follows a link to a section with a variant and a task, and keeps where it led', async () => {
    await dashboard.snapshot(finished());
    await dashboard.show('answer');
    const place = { section: 'why', variant: 'ewc', task: 2 };
    await dashboard.page.evaluate((to) => window.postMessage({ type: 'show', place: to }, '*'), place);
    await dashboard.page.locator('[data-section=why] [data-why-detail=ewc]').waitFor();
    const top = () => dashboard.page.locator('#why-detail').evaluate((element) => element.getBoundingClientRect().top);
    await expect.poll(top).toBeLessThan(500);
    const state = () => dashboard.page.evaluate(() => (globalThis as unknown as { state: unknown }).state);
    expect(await state()).toMatchObject({ tab: 'why', selection: { variant: 'ewc', task: 2 } });
    // What is no place leads nowhere, and what it leaves out stays as it is.
    for (const bad of [{ section: 'elsewhere' }, { variant: 3 }, null])
      await dashboard.page.evaluate((to) => window.postMessage({ type: 'show', place: to }, '*'), bad);
    await dashboard.page.evaluate(() => window.postMessage({ type: 'show', place: { section: 'details' } }, '*'));
    await dashboard.page.locator('[data-section=details]').waitFor();
    expect(await state()).toMatchObject({ tab: 'details', selection: { variant: 'ewc', task: 2 } });
    await dashboard.show('answer');
  });

  it('shows the columns that are chosen, and remembers them', async () => {
    await dashboard.snapshot(finished());
    const heads = () =>
      dashboard.page.locator('.comparison thead th').evaluateAll((all) => all.map((head) => head.textContent.trim()));
    expect(await heads()).toEqual(['Method', 'Accuracy', 'Forgetting', 'Gap closed', 'Old tasks']);
    await dashboard.page.locator('[data-menu=columns] summary').click();
    await dashboard.page.locator('[data-choice=seconds]').click();
    await dashboard.page.locator('[data-choice=oldTasks]').click();
    await dashboard.page.keyboard.press('Escape');
    expect(await heads()).toEqual(['Method', 'Accuracy', 'Forgetting', 'Gap closed', 'Time']);
    expect(await text('[data-variant=replay] [data-measure=seconds]')).toMatch(/^1 min 2\d s/);
    const state = await dashboard.page.evaluate(() => (globalThis as unknown as { state: unknown }).state);
    expect(state).toMatchObject({ selection: { columns: ['accuracy', 'forgetting', 'gapClosed', 'seconds'] } });
    await dashboard.page.locator('[data-menu=columns] summary').click();
    await dashboard.page.locator('[data-action=firstColumns]').click();
  });

  it('says how far another implementation is from a method, and what a program does not describe', async () => {
    const view = await viewForTests();
    const more = { replay: { implements: 'ewc' }, sleep: { unsaid: ['network', 'training'] } };
    const variants = view.variants.map((one) => ({ ...one, ...more[one.key as keyof typeof more] }));
    await dashboard.snapshot(finished(), {}, { ...view, variants });
    expect(await text('[data-notes=replay] [data-cross-check=ewc]')).toMatch(
      /^another implementation of EWC; difference from it, in points: Accuracy \+\d+\.\d\d ± .* \(p = [\d.]+\) · Task-aware.* · Forgetting −.*; seeds: 3$/,
    );
    expect(await text('[data-notes=sleep]')).toContain('does not say its network, training');
    await dashboard.screenshot('cross-check');
    // The table scrolls there; its notes do not.
    await dashboard.page.setViewportSize({ width: 500, height: 900 });
    const note = await dashboard.page.locator('[data-cross-check=ewc]').boundingBox();
    expect((note?.x ?? 0) + (note?.width ?? Infinity)).toBeLessThanOrEqual(500);
    await dashboard.screenshot('cross-check-narrow');
    await dashboard.page.setViewportSize({ width: 1280, height: 900 });
  });

  it('shows what accuracy costs, and what is published, with what differs', async () => {
    await dashboard.snapshot(finished());
    const memory = dashboard.page.locator('[data-chart=memoryBytes] svg');
    expect(await memory.getAttribute('aria-label')).toMatch(/Replay 9\d\.\d %, 784 kB/);
    expect(await dashboard.page.locator('[data-chart=seconds] circle').count()).toBe(6);
    // All networks are of one size.
    expect(await dashboard.page.locator('[data-chart=size]').count()).toBe(0);
    // Three seeds are too few for a verdict.
    await dashboard.page.locator('[data-notes=sleep] [data-verdict="too few seeds"]').click();
    expect(await text('[data-notes=sleep] .verdict')).toMatch(/too few seeds to say · \d+\.\d points apart/);
    await dashboard.page.locator('[data-notes=sleep] [data-verdict]').click();
  });

  it('shows what accuracy costs in all where networks differ in size: the network, and what is kept beside it', async () => {
    const grown = finished().map((run) => {
      const parameters = run.manifest.variant.key === 'replay' ? 500_000 : 250_000;
      const network = { type: 'network', at: 0, task: 0, parameters } as const;
      // Rows are made anew where a run ended at another time.
      const ended = run.events.slice(-1).map((event) => ({ ...event, at: event.at + 1 }));
      return { ...run, events: [...run.events.slice(0, -1), network, ...ended] };
    });
    await dashboard.snapshot(grown);
    const size = dashboard.page.locator('[data-chart=size] svg');
    expect(await size.getAttribute('aria-label')).toMatch(/Replay 9\d\.\d %, 2\.78 MB/);
    expect(await size.getAttribute('aria-label')).toMatch(/None \d+\.\d %, 1\.00 MB/);
  });

  it('draws a swept setting as a curve of any measure over it, with a table', async () => {
    const view = await viewForTests();
    const at = { ewc: 1, replay: 100, sleep: 10_000 } as Readonly<Record<string, number>>;
    const swept = view.variants.map((variant) => {
      const lambda = at[variant.key];
      return lambda === undefined ? variant : { ...variant, family: { key: 'x', label: 'X', size: 3, at: { lambda } } };
    });
    await dashboard.snapshot(finished(), {}, { ...view, variants: swept });
    expect(await text('.sweep h2')).toBe('X: Accuracy over lambda');
    expect(await dashboard.page.locator('.sweep circle').count()).toBe(3);
    await dashboard.page.locator('.sweep select').selectOption('Forgetting');
    expect(await text('.sweep h2')).toBe('X: Forgetting over lambda');
    await dashboard.page.locator('.sweep details:not(.menu) > summary').click();
    expect(await dashboard.page.locator('.sweep tbody tr').allInnerTexts()).toHaveLength(3);
    expect(await text('.sweep tbody tr:last-child')).toMatch(/^10000\s+2\d\.\d ± \d/);
    expect(seriousFindings(await accessibilityFindings(dashboard.page.mainFrame()))).toEqual([]);
    await dashboard.screenshot('swept');
  });

  it('fits the answer on the first screen of half a window, also while it trains', async () => {
    await dashboard.page.setViewportSize({ width: 590, height: 1000 });
    await dashboard.page.waitForFunction(() => innerWidth === 590);
    for (const runs of [halfway(), finished()]) {
      await dashboard.snapshot(runs);
      const heights = await dashboard.page.evaluate(() => {
        const boxOf = (selector: string) => document.querySelector(selector)?.getBoundingClientRect();
        const lines = (selector: string) => Math.round((boxOf(selector)?.height ?? 0) / 13);
        return {
          header: lines('header'),
          stream: boxOf('.stream ol')?.height ?? 0,
          end: boxOf('tbody')?.bottom ?? Infinity,
        };
      });
      expect(heights.header).toBeLessThanOrEqual(3);
      expect(heights.stream).toBeLessThan(60);
      expect(heights.end).toBeLessThan(1000);
      const box = await dashboard.page
        .locator('.comparison .scroll')
        .evaluate((scroll) => [scroll.scrollWidth, scroll.clientWidth]);
      expect(box[0]).toBeLessThanOrEqual(box[1] ?? 0);
    }
    await dashboard.page.setViewportSize({ width: 1280, height: 900 });
  });

  it('sorts by the keyboard, tells the order, and remembers it', async () => {
    await dashboard.snapshot(finished());
    const head = dashboard.page.locator('[data-column=accuracy]');
    await head.focus();
    await dashboard.page.keyboard.press('Enter');
    expect(await dashboard.page.locator('th:has([data-column=accuracy])').getAttribute('aria-sort')).toBe('descending');
    const order = () =>
      dashboard.page.locator('tr[data-variant]').evaluateAll((rows) => rows.map((row) => row.dataset['variant']));
    expect((await order()).slice(0, 3)).toEqual(['joint', 'replay', 'sleep']);
    expect((await order()).at(-1)).toBe('packnet');
    const state = await dashboard.page.evaluate(() => (globalThis as unknown as { state: unknown }).state);
    expect(state).toMatchObject({
      uri: 'file:///ws/split-mnist.lethe.json',
      sort: { column: 'accuracy', descending: true },
    });
    await dashboard.page.keyboard.press('Enter');
    await dashboard.page.keyboard.press('Enter');
    expect((await order()).slice(0, 3)).toEqual(['none', 'joint', 'ewc']);
  });

  it('reads its charts and matrices out to the keyboard', async () => {
    await dashboard.snapshot(finished());
    await dashboard.show('curves');
    const chart = dashboard.page.locator('[data-card=replay] [role=slider]');
    await chart.focus();
    await dashboard.page.keyboard.press('Home');
    expect(await chart.getAttribute('aria-valuetext')).toMatch(/^step 1, task 1: task 1 [\d.]+ %$/);
    await dashboard.page.keyboard.press('PageUp');
    expect(await chart.getAttribute('aria-valuetext')).toMatch(/^step 401, task 2: task 1 [\d.]+ %, task 2 [\d.]+ %$/);
    // The cursor is linked: another chart stands at the same step.
    expect(await text('[data-card=ewc] lethe-curves .readout')).toContain('step 401');
    const cells = dashboard.page.locator('[data-card=replay] [role=gridcell]');
    await cells.first().focus();
    await dashboard.page.keyboard.press('ArrowDown');
    await dashboard.page.keyboard.press('ArrowRight');
    const focused = await dashboard.page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    expect(focused).toMatch(/^after task 2, accuracy on task 2: \d+ % \([\d.]+ %; seeds [\d.]+ % to [\d.]+ %\)$/);
    const reachable = await cells.evaluateAll(
      (all) => all.filter((cell) => cell.getAttribute('tabindex') === '0').length,
    );
    expect(reachable).toBe(1);
  });

  it('can be walked through by Tab alone, and every stop has a name and is seen', async () => {
    await dashboard.snapshot(halfway());
    await dashboard.page.locator('h1').evaluate((title) => {
      title.tabIndex = -1;
      title.focus();
    });
    const seen: string[] = [];
    for (let i = 0; i < 60; i++) {
      await dashboard.page.keyboard.press('Tab');
      const stop = await dashboard.page.evaluate(nameOfFocused);
      if (stop === undefined) break;
      seen.push(stop);
    }
    expect(seen.filter((name) => name.startsWith('?'))).toEqual([]);
    expect(seen).toEqual(expect.arrayContaining(['Stop all', 'Answer', 'Accuracy', 'Stop Replay']));
    expect(seen.length).toBeGreaterThan(20);
  });

  it('tells the host which button was pressed', async () => {
    await dashboard.snapshot(halfway());
    await dashboard.page.locator('[data-variant=replay] [data-action=stop]').click();
    await dashboard.page.locator('header [data-menu=more] summary').click();
    await dashboard.page.locator('header [data-action=copyTable]').click();
    const [stop, copy] = (await dashboard.sent()).filter((message) => message.type === 'action').slice(-2);
    expect(stop).toEqual({ type: 'action', action: 'stop', variant: 'replay' });
    expect(copy).toMatchObject({ action: 'copyTable' });
    await dashboard.show('why');
    await dashboard.page.locator('header [data-menu=more] summary').click();
    await dashboard.page.locator('header [data-action=copyLink]').click();
    const link = (await dashboard.sent()).filter((message) => message.type === 'action').at(-1);
    expect(link).toMatchObject({ action: 'copyLink', text: expect.stringMatching(/^section=why/) as string });
    expect(copy?.text).toMatch(/^\| Method \| Runs \| Accuracy .+\n\| --- \|/);
  });

  it('zooms all charts together and back', async () => {
    await dashboard.snapshot(finished());
    await dashboard.show('curves');
    const labels = (key: string) =>
      dashboard.page.locator(`[data-card=${key}] canvas`).evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const whole = await labels('joint');
    await dashboard.page.locator('[data-card=none] [role=slider]').focus();
    await dashboard.page.keyboard.press('+');
    await expect.poll(() => labels('joint')).not.toBe(whole);
    await dashboard.page.locator('[data-action=resetZoom]').click();
    await dashboard.page.mouse.move(0, 0);
    await expect.poll(() => labels('joint')).toBe(whole);
  });

  it('opens the numbers behind a chart as a table', async () => {
    await dashboard.snapshot(finished());
    await dashboard.show('curves');
    await dashboard.page.locator('[data-card=ewc] .numbers summary').click();
    const table = dashboard.page.locator('[data-card=ewc] lethe-points');
    await expect.poll(() => table.locator('table').getAttribute('aria-rowcount')).toBe(String(5 * 28 + 1));
    // Only what is seen is there.
    expect(await table.locator('tr.point').count()).toBeLessThan(60);
    await dashboard.page.locator('[data-card=ewc] .numbers summary').click();
  });

  it('draws what validation sets said, named, in the readout and in the table', async () => {
    const chart = async () => {
      await dashboard.page.locator('[data-card=ewc]').scrollIntoViewIfNeeded();
      const canvas = dashboard.page.locator('[data-card=ewc] canvas');
      return canvas.evaluate((element: HTMLCanvasElement) => element.toDataURL());
    };
    await dashboard.snapshot(finished());
    await dashboard.show('curves');
    expect(await text('.legend')).not.toContain('Validation');
    const without = await chart();
    await dashboard.snapshot(finished().map((run) => validated(run)));
    expect(await text('.legend')).toContain('Validation set of the task in training');
    await expect.poll(chart).not.toBe(without);
    const slider = dashboard.page.locator('[data-card=ewc] [role=slider]');
    await slider.focus();
    await dashboard.page.keyboard.press('End');
    // Before what the method does after the last step.
    await dashboard.page.keyboard.press('ArrowLeft');
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/, validation [\d.]+ %$/);
    await dashboard.page.locator('[data-card=ewc] .numbers summary').click();
    const heads = dashboard.page.locator('[data-card=ewc] .twin thead th');
    await expect.poll(() => heads.allInnerTexts()).toEqual(expect.arrayContaining(['Validation', 'Validation loss']));
    await dashboard.screenshot('validation');
    // The accuracy on validation sets is the scenario's own: beside the task-aware one it would be another measure.
    await dashboard.page.locator('vscode-checkbox').click();
    await expect.poll(() => heads.allInnerTexts()).not.toContain('Validation');
    expect(await text('[data-card=packnet]')).toContain('PackNet');
    await dashboard.page.locator('vscode-checkbox').click();
    await dashboard.page.locator('[data-card=ewc] .numbers summary').click();
  });

  it.each([
    ['300 pixels', { width: 300, height: 800 }],
    ['1280 pixels at 200 % zoom', { width: 640, height: 450 }],
    ['4k', { width: 3840, height: 2160 }],
  ])('fits %s without scrolling sideways', async (name, size) => {
    await dashboard.page.setViewportSize(size);
    await dashboard.snapshot(troubled());
    await dashboard.snapshot(halfway());
    for (const section of sections) {
      await dashboard.show(section);
      const { scroll, width } = await dashboard.page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth,
        width: document.documentElement.clientWidth,
      }));
      expect(scroll, section).toBeLessThanOrEqual(width);
      await dashboard.screenshot(`size-${section}-${name.replaceAll(/\W+/g, '-')}`);
    }
    await dashboard.page.setViewportSize({ width: 1280, height: 900 });
  });
});

describe.skipIf(skip)('the dashboard page on its own', () => {
  it('speaks Chinese where VS Code does', async () => {
    const dashboard = await DashboardPage.open({ language: 'zh-cn' });
    await dashboard.snapshot(halfway());
    expect(await dashboard.page.locator('header').innerText()).toContain('全部停止');
    expect(await dashboard.page.locator('[data-state]').innerText()).toContain('剩余');
    await dashboard.screenshot('chinese');
    await dashboard.close();
  });

  it('says that it is on its way until it has something to draw', async () => {
    const dashboard = await DashboardPage.open();
    expect(await dashboard.page.locator('main').innerText()).toContain('Reading runs …');
    await dashboard.screenshot('waiting');
    await dashboard.snapshot(halfway());
    expect(await dashboard.page.locator('main').count()).toBe(1);
    expect(await dashboard.page.locator('main').innerText()).not.toContain('Reading runs …');
    await dashboard.close();
  });

  it('says that the connection is lost when the host is silent for fifteen seconds', async () => {
    const dashboard = await DashboardPage.open();
    await dashboard.snapshot(halfway());
    await dashboard.page.clock.install();
    await dashboard.page.reload();
    await dashboard.page.waitForSelector('lethe-dashboard', { state: 'attached' });
    await dashboard.page.clock.runFor(14_000);
    expect(await dashboard.page.locator('.lost').count()).toBe(0);
    await dashboard.page.clock.runFor(3000);
    expect(await dashboard.page.locator('.lost').innerText()).toContain('Reload the window');
    await dashboard.close();
  });

  it('comes back sorted the way it was left', async () => {
    const state = { sort: { column: 'forgetting', descending: false }, taskAware: true };
    const dashboard = await DashboardPage.open({ state });
    await dashboard.snapshot(finished());
    expect(await dashboard.page.locator('th:has([data-column=forgetting])').getAttribute('aria-sort')).toBe(
      'ascending',
    );
    await dashboard.show('curves');
    expect(await dashboard.page.locator('.forgetting .note').innerText()).toContain('task-aware');
    await dashboard.close();
  });
});

/** Runs in the page: the accessible name of what has the focus, "?…" when it has none or cannot be seen. */
function nameOfFocused(): string | undefined {
  const element = document.activeElement;
  if (!element || element === document.body) return undefined;
  const box = element.getBoundingClientRect();
  const labelled = element.getAttribute('aria-labelledby');
  const name =
    element.getAttribute('aria-label') ??
    (labelled ? document.getElementById(labelled)?.textContent : undefined) ??
    element.textContent;
  const shown = box.width > 0 && box.height > 0 && name.trim();
  return shown ? name.trim().split('\n')[0] : `?${element.outerHTML.slice(0, 120)}`;
}
