import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FromWebview } from '../../src/core/fromWebview';
import { DashboardPage } from './dashboardPage';
import { insideRuns, viewOfRuns } from './insideRuns';

const skip = process.env['LETHE_NO_VSCODE_HOST'] !== undefined;

/** Longer than the page waits for an answer (ms). */
const TOO_LONG = 31_000;

/** Messages that do not come, or not as they should, between the built page and a host that a test plays. */
describe.skipIf(skip)('messages between page and host', () => {
  const runs = insideRuns();
  let dashboard: DashboardPage;
  beforeAll(async () => {
    dashboard = await DashboardPage.open({ size: { width: 590, height: 1000 } });
    await show();
  });
  afterAll(() => dashboard.close());
  afterEach(async () => {
    expect(await dashboard.page.evaluate(() => document.body.dataset['violations'])).toBe('0');
    expect((await dashboard.sent()).filter(({ type }) => type === 'error' || type === 'cspViolation')).toEqual([]);
    expect(dashboard.faults).toEqual([]);
  });
  const show = () => dashboard.snapshot(runs, {}, viewOfRuns(runs));
  const said = async <Type extends FromWebview['type']>(type: Type) =>
    (await dashboard.sent()).filter(
      (message): message is Extract<FromWebview, { type: Type }> => message.type === type,
    );
  const seq = () => dashboard.page.evaluate(() => Number(document.body.dataset['seq']));

  it('that come out of order, twice or not at all make the page ask once for everything', async () => {
    const before = (await said('resync')).length;
    const last = dashboard.last;
    for (const number of [last + 2, last + 3, last + 1, last + 1])
      await dashboard.say({ type: 'delta', seq: number, runs: [{ id: runs[0]?.manifest.id, removed: true }] });
    await expect.poll(async () => (await said('resync')).length).toBe(before + 1);
    // In its place one is taken in all the same: it is what comes next.
    await expect.poll(seq).toBe(last + 1);
    await show();
    expect(await dashboard.page.evaluate(() => document.body.dataset['runs'])).toBe(String(runs.length));
    await dashboard.say({ type: 'heartbeat', seq: dashboard.last + 1 });
    await expect.poll(async () => (await said('resync')).length).toBe(before + 2);
    await show();
  });

  it('that are none, or answer what nobody asked, change nothing', async () => {
    const before = await seq();
    const ids = (await said('ask')).map(({ id }) => id);
    const strange: unknown[] = [
      null,
      'snapshot',
      [],
      { type: 'snapshot', seq: before + 1 },
      { type: 'snapshot', seq: before + 1, view: { name: 'x' }, runs: 'all' },
      { type: 'delta', seq: before + 1, runs: [{}] },
      { type: '__proto__', seq: 1 },
      { type: 'reply', id: '0', reply: [] },
      { type: 'reply', id: 1e9, reply: [] },
      { type: 'refused', id: -1, why: 'late' },
      // Those that have been answered already.
      ...ids.flatMap((id) => [
        { type: 'reply', id, reply: null },
        { type: 'refused', id, why: 'failed' },
      ]),
    ];
    for (const message of strange) await dashboard.say(message);
    await dashboard.answered();
    expect(await seq()).toBe(before);
    expect(await dashboard.page.locator('.lost').count()).toBe(0);
  });

  it('that are not waited for any more are taken back, and come to nothing when they are answered', async () => {
    const before = (await said('ask')).length;
    dashboard.isSilent = true;
    await dashboard.show('inside');
    await expect.poll(async () => (await said('ask')).length).toBeGreaterThan(before);
    const asked = (await said('ask')).slice(before).map(({ id }) => id);
    await dashboard.show('details');
    await expect.poll(async () => (await said('cancel')).map(({ id }) => id)).toEqual(expect.arrayContaining(asked));
    dashboard.speak();
    await dashboard.show('inside');
    await expect.poll(() => dashboard.page.locator('[data-kind=memory]').count()).toBeGreaterThan(0);
    expect(await dashboard.page.locator('.inside [role=alert]').count()).toBe(0);
    await dashboard.show('details');
  });

  it('that do not come for too long are given up in words, and asked for again when one says so', async () => {
    await dashboard.page.clock.install();
    dashboard.isSilent = true;
    await dashboard.show('inside');
    await dashboard.page.clock.runFor(TOO_LONG);
    const alert = dashboard.page.locator('.inside [role=alert]');
    await expect.poll(() => alert.innerText()).toContain('could not be read');
    // Answers to what was given up.
    dashboard.speak();
    await dashboard.page.clock.runFor(100);
    expect(await alert.count()).toBe(1);
    await dashboard.page.locator('[data-action=insideAgain]').click();
    await dashboard.page.clock.runFor(100);
    await expect.poll(() => dashboard.page.locator('[data-kind=memory]').count()).toBeGreaterThan(0);
    expect(await alert.count()).toBe(0);
  });
});
