// Two dashboards while runs stream, through what may happen meanwhile: a reload, folders that go, a store that cannot be read.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { uiTest, withHost, type Host, type Workbench } from '../vscode/harness';
import { Panel } from './panel';
import { Program } from './program';
import { FILE, NAME, recordedFolder, RUNS } from './recordedFolder';
import { openBeside } from './twoPanels';
import { eventsFile, runsFolder, runsIn } from './runsOnDisk';

const STREAM = 'Streaming';
/** Events that are not written before the window is there again. */
const LAST = 20;
const LONGEST_MS = 600_000;

uiTest(
  'two dashboards follow runs through a reload, and say what is gone or cannot be read',
  async () => {
    const options = { workspace: recordedFolder(), trusted: true, viewport: { width: 1600, height: 1000 } };
    await withHost('streaming', options, async (host) => {
      const program = Program.begin(host.workspace, STREAM, ['none', 'replay']);
      program.write(40);
      const workbench = await host.openWindow();
      await openBoth(workbench);
      await reloadWhileStreaming(workbench, program);
      const panel = new Panel(workbench);
      await loseALog(panel, host);
      await loseFolders(panel, host);
      await loseTheStore(panel, host);
      expect(host.browser.cspViolations).toEqual([]);
      expect(host.browser.consoleLines.filter((line) => line.startsWith('[pageerror]'))).toEqual([]);
    });
  },
  LONGEST_MS,
);

/** The recorded experiment, and beside it the one that streams. */
async function openBoth(workbench: Workbench): Promise<void> {
  await workbench.openFile(FILE);
  await workbench.codeLens('Open dashboard').click({ timeout: LONGEST_MS / 5 });
  await new Panel(workbench).allDone(RUNS);
  await openBeside(workbench, STREAM);
  // Where a reload waits for it.
  await workbench.activity('Explorer').click();
}

async function reloadWhileStreaming(workbench: Workbench, program: Program): Promise<void> {
  await new Panel(workbench, 0).show('why');
  const before = new Panel(workbench, 1);
  await before.show('curves');
  await before.filledCells('none').first().waitFor();
  const stop = program.goOn(250, LAST);
  try {
    await workbench.reload();
    const [recorded, streamed] = await panelsByTitle(workbench);
    // Each as it was looked at.
    await recorded.page.locator('[data-section=why] [data-why]').first().waitFor();
    await recorded.allDone(RUNS);
    await streamed.page.locator('[data-section=curves]').waitFor();
    await expect.poll(() => streamed.page.locator('body').getAttribute('data-active')).toBe('4');
    const seq = async () => Number(await streamed.page.locator('body').getAttribute('data-seq'));
    const known = await seq();
    program.write(LAST / 2);
    await expect.poll(seq, { timeout: 30_000 }).toBeGreaterThan(known);
    await workbench.screenshot('streaming');
  } finally {
    stop();
  }
  program.write(Infinity);
  const [, streamed] = await panelsByTitle(workbench);
  await streamed.allDone(4);
  expect(await streamed.filledCells('replay').count()).toBe(25);
}

/** After a reload panels may come back in any order. */
async function panelsByTitle(workbench: Workbench): Promise<[Panel, Panel]> {
  const panels = [0, 1].map((nth) => new Panel(workbench, nth));
  for (const panel of panels) await panel.drawn();
  const [first, second] = panels as [Panel, Panel];
  return (await first.page.locator('h1').innerText()) === STREAM ? [second, first] : [first, second];
}

/** A log that goes takes along what it showed, and is said to be gone; what it shows is there again when it is. */
async function loseALog(panel: Panel, host: Host): Promise<void> {
  const [id = ''] = await recordedIds(host, 'ewc');
  const log = eventsFile(host.workspace, id);
  await panel.show('inside');
  const histograms = panel.page.locator('[data-kind=distribution] h4', { hasText: 'EWC' });
  await histograms.first().waitFor();
  renameSync(log, `${log}.away`);
  await expect.poll(() => histograms.count(), { timeout: 30_000 }).toBe(0);
  await expect.poll(() => panel.page.locator('[data-tab=details]').innerText()).toMatch(/Details\s*1/);
  renameSync(`${log}.away`, log);
  await panel.allDone(RUNS);
  await histograms.first().waitFor();
}

/** Folders of runs that are shown are deleted: the rows say what is left. */
async function loseFolders(panel: Panel, host: Host): Promise<void> {
  await panel.show('why');
  await panel.page.locator('[data-why=sleep] button').click();
  await panel.page.locator('[data-why-detail=sleep]').waitFor();
  const folders = (await recordedIds(host, 'sleep')).map((id) => path.join(runsFolder(host.workspace), id));
  expect(folders.length).toBe(2);
  for (const [i, folder] of folders.entries()) {
    rmSync(folder, { recursive: true });
    await panel.allDone(RUNS - i - 1);
  }
  await panel.page.locator('[data-why-detail]').waitFor();
  expect(await panel.page.locator('[data-why=sleep]').count()).toBe(0);
  await panel.show('answer');
  expect(await panel.row('sleep').innerText()).toContain('not run');
}

/** A file where the folder of runs should be, and then the folder again. */
async function loseTheStore(panel: Panel, host: Host): Promise<void> {
  const folder = runsFolder(host.workspace);
  renameSync(folder, `${folder}-away`);
  writeFileSync(folder, 'no folder');
  await panel.page.locator('body[data-runs="0"]').waitFor({ timeout: 60_000 });
  await panel.page.locator('.empty').waitFor();
  rmSync(folder);
  renameSync(`${folder}-away`, folder);
  await panel.allDone(RUNS - 2);
}

/** Runs of a method of the recorded experiment. */
const recordedIds = async (host: Host, key: string): Promise<string[]> =>
  (await runsIn(host.workspace))
    .filter(({ manifest: { variant, experiment } }) => variant.key === key && experiment.name === NAME)
    .map(({ manifest }) => manifest.id);
