// Analyses of kept parameters in a real VS Code, from the palette: how long each will take, and a landscape to its end.
import { expect } from 'vitest';
import { uiTest, until, withHost, type Host, type Workbench } from '../vscode/harness';
import { Panel } from './panel';
import { folderWith, recipe } from './recipes';
import { runsIn } from './runsOnDisk';

const FILE = 'quick.lethe.json';
const LONG_MS = 180_000;

uiTest('a landscape is measured from the palette and drawn, and the palette knows what was measured before', () =>
  withTrainedRun('landscape', {}, async (workbench, panel, host) => {
    await measuresDrift(workbench);
    await measuresLandscape(workbench, panel, host);
    expect(host.browser.cspViolations).toEqual([]);
  }),
);

uiTest('a landscape comes into the dashboard although the folders of runs are not watched', () => {
  const settings = JSON.stringify({ 'files.watcherExclude': { '**/.lethe/**': true } });
  return withTrainedRun('landscape-unwatched', { '.vscode/settings.json': settings }, measuresLandscape);
});

/** A window with a dashboard of one run that is done. @param more files of the workspace */
async function withTrainedRun(
  name: string,
  more: Readonly<Record<string, string>>,
  body: (workbench: Workbench, panel: Panel, host: Host) => Promise<void>,
): Promise<void> {
  const text = recipe({ bounds: false, seeds: [1], methods: [{ method: 'ewc', samples: 200 }] });
  await withHost(name, { workspace: folderWith({ [FILE]: text, ...more }), trusted: true }, async (host) => {
    const workbench = await host.openWindow();
    await workbench.openFile(FILE);
    await workbench.codeLens('Run all').click();
    const panel = new Panel(workbench);
    await panel.drawn();
    await until('the run to be done', async () =>
      (await runsIn(host.workspace)).every(({ status }) => status === 'done'),
    );
    await body(workbench, panel, host);
  });
}

/** The second time it is said that nothing needs to be measured. */
async function measuresDrift(workbench: Workbench): Promise<void> {
  const drift = workbench.quickPickRow('Drift of representations');
  const ask = async () => {
    await workbench.command('Lethe: Analyse Run');
    await workbench.quickPickRow('EWC').click();
    await drift.waitFor();
  };
  await ask();
  await drift.click();
  await workbench.page.keyboard.press('Enter');
  await until('the palette to know of it', async () => {
    await ask();
    const said = await drift.innerText();
    await workbench.screenshot('analyses-times');
    await workbench.page.keyboard.press('Escape');
    return said.includes('measured before with these settings');
  });
}

async function measuresLandscape(workbench: Workbench, panel: Panel, host: Host): Promise<void> {
  await workbench.tab(FILE).click();
  await workbench.command('Lethe: Show Loss Landscape…');
  await workbench.quickPickRow('In two random directions').click();
  await workbench.quickPickRow(/EWC.*after task 2/).click();
  await panel.page.locator('[data-section=landscape]').waitFor({ timeout: LONG_MS });
  const map = panel.page.locator('svg.landscape-map');
  await map.waitFor({ timeout: LONG_MS });
  expect(await map.locator('.region').count()).toBeGreaterThan(1);
  expect(await map.locator('.mark').count()).toBe(5);
  expect(await panel.page.locator('.landscape-angles li').innerText()).toMatch(
    /EWC.*both ways down are \d+(\.\d)?° apart/,
  );
  await panel.page.locator('.landscape-panel summary', { hasText: 'Data as table' }).first().click();
  await expect.poll(() => panel.page.locator('.landscape-panel tbody tr').count()).toBe(5);
  await workbench.screenshot('landscape');
  expect((await runsIn(host.workspace)).length).toBe(1);
}
