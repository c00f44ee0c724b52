// Runs given to a cluster from the palette. Slurm's commands are made up here.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { writeCommand, writeMadeUpSlurm } from '../madeUpSlurm';
import { uiTest, withHost } from '../vscode/harness';
import { folderWith, recipe } from './recipes';
import { count } from './runsOnDisk';

const FILE = 'cluster.lethe.json';

uiTest('what is missing is given to a cluster from the palette, and what the cluster refuses waits', async () => {
  const cluster = mkdtempSync(path.join(tmpdir(), 'lethe-cluster-'));
  writeMadeUpSlurm(cluster);
  // VS Code asks the user's shell for the path: here it is one in which these commands come first.
  writeCommand(path.join(cluster, 'shell'), `for last; do :; done\nPATH=${cluster}:$PATH exec /bin/sh -c "$last"`);
  const workspace = folderWith({ [FILE]: recipe({ methods: [{ method: 'none' }], seeds: 2, bounds: false }) });
  const env = { SHELL: path.join(cluster, 'shell') };
  const sbatch = () => readFileSync(path.join(cluster, 'sbatch.txt'), 'utf8').trim().split('\n');
  try {
    await withHost('run-on-cluster', { workspace, trusted: true, env }, async (host) => {
      const workbench = await host.openWindow();
      const { page } = workbench;
      await workbench.openFile(FILE);
      const box = page.locator('.quick-input-widget input[type="text"]');
      const say = async (step: number, text: string | undefined) => {
        await page.locator('.quick-input-title', { hasText: `(${step} of 3)` }).waitFor();
        if (text !== undefined) await box.fill(text);
      };
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
      const refused = page.locator('.notification-list-item', { hasText: 'Job violates accounting policy' });
      await refused.waitFor();
      expect(await count(host.workspace, 'queued')).toBe(2);
      rmSync(path.join(cluster, 'full'));
      await refused.getByRole('button', { name: 'Try Again' }).click();
      // What was said last stands there already.
      for (const step of [1, 2, 3]) {
        await say(step, undefined);
        await box.press('Enter');
      }
      await page.locator('.notification-list-item', { hasText: '2 runs for job 7 of Slurm.' }).waitFor();
      await expect.poll(() => count(host.workspace, 'done'), { timeout: 120_000 }).toBe(2);
      await expect.poll(() => readFileSync(path.join(cluster, 'worker.txt'), 'utf8')).toContain('done');
      expect(sbatch()).toHaveLength(2);
      expect(sbatch()[1]).toMatch(/--array=0-1 .*--time=90 .*--partition=long$/);
    });
    expect(existsSync(path.join(cluster, 'script.sh'))).toBe(true);
  } finally {
    rmSync(cluster, { recursive: true, force: true });
  }
});
