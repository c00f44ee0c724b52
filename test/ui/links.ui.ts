// Links from VS Code into the dashboard, pictures from it to the clipboard, and what analyses write beside a run.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { isAlive, signal, uiTest, until, withHost, type Host, type Workbench } from '../vscode/harness';
import { Panel } from './panel';
import { FILE as RECORDED, otherRuns, OTHERS, recordedFolder, writeRun } from './recordedFolder';
import { folderWith, longRecipe, recipe } from './recipes';
import { count, runsFolder, runsIn, trainingProcesses } from './runsOnDisk';

function folderOfOthers(): string {
  const folder = folderWith({ 'quick.lethe.json': recipe() });
  for (const { manifest, events } of otherRuns()) writeRun(folder, manifest, events);
  return folder;
}

uiTest(
  'a run leads to why its number is what it is, which outlives a reload; pictures go to the clipboard, analyses are drawn as they come',
  async () => {
    await withHost('links', { workspace: folderOfOthers(), trusted: true }, async (host) => {
      const workbench = await host.openWindow();
      await workbench.activity('Lethe').click();
      await workbench.treeRow('Other runs').waitFor({ timeout: 120_000 });
      await workbench.unfoldRow('Other runs', /seed 1/);
      // A row of a tree that VS Code fills anew at this moment gives its command no argument, and at first it often does.
      await workbench.page.waitForTimeout(2000);
      const why = (method: string) =>
        workbench.treeRowMenu(new RegExp(`seed 1.*${OTHERS} · ${method}`), 'Why This Number');
      await why('None');
      const panel = new Panel(workbench);
      await panel.page.locator('[data-why-detail=none]').waitFor({ timeout: 120_000 });
      await copyPicture(host, panel, workbench);
      // The dashboard that is open goes there too.
      await why('GPM');
      await panel.page.locator('[data-why-detail=gpm]').waitFor();
      await seesAnalysis(host, panel);
      await panel.show('why');
      await workbench.activity('Explorer').click();
      await workbench.reload();
      await new Panel(workbench).page.locator('[data-why-detail=gpm]').waitFor({ timeout: 120_000 });
      expect(host.browser.cspViolations).toEqual([]);
    });
  },
);

uiTest('the sentence above a method and the hover of its name lead to why its number is what it is', async () => {
  await withHost('links-in-file', { workspace: recordedFolder(), trusted: true }, async (host) => {
    const workbench = await host.openWindow();
    await workbench.openFile(RECORDED);
    // The sentences of PackNet and replay are others.
    await workbench
      .codeLens(/overwritten by newer tasks|of old taken for newest|if told the task/)
      .first()
      .click();
    const panel = new Panel(workbench);
    await panel.page.locator('[data-why-detail=ewc]').waitFor({ timeout: 120_000 });
    await workbench.screenshot('why-from-lens');
    await workbench.page.locator('.view-line span span', { hasText: /^"replay"$/ }).hover();
    const link = workbench.page.locator('.monaco-hover:visible a', { hasText: 'Show in the dashboard' });
    await link.waitFor();
    await workbench.screenshot('why-in-hover');
    await link.click();
    await panel.page.locator('[data-why-detail=replay]').waitFor();
    await followsCopiedLink(panel, workbench);
    expect(host.browser.cspViolations).toEqual([]);
  });
});

/** A link that the dashboard copies, pasted anywhere, leads back to what was looked at. */
async function followsCopiedLink(panel: Panel, workbench: Workbench): Promise<void> {
  const { page } = workbench;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await panel.page.locator('header [data-menu=more] summary').click();
  await panel.page.locator('header [data-action=copyLink]').click();
  const link = await until('a link on the clipboard', async () => {
    const text = await page.evaluate(() => navigator.clipboard.readText());
    return /^[\w-]+:\/\/lethe\.lethe\/dashboard\?/.test(text) && text;
  });
  expect(link).toContain(`?file=${RECORDED}&section=why&method=replay`);
  await panel.show('details');
  await openUrl(workbench, link);
  await panel.page.locator('[data-why-detail=replay]').waitFor();
  await openUrl(workbench, link.replace('section=why&method=replay', 'section=curves&method=ewc'));
  await panel.page.locator('[data-card=ewc].focused').waitFor();
  await openUrl(workbench, link.replace(RECORDED, '../other.lethe.json'));
  await workbench.toast('../other.lethe.json, which is not in this workspace').waitFor();
}

/** VS Code asks before it hands a link to an extension. */
async function openUrl(workbench: Workbench, url: string): Promise<void> {
  await workbench.command('Developer: Open URL');
  await workbench.answerInput(url);
  await workbench.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Open', exact: true }).click();
}

uiTest('a message about failed runs leads to what failed and runs them again; so does the menu of a run', async () => {
  const file = 'long.lethe.json';
  const workspace = folderWith({ [file]: longRecipe(4000, { methods: [{ method: 'none' }], seeds: [1] }) });
  const { leftovers } = await withHost('links-failed', { workspace, trusted: true }, async (host) => {
    const workbench = await host.openWindow();
    await workbench.openFile(file);
    await workbench.codeLens('Run all').click({ timeout: 120_000 });
    const panel = new Panel(workbench);
    await panel.drawn();
    await crash(host);
    await workbench.toast('1 of 1 runs failed').waitFor();
    await workbench.screenshot('failed-message');
    await workbench.answerToast('1 of 1 runs failed', 'What Failed');
    await panel.page.locator('[data-section=details]').waitFor();
    await panel.problems.filter({ hasText: 'ended without a word' }).waitFor();

    const [failed] = await runsIn(host.workspace);
    const menu = panel.page.locator(`[data-run-row="${failed?.manifest.id ?? ''}"]`);
    await menu.locator('summary').click();
    await menu.locator('[data-action=runAgain]').click();
    await until('a second run of the same seed', async () => (await runsIn(host.workspace)).length === 2);
    await crash(host);
    await workbench.answerToast('1 of 1 runs failed', 'Run Again');
    await until('another run', async () => (await count(host.workspace, 'running')) === 1);
    const seeds = (await runsIn(host.workspace)).map(({ manifest }) => `${manifest.variant.key} ${manifest.seed}`);
    expect(new Set(seeds)).toEqual(new Set(['none 1']));
    await workbench.codeLens('Stop all').click();
    await workbench.codeLens('Stop all').waitFor({ state: 'hidden' });
  });
  expect(leftovers).toEqual([]);
});

/** Ends the one run in training by force. */
async function crash(host: Host): Promise<void> {
  await until('a run in training', () => trainingProcesses(host.workspace).size === 1);
  const [pid = 0] = trainingProcesses(host.workspace).values();
  signal(pid, 'SIGKILL');
  await until('its process to be gone', () => !isAlive(pid));
}

/** What an analysis writes beside a run is drawn while one looks. */
async function seesAnalysis(host: Host, panel: Panel): Promise<void> {
  await panel.show('inside');
  const drift = panel.page.locator('[data-inside-group=analysis]');
  await drift.filter({ hasText: 'Analysed: 0 of' }).waitFor();
  const [run] = otherRuns().filter(({ manifest }) => manifest.trainer === 'lethe');
  const folder = path.join(runsFolder(host.workspace), run?.manifest.id ?? '', 'analyses');
  const values = { accuracy: 0.75, drop: 0, slope: 0 };
  const rows = [0, 1, 2, 3, 4].map((after) => ({ after, of: 0, values }));
  const result = { lethe: 1, analysis: 'probe', revision: 1, settings: {}, backend: 'wasm', checkpoints: [], rows };
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'probe.json'), JSON.stringify(result));
  await drift.filter({ hasText: 'Analysed: 1 of' }).waitFor({ timeout: 60_000 });
  await drift.locator('.inside-panel', { hasText: 'Linear probe' }).first().waitFor();
}

/** A page in a frame of VS Code may write pictures to the clipboard, without being granted anything. */
async function copyPicture(host: Host, panel: Panel, workbench: Workbench): Promise<void> {
  const trend = panel.page.locator('[data-panel-root=over-tasks]');
  await trend.locator('.panel-menu > summary').click();
  await trend.locator('[data-action=copyPicture]').click();
  await trend.locator('.panel-menu:not([open])').waitFor();
  // Reading is what the test alone wants; what is not granted is refused from then on.
  await host.browser.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const types = () =>
    workbench.page.evaluate(async () => (await navigator.clipboard.read()).flatMap((item) => [...item.types]));
  await expect.poll(types, { timeout: 20_000 }).toEqual(['image/png']);
}
