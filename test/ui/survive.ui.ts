// Training goes on without a window, and a window that opens later shows all of it.
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { commandLine, isAlive, signal, uiTest, until, withHost, type Host, type Workbench } from '../vscode/harness';
import { Panel } from './panel';
import { folderWith, longRecipe } from './recipes';
import { count, logSize, runsIn, trainingProcesses } from './runsOnDisk';

const FILE = 'long.lethe.json';
/** Of the dashboard's tab. */
const TITLE = 'long';
const RUNS = 4;
const WORKSPACE = folderWith({
  [FILE]: longRecipe(1500, { methods: [{ method: 'none' }, { method: 'replay', perClass: 20 }], seeds: 2 }),
});
/** One at a time, so that there is a queue. */
const SETTINGS = { 'lethe.parallelRuns': 1 };

uiTest('runs and queue go on when the window is closed, and a new window shows what happened meanwhile', async () => {
  const { leftovers } = await withHost('survive-close', options(), async (host) => {
    const workbench = await startTraining(host);
    const before = await meanwhile(host, () => workbench.close());
    const again = await host.openWindow();
    await seeAllOfIt(again, host, before);
  });
  expect(leftovers).toEqual([]);
});

uiTest('runs go on when the extension host is killed, and the window is live again after a reload', async () => {
  const { leftovers } = await withHost('survive-kill', options(), async (host) => {
    const workbench = await startTraining(host);
    const before = await meanwhile(host, () => killExtensionHost(host));
    await workbench.reload();
    await seeAllOfIt(workbench, host, before);
  });
  expect(leftovers).toEqual([]);
});

uiTest('a dashboard that was closed while runs go on stays closed when the window is loaded again', async () => {
  const { leftovers } = await withHost('survive-closed', options(), async (host) => {
    const workbench = await startTraining(host);
    await workbench.closeTab(TITLE);
    // What the window takes along when it closes is forgotten less soon.
    await delay(7000);
    await workbench.reload();
    await workbench.statusBarItem(/\d running/).waitFor();
    expect(await workbench.tab(TITLE).count()).toBe(0);
    await workbench.codeLens('Stop all').click();
    await allEnded(host);
  });
  expect(leftovers).toEqual([]);
});

const options = () => ({ workspace: WORKSPACE, settings: SETTINGS, trusted: true });

async function startTraining(host: Host): Promise<Workbench> {
  const workbench = await host.openWindow();
  await workbench.openFile(FILE);
  await workbench.codeLens('Run all').click();
  const panel = new Panel(workbench);
  await panel.drawn();
  await panel.show('curves');
  await panel.filledCells('none').first().waitFor();
  return workbench;
}

/** Ends what the user looks at, then waits until the run at hand is over and the next one was taken from the queue. */
async function meanwhile(host: Host, end: () => Promise<void>): Promise<number> {
  const [[id, pid] = ['', 0]] = trainingProcesses(host.workspace);
  const waiting = await count(host.workspace, 'queued');
  expect(waiting).toBeGreaterThan(0);
  await end();
  expect(isAlive(pid)).toBe(true);
  const size = logSize(host.workspace, id);
  await until('the log to grow', () => logSize(host.workspace, id) > size);
  await until('the next run to start', async () => (await count(host.workspace, 'queued')) < waiting, 60_000);
  return count(host.workspace, 'done');
}

async function killExtensionHost(host: Host): Promise<void> {
  const [pid = 0] = host.server.extensionHosts();
  signal(pid, 'SIGKILL');
  await until('the extension host to be gone', () => !isAlive(pid));
}

async function seeAllOfIt(workbench: Workbench, host: Host, doneBefore: number): Promise<void> {
  const panel = new Panel(workbench);
  await panel.drawn();
  expect(Number(await panel.page.locator('body').getAttribute('data-done'))).toBeGreaterThanOrEqual(doneBefore);
  expect(doneBefore).toBeGreaterThan(0);
  // Still live: from here to the end without a word from the user.
  await panel.state.filter({ hasText: /left/ }).waitFor();
  await workbench.statusBarItem(/\d running/).waitFor();
  await panel.allDone(RUNS);
  expect((await runsIn(host.workspace)).map(({ status }) => status)).toEqual(Array(RUNS).fill('done'));
  await panel.show('curves');
  expect(await panel.filledCells('replay').count()).toBe(25);
  expect(trainingProcesses(host.workspace).size).toBe(0);
  await allEnded(host);
}

const allEnded = (host: Host) =>
  until('training and the keeper to end', () => host.server.processes().every((pid) => !isOurs(pid)));

const isOurs = (pid: number): boolean => /\/dist\/(train|keeper)\.js/.test(commandLine(pid));
