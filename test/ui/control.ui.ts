// Stop, resume, crash; and one queue for all windows and the command line.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import type { RunWithHistory } from '../../src/core/run';
import { isAlive, signal, uiTest, until, withHost, type Host, type Workbench } from '../vscode/harness';
import { lethe } from './installedCli';
import { Panel } from './panel';
import { folderWith, longRecipe, recipe } from './recipes';
import { count, runsIn, trainingProcesses, withHistoryOf } from './runsOnDisk';

const FILE = 'long.lethe.json';
const METHODS = [{ method: 'none' }, { method: 'replay', perClass: 20 }];

uiTest('a run that was stopped and resumed has the numbers of one that was never interrupted', async () => {
  const workspace = folderWith({ [FILE]: longRecipe(500, { methods: METHODS.slice(1), seeds: [3] }) });
  const { leftovers } = await withHost('stop-resume', { workspace, trusted: true }, async (host) => {
    const workbench = await host.openWindow();
    await workbench.openFile(FILE);
    await workbench.codeLens(/Run$/).click();
    const panel = new Panel(workbench);
    await panel.drawn();
    await panel.show('curves');
    await panel.filledCells('replay').first().waitFor();
    await workbench.codeLens(/Stop$/).click();
    await workbench.codeLens(/stopped at task \d\/5/).waitFor();
    expect((await only(host)).status).toBe('stopped');
    expect(trainingProcesses(host.workspace).size).toBe(0);
    await panel.show('answer');
    await panel.button('run', 'replay').filter({ hasText: 'Resume' }).click();
    await panel.allDone(1);
    const resumed = await only(host);
    expect(resumed.state.resumes).toBe(1);
    expect(resumed.state.rows.length).toBe(5);
    expect(numbersOf(resumed)).toEqual(numbersOf(await uninterrupted(host)));
  });
  expect(leftovers).toEqual([]);
});

uiTest('two windows and the command line share runs and queue, and Stop all stops them all', async () => {
  const files = {
    [FILE]: longRecipe(4000, { methods: METHODS, seeds: 2 }),
    'cli.lethe.json': recipe({ name: 'From a terminal', methods: METHODS.slice(0, 1), bounds: false, seeds: [9] }),
  };
  const settings = { 'lethe.parallelRuns': 1 };
  const options = { workspace: folderWith(files), trusted: true, settings };
  const { leftovers } = await withHost('shared-queue', options, async (host) => {
    const first = await host.openWindow();
    await first.openFile(FILE);
    await first.codeLens('Run all').click();
    await first.statusBarItem('1 running · 3 queued').waitFor();

    const command = lethe(host, 'run', 'cli.lethe.json', '--parallel', '1', '--no-report');
    await first.statusBarItem('1 running · 4 queued').waitFor();
    const second = await host.openWindow();
    await second.statusBarItem('1 running · 4 queued').waitFor();
    await seeInTree(second);
    const listed = await lethe(host, 'list', '--json');
    const states = listed.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { status: string }).status);
    expect(states.sort()).toEqual(['queued', 'queued', 'queued', 'queued', 'running']);
    expect(trainingProcesses(host.workspace).size).toBe(1);

    const panel = new Panel(first);
    await panel.button('stopAll').click();
    await first.statusBarItem(/running|queued/).waitFor({ state: 'hidden' });
    await second.statusBarItem(/running|queued/).waitFor({ state: 'hidden' });
    const { stdout } = await command;
    expect(stdout, "the command line's own run was not part of the experiment").toContain('None');
    expect([await count(host.workspace, 'stopped'), await count(host.workspace, 'done')]).toEqual([4, 1]);
  });
  expect(leftovers).toEqual([]);
});

uiTest('a run whose process is killed is shown as crashed with the end of its output', async () => {
  const workspace = folderWith({ [FILE]: longRecipe(4000, { methods: METHODS.slice(0, 1), seeds: [1] }) });
  const { leftovers } = await withHost('crash', { workspace, trusted: true }, async (host) => {
    const workbench = await host.openWindow();
    await workbench.openFile(FILE);
    await workbench.codeLens('Run all').click();
    const panel = new Panel(workbench);
    await panel.state.filter({ hasText: 'task 1 of 5' }).waitFor();
    const [[id, pid] = ['', 0]] = trainingProcesses(host.workspace);
    writeFileSync(path.join(host.workspace, '.lethe', 'runs', id, 'output.log'), 'the last words\n', { flag: 'a' });
    signal(pid, 'SIGKILL');
    await until('the process to be gone', () => !isAlive(pid));
    await workbench.codeLens('crashed at task 1/5').waitFor();
    await panel.show('details');
    await panel.problems.filter({ hasText: 'ended without a word' }).filter({ hasText: 'the last words' }).waitFor();
    await workbench.activity('Lethe').click();
    await workbench.treeRow(/None.*crashed at task 1\/5/).waitFor();
    await panel.problems.locator('[data-action=openLog]').click();
    await workbench.page.locator('.panel .view-line', { hasText: 'the last words' }).first().waitFor();
    await workbench.screenshot('crashed');
  });
  expect(leftovers).toEqual([]);
});

async function only(host: Host): Promise<RunWithHistory> {
  const [run, ...others] = await runsIn(host.workspace);
  if (!run || others.length > 0) throw new Error(`one run was expected, there are ${run ? 1 + others.length : 0}`);
  return withHistoryOf(host.workspace, run);
}

/** What a run computed, without anything that time has a part in. */
const numbersOf = ({ state }: RunWithHistory) => ({
  rows: state.rows,
  curve: state.curve.map(({ seconds: _seconds, ...point }) => point),
  losses: state.losses.map(({ globalStep, loss }) => [globalStep, loss]),
  baseline: state.baseline?.accuracy,
});

/** The same experiment in a folder of its own, run by the command line without a stop. */
async function uninterrupted(host: Host): Promise<RunWithHistory> {
  const out = mkdtempSync(path.join(tmpdir(), 'lethe-whole-'));
  try {
    await lethe(host, 'run', FILE, '--out', out, '--no-report');
    const [run] = await runsIn(out);
    if (!run) throw new Error('the command line left no run');
    return await withHistoryOf(out, run);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

async function seeInTree(workbench: Workbench): Promise<void> {
  await workbench.activity('Lethe').click();
  await workbench.treeRow(/Long look.*in training/).waitFor();
  await workbench.treeRow(/From a terminal.*queued/).waitFor();
}
