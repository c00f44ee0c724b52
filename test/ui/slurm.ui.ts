// Runs given from the palette to a real Slurm, trained there, shown and stopped: with LETHE_TEST_SLURM=1, where Slurm is
// installed. runOnCluster.ui.ts has what can be seen without it.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { Cluster, slurmIsThere } from '../slurm/cluster';
import { uiTest, withHost, type Host, type Workbench } from '../vscode/harness';
import { Panel } from './panel';
import { folderWith, longRecipe, recipe } from './recipes';
import { count, runsIn, trainingProcesses } from './runsOnDisk';

const SHORT = 'short.lethe.json';
const LONG = 'long.lethe.json';
const METHODS = [{ method: 'none' }, { method: 'replay', perClass: 20 }];

describe.skipIf(!slurmIsThere)('VS Code and a real Slurm', () => {
  const cluster = new Cluster(17_827);
  beforeAll(() => cluster.start(), 120_000);
  afterAll(() => cluster.stop(), 60_000);
  afterEach(async () => {
    await cluster.say('scancel', '--user=root');
    await cluster.until(async () => (await jobs()) === '');
  }, 120_000);

  const jobs = () => cluster.say('squeue', '--noheader', '--array', '--format=%j %T %r');
  /** A VS Code whose extensions find this Slurm by themselves. */
  const options = (files: Record<string, string>) => ({
    workspace: folderWith(files),
    trusted: true,
    env: { SLURM_CONF: cluster.env['SLURM_CONF'] ?? '' },
  });

  uiTest(
    'runs are given to Slurm from the palette, trained there, and seen coming to their end',
    async () => {
      const files = { [SHORT]: recipe({ methods: METHODS, bounds: false }) };
      const { leftovers } = await withHost('slurm', options(files), async (host) => {
        const workbench = await host.openWindow();
        await workbench.openFile(SHORT);
        await workbench.activity('Lethe').click();
        await give(workbench, { workers: '2', time: '10m', options: '--partition=nowhere' });
        const refused = workbench.toast('Slurm refused the batch: invalid partition specified: nowhere; Batch job');
        await refused.waitFor();
        await workbench.treeRow(/Quick look.*queued · 0\/4 runs done/).waitFor();
        await workbench.statusBarItem('4 queued').waitFor();
        await workbench.screenshot('slurm-refused');
        await refused.getByRole('button', { name: 'Try Again' }).click();
        await answer(workbench, { workers: '2', time: '10m', options: '' });
        await workbench.toast(/4 runs for job \d+ of Slurm\./).waitFor();
        await expect
          .poll(jobs, { timeout: 20_000 })
          .toMatch(/^(lethe-batch-\d{8}-\d{6}-[0-9a-f]{4} RUNNING None\n){2}$/);
        await workbench.treeRow(/Quick look.*[12] in training/).waitFor();
        await workbench.screenshot('slurm-in-training');
        const panel = new Panel(workbench);
        await panel.allDone(4);
        await workbench.screenshot('slurm-done');
        expect(await count(host.workspace, 'done')).toBe(4);
        await cluster.until(async () => (await jobs()) === '');
        await workbench.command('Lethe: Batches on a Cluster…');
        await workbench.quickPickRow(/Quick look.*4 done.*batch-/).waitFor();
        await workbench.screenshot('slurm-batch-done');
        expect(saidByWorkers(host)).toEqual(['done', 'done']);
      });
      expect(leftovers).toEqual([]);
    },
    600_000,
  );

  uiTest(
    'a batch in training is stopped from the editor, with what waits for a machine, and goes on when asked for again',
    async () => {
      const files = { [LONG]: longRecipe(2000, { methods: METHODS.slice(0, 1), seeds: 3 }) };
      const { leftovers } = await withHost('slurm-stop', options(files), async (host) => {
        const workbench = await host.openWindow();
        await workbench.openFile(LONG);
        // The node has 8 processors: the second worker waits for those of the first.
        await give(workbench, { workers: '2', time: '10m', options: '--cpus-per-task=8' });
        await workbench.toast(/3 runs for job \d+ of Slurm\./).waitFor();
        await expect.poll(() => trainingProcesses(host.workspace).size, { timeout: 60_000 }).toBe(1);
        await cluster.until(async () => (await jobs()).includes('PENDING Resources'));
        await workbench.command('Lethe: Batches on a Cluster…');
        const row = workbench.quickPickRow(/1 in training, 2 waiting.*1 worker, 1 waits for a machine \(Resources\)/);
        await row.waitFor();
        await workbench.screenshot('slurm-batch');
        await row.click();
        await workbench.quickPickRow(/Stop this batch/).waitFor();
        await workbench.screenshot('slurm-batch-stop');
        await workbench.quickPickRow(/Stop this batch/).click();
        await expect.poll(() => count(host.workspace, 'stopped'), { timeout: 60_000 }).toBe(3);
        expect(trainingProcesses(host.workspace).size).toBe(0);
        await cluster.until(async () => (await jobs()) === '');
        await workbench.statusBarItem(/running|queued/).waitFor({ state: 'hidden' });
        await workbench.codeLens('Run all').waitFor();
        await workbench.screenshot('slurm-stopped');
        await give(workbench, { workers: '3', time: '10m', options: '' });
        await workbench
          .toast(/3 runs for job \d+ of Slurm\./)
          .last()
          .waitFor();
        await expect.poll(() => count(host.workspace, 'done'), { timeout: 600_000 }).toBe(3);
        const done = (await runsIn(host.workspace)).filter(({ status }) => status === 'done');
        // Of what was taken out before it began, new runs are made.
        const resumes = done.map(({ state }) => state.resumes);
        expect(resumes.sort()).toEqual([0, 0, 1]);
        await workbench.command('Lethe: Batches on a Cluster…');
        await workbench.quickPickRow(/3 done/).waitFor();
        await workbench.screenshot('slurm-went-on');
      });
      expect(leftovers).toEqual([]);
    },
    900_000,
  );
});

interface Terms {
  readonly workers: string;
  readonly time: string;
  readonly options: string;
}

async function give(workbench: Workbench, terms: Terms): Promise<void> {
  await workbench.command('Lethe: Run on a Cluster…');
  await answer(workbench, terms);
}

async function answer({ page }: Workbench, { workers, time, options }: Terms): Promise<void> {
  const box = page.locator('.quick-input-widget input[type="text"]');
  for (const [i, text] of [workers, time, options].entries()) {
    await page.locator('.quick-input-title', { hasText: `(${i + 1} of 3)` }).waitFor();
    await box.fill(text);
    await box.press('Enter');
  }
}

/** What the workers of all batches have printed, without times. */
function saidByWorkers({ workspace }: Host): string[] {
  const batches = path.join(workspace, '.lethe', 'batches');
  const logs = readdirSync(batches, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /worker-\d+\.log$/.test(name),
  );
  return logs.map((name) =>
    readFileSync(path.join(batches, name), 'utf8')
      .replace(/^\S+Z /gm, '')
      .trim(),
  );
}
