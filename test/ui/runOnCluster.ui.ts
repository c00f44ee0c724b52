// Runs given to a cluster from the palette. Slurm's commands are made up here.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterEach, beforeEach, expect } from 'vitest';
import { writeCommand, writeMadeUpSlurm } from '../madeUpSlurm';
import { uiTest, withHost, type Workbench } from '../vscode/harness';
import { PYTHON_PROGRAM } from './pythonProgram';
import { folderWith, recipe } from './recipes';
import { count } from './runsOnDisk';

const FILE = 'cluster.lethe.json';

let cluster = '';
beforeEach(() => {
  cluster = mkdtempSync(path.join(tmpdir(), 'lethe-cluster-'));
  writeMadeUpSlurm(cluster);
  // VS Code asks the user's shell for the path: here it is one in which these commands come first.
  writeCommand(path.join(cluster, 'shell'), `for last; do :; done\nPATH=${cluster}:$PATH exec /bin/sh -c "$last"`);
});
afterEach(() => rmSync(cluster, { recursive: true, force: true }));

const env = () => ({ SHELL: path.join(cluster, 'shell') });
const sbatch = () => readFileSync(path.join(cluster, 'sbatch.txt'), 'utf8').trim().split('\n');
const workerSays = () => readFileSync(path.join(cluster, 'worker.txt'), 'utf8');

/** The box in which the terms are asked for, one after the other. */
function boxOf({ page }: Workbench) {
  const box = page.locator('.quick-input-widget input[type="text"]');
  const say = async (step: number, text: string) => {
    await page.locator('.quick-input-title', { hasText: `(${step} of 3)` }).waitFor();
    await box.fill(text);
  };
  /** What was said last stands there already. @param next what is seen when all is said */
  const sayAgain = (next: Locator) => {
    const title = page.locator('.quick-input-title', { hasText: ' of 3)' });
    const isSaid = async () => {
      if (await next.isVisible()) return true;
      // A box that has just opened may not hear it yet.
      if (await title.isVisible()) await box.press('Enter', { timeout: 1000 }).catch(() => undefined);
      return false;
    };
    return expect.poll(isSaid, { timeout: 60_000, interval: 300 }).toBe(true);
  };
  return { box, say, sayAgain };
}

/** Sets `lethe.devices` on disk until the settings that are open show it: a file in a folder as new as it may be missed. */
function letWorkersHaveOne(workspace: string, settings: Locator) {
  const folder = path.join(workspace, '.vscode');
  mkdirSync(folder);
  const isSeen = () => {
    writeFileSync(path.join(folder, 'settings.json'), '{ "lethe.devices": { "gpu": 1 } }');
    return settings.getByLabel('The property `gpu` is set to `1`.').isVisible();
  };
  return expect.poll(isSeen, { timeout: 60_000, interval: 1000 }).toBe(true);
}

uiTest('what is missing is given to a cluster from the palette, and what the cluster refuses waits', async () => {
  const workspace = folderWith({ [FILE]: recipe({ methods: [{ method: 'none' }], seeds: 2, bounds: false }) });
  await withHost('run-on-cluster', { workspace, trusted: true, env: env() }, async (host) => {
    const workbench = await host.openWindow();
    const { page } = workbench;
    await workbench.openFile(FILE);
    const { box, say, sayAgain } = boxOf(workbench);
    writeFileSync(path.join(cluster, 'full'), '');
    await workbench.command('Lethe: Run on a Cluster…');
    await say(1, '0');
    await page.getByText('A whole number from 1 to 100000').waitFor();
    await say(1, '3');
    await workbench.screenshot('run-on-cluster');
    await box.press('Enter');
    await say(2, '90m');
    await box.press('Enter');
    await say(3, 'partition');
    await page.getByText('Each option with its value in one word').waitFor();
    await say(3, '--partition=long');
    await box.press('Enter');
    const refused = page.locator('.notification-list-item', {
      hasText:
        'Slurm refused the batch: AssocMaxSubmitJobLimit; Job violates accounting policy. The runs wait in batch-',
    });
    await refused.waitFor();
    expect(await count(host.workspace, 'queued')).toBe(2);
    rmSync(path.join(cluster, 'full'));
    await refused.getByRole('button', { name: 'Try Again' }).click();
    await sayAgain(page.locator('.notification-list-item', { hasText: '2 runs for job 7 of Slurm.' }));
    await expect.poll(() => count(host.workspace, 'done'), { timeout: 120_000 }).toBe(2);
    await expect.poll(workerSays).toContain('done');
    expect(sbatch()).toHaveLength(2);
    expect(sbatch()[1]).toMatch(/--array=0-1 .*--time=90 .*--partition=long$/);
  });
  expect(existsSync(path.join(cluster, 'script.sh'))).toBe(true);
});

uiTest('a program that needs a device goes to a cluster where the settings say that workers have it', async () => {
  const methods = [{ program: ['python3', 'train.py'], device: 'gpu', label: 'Mine' }];
  const text = recipe({ methods, seeds: 1, bounds: false });
  const workspace = folderWith({ [FILE]: text, 'train.py': PYTHON_PROGRAM });
  await withHost('device-on-cluster', { workspace, trusted: true, env: env() }, async (host) => {
    const workbench = await host.openWindow();
    const { page } = workbench;
    await workbench.openFile(FILE);
    const { sayAgain } = boxOf(workbench);
    await workbench.command('Lethe: Run on a Cluster…');
    const dialog = workbench.dialog('Start this program?');
    await sayAgain(dialog);
    await dialog.getByRole('button', { name: 'Start' }).click();
    const refused = page.locator('.notification-list-item', { hasText: 'Mine needs the device gpu' });
    await refused.waitFor();
    await workbench.screenshot('device-on-cluster');
    expect(existsSync(path.join(cluster, 'sbatch.txt'))).toBe(false);
    expect(await count(host.workspace, 'queued')).toBe(0);
    await refused.getByRole('button', { name: 'Open Settings' }).click();
    const settings = page.locator('.settings-editor', { hasText: 'on a cluster a worker has those alone' });
    await settings.waitFor();
    await letWorkersHaveOne(host.workspace, settings);
    await workbench.openFile(FILE);
    await workbench.command('Lethe: Run on a Cluster…');
    await sayAgain(page.locator('.notification-list-item', { hasText: '1 run for job 7 of Slurm.' }));
    await expect.poll(() => count(host.workspace, 'done'), { timeout: 120_000 }).toBe(1);
    await expect.poll(workerSays).toContain('done');
  });
});
