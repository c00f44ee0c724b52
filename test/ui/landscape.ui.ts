// Analyses of kept parameters in a real VS Code, from the palette and from the lenses: how long each will take, landscapes and a
// path to their end.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { landscapeResultSchema } from '../../src/core/analyses/landscape';
import { RunStore } from '../../src/runs/index';
import { uiTest, until, withHost, type Host, type Workbench } from '../vscode/harness';
import { Panel } from './panel';
import { folderWith, recipe } from './recipes';
import { runsFolder, runsIn } from './runsOnDisk';

const FILE = 'quick.lethe.json';
const LONG_MS = 180_000;

const EWC = { method: 'ewc', samples: 200 };
const REPLAY = { method: 'replay', perClass: 20 };

uiTest('a landscape is measured from the palette and drawn, and the palette knows what was measured before', () =>
  withTrainedRuns('landscape', [EWC], {}, async (workbench, panel, host) => {
    await measuresDrift(workbench);
    await measuresLandscape(workbench, panel, host);
    expect(host.browser.cspViolations).toEqual([]);
  }),
);

uiTest('a landscape comes into the dashboard although the folders of runs are not watched', () => {
  const settings = JSON.stringify({ 'files.watcherExclude': { '**/.lethe/**': true } });
  return withTrainedRuns('landscape-unwatched', [EWC], { '.vscode/settings.json': settings }, measuresLandscape);
});

uiTest(
  'lenses ask for a landscape with other methods and settings of its own, and for a path, which waits its turn',
  () => {
    // What a terminal says is text in the page then.
    const settings = JSON.stringify({ 'terminal.integrated.gpuAcceleration': 'off' });
    return withTrainedRuns(
      'landscape-lenses',
      [EWC, REPLAY],
      { '.vscode/settings.json': settings },
      async (...window) => {
        const [workbench] = window;
        await workbench.command('View: Toggle Primary Side Bar Visibility');
        await measuresGradients(...window);
        await findsPath(...window);
      },
    );
  },
);

/** A window with a dashboard of runs that are done. @param more files of the workspace */
async function withTrainedRuns(
  name: string,
  methods: readonly Readonly<Record<string, unknown>>[],
  more: Readonly<Record<string, string>>,
  body: (workbench: Workbench, panel: Panel, host: Host) => Promise<void>,
): Promise<void> {
  const text = withMethodsFirst(recipe({ bounds: false, seeds: [1], methods }));
  await withHost(name, { workspace: folderWith({ [FILE]: text, ...more }), trusted: true }, async (host) => {
    const workbench = await host.openWindow();
    await workbench.openFile(FILE);
    await workbench.codeLens('Run all').click();
    const panel = new Panel(workbench);
    await panel.drawn();
    await panel.allDone(methods.length);
    await body(workbench, panel, host);
  });
}

/** Their lenses are seen where half of the window is a terminal, too. */
function withMethodsFirst(text: string): string {
  const { methods, ...rest } = JSON.parse(text) as Readonly<Record<string, unknown>>;
  return `${JSON.stringify({ methods, ...rest }, undefined, 2)}\n`;
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
  await workbench.quickPickRow('Measure it').click();
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

/** Along the gradients at EWC's checkpoint, with replay beside it; the third task is the new one, and the plane is wider. */
async function measuresGradients(workbench: Workbench, panel: Panel, host: Host): Promise<void> {
  await workbench.codeLens('Loss landscape…').click();
  await workbench.quickPickRow('Along the gradients of both tasks').click();
  await workbench.quickPickRow(/EWC.*after task 1/).click();
  await workbench.quickPickRow('Replay').click();
  await workbench.screenshot('landscape-beside');
  await workbench.page.keyboard.press('Enter');
  await workbench.quickPickRow(/New task….*2/).click();
  await workbench.quickPickRow('Task 3').click();
  await workbench.quickPickRow(/New task….*3/).waitFor();
  await workbench.quickPickRow('Reach…').click();
  await workbench.answerInput('2');
  await workbench.quickPickRow(/Reach….*2/).waitFor();
  await workbench.screenshot('landscape-settings');
  await workbench.quickPickRow('Measure it').click();
  const map = panel.page.locator('svg.landscape-map');
  await map.waitFor({ timeout: LONG_MS });
  // What both runs kept.
  expect(await map.locator('.mark').count()).toBe(10);
  const [file = ''] = analysesOf(host, 'ewc');
  const { settings, surfaces, plane, x } = landscapeResultSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  expect(settings).toMatchObject({ plane: 'gradients', new: 3, reach: 2 });
  expect([plane.through.map(({ task }) => task), surfaces.map(({ of }) => of), x.at(-1)]).toEqual([[0], [0, 2], 2]);
}

/** From one method to the other, while another analysis has its turn in this folder. */
async function findsPath(workbench: Workbench, panel: Panel, host: Host): Promise<void> {
  const store = new RunStore(host.workspace, { dist: '' });
  const { signal } = new AbortController();
  const turn = await store.waitToAnalyse({ signal, onWaiting: () => undefined });
  await workbench.codeLens('Find path…').click();
  await workbench.quickPickRow(/EWC.*after task 1/).click();
  await workbench.quickPickRow(/Replay.*after task 2/).click();
  await workbench.quickPickRow('The line and a Bézier curve').click();
  await workbench.page.locator('.xterm-rows', { hasText: 'Another analysis is running' }).waitFor({ timeout: LONG_MS });
  await workbench.screenshot('path-waits');
  const chart = panel.page.locator('lethe-path-chart svg');
  expect(await chart.count()).toBe(0);
  await turn?.release();
  await chart.waitFor({ timeout: LONG_MS });
  expect(await chart.getAttribute('aria-label')).toMatch(/Task 1, line: barrier.*Task 2, Bézier curve: barrier/);
  expect(await chart.locator('.profile').count()).toBe(4);
  await workbench.screenshot('path');
  expect(analysesOf(host, 'ewc').map((file) => path.basename(file).split('-')[0])).toEqual(['landscape', 'path']);
}

/** What was found lies beside the run that was named first. */
function analysesOf({ workspace }: Host, method: string): string[] {
  const run = readdirSync(runsFolder(workspace)).find((id) => id.includes(method)) ?? '';
  const folder = path.join(runsFolder(workspace), run, 'analyses');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => path.join(folder, name));
}
