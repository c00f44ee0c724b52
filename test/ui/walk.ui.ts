// The way of someone who opens the examples for the first time, from the folder to the finished comparison.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { formatResult } from '../../src/core/measureFormat';
import { commandLine, uiTest, until, withHost, type Host, type Workbench } from '../vscode/harness';
import { expectedMeasures, Panel } from './panel';
import { folderWith, recipe } from './recipes';
import { resultsOf, runsFolder, runsIn, trainingProcesses } from './runsOnDisk';

const FILE = 'quick.lethe.json';
/** none, joint, EWC, PackNet, replay: two seeds each. */
const RUNS = 10;
const RUN_ALL = 'Lethe: Run All Methods';

uiTest('an experiment runs from a click to the comparison, and every number is that of the run folders', async () => {
  const files = { [FILE]: recipe(), 'other.lethe.json': recipe({ name: 'Another one', seeds: [7] }) };
  const { leftovers } = await withHost('walk', { workspace: folderWith(files) }, async (host) => {
    const workbench = await host.openWindow();
    await seeTheView(workbench);
    await workbench.openFile(FILE);
    await runNothingWithoutTrust(workbench, host);
    await workbench.trust();
    await startEverything(workbench);
    await watchItTrain(workbench, host);
    const panel = new Panel(workbench);
    await panel.allDone(RUNS);
    await compareNumbers(panel, workbench, host);
    await seeResults(workbench);
    await markStale(workbench, host);
    await analyse(workbench, host);
    expect(host.browser.cspViolations).toEqual([]);
    expect(host.browser.externalRequests).toEqual([]);
  });
  expect(leftovers).toEqual([]);
});

async function seeTheView(workbench: Workbench): Promise<void> {
  await workbench.activity('Lethe').click();
  await workbench.treeRow('Quick look').waitFor();
  await workbench.treeRow('Another one').waitFor();
  await workbench.activity('Explorer').click();
}

async function runNothingWithoutTrust(workbench: Workbench, host: Host): Promise<void> {
  await workbench.codeLens('Running needs a trusted workspace').waitFor();
  expect(await workbench.codeLens('Run').filter({ hasNotText: 'trusted' }).count()).toBe(0);
  expect(await workbench.offersCommand(RUN_ALL)).toBe(false);
  await workbench.codeLens('Open dashboard').click();
  const panel = new Panel(workbench);
  await panel.drawn();
  expect(await panel.notices.innerText()).toContain('not trusted');
  expect(await panel.page.locator('[data-action^=run]:not([disabled])').count()).toBe(0);
  await workbench.closeTab('quick');
  expect(await runsIn(host.workspace)).toEqual([]);
}

async function startEverything(workbench: Workbench): Promise<void> {
  expect(await workbench.offersCommand(RUN_ALL)).toBe(true);
  await workbench.codeLens('Run all').waitFor();
  // One above each entry of `methods`.
  await until('a lens for each method', async () => (await workbench.codeLens(/^ ?Run$/).count()) === 3);
  await workbench.codeLens('Run all').click();
}

async function watchItTrain(workbench: Workbench, host: Host): Promise<void> {
  const panel = new Panel(workbench);
  await panel.drawn();
  const processes = await until('training processes', () => {
    const found = [...trainingProcesses(host.workspace).values()];
    return found.length > 0 && found;
  });
  expect(commandLine(processes[0] ?? 0)).toContain('train.js');
  await workbench.statusBarItem(/\d running/).waitFor();
  await workbench.codeLens('Stop all').waitFor();
  await workbench.activity('Lethe').click();
  await workbench.treeRow(/Quick look.*in training/).waitFor();
  await panel.state.filter({ hasText: /task \d of 5 · .+ left/ }).waitFor();
  await panel.page.locator('[data-action=stop]').first().waitFor();
  await panel.page.locator('[data-strip=none] polyline').first().waitFor();
  await panel.show('curves');
  await panel.filledCells('none').first().waitFor();
  await until('curves', async () => (await panel.ink('none')) > 500);
  await panel.show('answer');
  await until('a first row with values', async () => /\d/.test((await panel.measures('none'))[0] ?? ''));
  const unfinished = (await runsIn(host.workspace)).filter(({ status }) => status !== 'done');
  expect(unfinished.length, 'all this was seen while training went on').toBeGreaterThan(0);
}

async function compareNumbers(panel: Panel, workbench: Workbench, host: Host): Promise<void> {
  const { rows } = await resultsOf(host.workspace, FILE);
  expect(rows.map(({ key, seedsDone }) => `${key} ${seedsDone}`)).toEqual(
    ['none', 'joint', 'ewc', 'packnet', 'replay'].map((key) => `${key} 2`),
  );
  for (const row of rows) {
    expect(await panel.measures(row.key), row.key).toEqual(expectedMeasures(row));
    if (row.bound === undefined) await workbench.codeLens(formatResult(row) ?? 'no result').waitFor();
  }
  await panel.show('curves');
  expect(await panel.filledCells('replay').count()).toBeGreaterThanOrEqual(15);
}

async function seeResults(workbench: Workbench): Promise<void> {
  await workbench
    .codeLens(/\d+\.\d % · forgets .+ % · closes .+ %/)
    .first()
    .waitFor();
  await workbench.statusBarItem(/running|queued/).waitFor({ state: 'hidden' });
  await workbench.treeRow(/^Replay.*%/).click();
  await workbench.page.keyboard.press('ArrowRight');
  await workbench.treeRow(/seed 2.*\d %/).waitFor();
  await workbench.screenshot('walk-done');
}

/** An analysis from the palette, in a terminal; what it found lies beside the run. */
async function analyse(workbench: Workbench, host: Host): Promise<void> {
  await workbench.command('Lethe: Analyse Run');
  await workbench.quickPickRow('EWC').click();
  await workbench.quickPickRow('Drift of representations').click();
  await workbench.page.keyboard.press('Enter');
  const runs = await runsIn(host.workspace);
  const results = runs.map(({ manifest }) => path.join(runsFolder(host.workspace), manifest.id, 'analyses/cka.json'));
  await until('the result of the analysis', () => results.some((file) => existsSync(file)));
  await workbench.page.locator('.terminal-wrapper, .xterm').first().waitFor();
  await workbench.screenshot('analysis');
}

async function markStale(workbench: Workbench, host: Host): Promise<void> {
  const file = path.join(host.workspace, FILE);
  writeFileSync(file, readFileSync(file, 'utf8').replace('"perClass": 20', '"perClass": 21'));
  await workbench.codeLens(/% · forgets .+stale: its settings have changed since/).waitFor();
  expect(await workbench.codeLens('stale').count(), 'only the method that was edited').toBe(1);
  await workbench.treeRow(/Replay.*stale/).waitFor();
  await seeWhatChanged(workbench);
}

/** The settings of before beside those of now, in VS Code's own comparison. */
async function seeWhatChanged(workbench: Workbench): Promise<void> {
  await workbench.codeLens('What changed').click();
  const { page } = workbench;
  await page.locator('.monaco-diff-editor .modified-in-monaco-diff-editor', { hasText: '"perClass": 21' }).waitFor();
  await page.locator('.monaco-diff-editor .original-in-monaco-diff-editor', { hasText: '"perClass": 20' }).waitFor();
  await workbench.screenshot('what-changed');
  await workbench.closeTab('Replay · perClass 21: what changed since it ran last');
}
