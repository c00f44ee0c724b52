// Batches that were given to a cluster: from the palette one sees how they stand and why runs failed, and stops one.
import { expect } from 'vitest';
import { parseExperiment } from '../../src/core/parse';
import { planBatch } from '../../src/runs/batches/batches';
import { slurm } from '../../src/runs/executors/slurm';
import { planRuns, RunStore } from '../../src/runs/index';
import { appendEnd, claim, finishClaim } from '../../src/runs/queue';
import { uiTest, withHost } from '../vscode/harness';
import { folderWith, recipe } from './recipes';
import { count } from './runsOnDisk';

const FILE = 'cluster.lethe.json';
const REASON = 'The training process was ended by SIGKILL; what it printed is in output.log.';

/** Three runs of a batch, of which one has failed, and no worker that would train the others. */
async function folderWithBatch(): Promise<string> {
  const text = recipe({ methods: [{ method: 'none' }], seeds: 3, bounds: false });
  const folder = folderWith({ [FILE]: text });
  const { experiment } = parseExperiment(text);
  if (!experiment) throw new Error('the recipe has errors');
  const store = new RunStore(folder, { dist: '' });
  const terms = {
    experiment: experiment.name,
    workers: 2,
    parallel: 1,
    threads: 1,
    seconds: 3600,
    devices: {},
    options: [],
  };
  const make = (runs: Parameters<typeof planRuns>[1]) => planRuns(experiment, runs, { file: FILE, backend: 'auto' });
  const { plan } = await planBatch(store, make, terms, slurm);
  const failed = store.folderOf(plan.create[0]?.id ?? '');
  await claim(failed);
  await appendEnd(failed, { status: 'failed', error: REASON });
  await finishClaim(failed);
  return folder;
}

uiTest('the batches of a cluster are shown from the palette, with what failed, and stopped', async () => {
  await withHost('cluster', { workspace: await folderWithBatch(), trusted: true }, async (host) => {
    const workbench = await host.openWindow();
    await workbench.openFile(FILE);
    await workbench.command('Lethe: Batches on a Cluster…');
    const row = workbench.quickPickRow(/2 waiting, 1 failed.*batch-\d{8}-\d{6}-[0-9a-f]{4} · no worker is left/);
    await row.waitFor();
    await workbench.screenshot('cluster-batches');
    await row.click();
    await workbench.quickPickRow(/ended by SIGKILL/).waitFor();
    await workbench.screenshot('cluster-batch');
    await workbench.quickPickRow(/Stop this batch/).click();
    await expect.poll(() => count(host.workspace, 'stopped'), { timeout: 20_000 }).toBe(2);
    expect(await count(host.workspace, 'failed')).toBe(1);
    await workbench.command('Lethe: Batches on a Cluster…');
    await workbench.quickPickRow(/2 stopped, 1 failed/).click();
    await workbench.quickPickRow(/ended by SIGKILL/).click();
    await workbench.page.locator('.panel .view-line', { hasText: 'ended by SIGKILL' }).first().waitFor();
  });
});
