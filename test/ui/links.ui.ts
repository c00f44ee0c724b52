// Links from VS Code into the dashboard, pictures from it to the clipboard, and what analyses write beside a run.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { uiTest, withHost, type Host, type Workbench } from '../vscode/harness';
import { Panel } from './panel';
import { otherRuns, OTHERS, writeRun } from './recordedFolder';
import { folderWith, recipe } from './recipes';
import { runsFolder } from './runsOnDisk';

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
      await workbench.treeRow('Other runs').click();
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
