// A run is trained again with other settings from a task on, and stands beside the run it comes from.
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { firstDifference } from '../../src/core/difference';
import { uiTest, withHost, type Workbench } from '../vscode/harness';
import { Panel } from './panel';
import { recordedFolder } from './recordedFolder';
import { folderWith, recipe } from './recipes';
import { eventsFile, runsIn } from './runsOnDisk';
import { withoutEngine } from './withoutEngine';

const FILE = 'fork.lethe.json';

/** From the tree as far as the box in which the strength of EWC after task 2 is asked for. */
async function changeLambda(workbench: Workbench): Promise<void> {
  await workbench.activity('Lethe').click();
  await workbench.unfoldRow(/^\s*EWC/, /seed 1/);
  await workbench.treeRowMenu(/seed 1/, 'Fork Run from a Task…');
  await workbench.quickPickRow('After task 2').click();
  await workbench
    .quickPickRow(/lambda.*Strength of the penalty/)
    .first()
    .click();
}

/** Says the value in the open box, and that this is all, for both seeds. */
async function startFork(workbench: Workbench, value: string): Promise<void> {
  await workbench.answerInput(value);
  await workbench.quickPickRow(/Start the fork/).click();
  await workbench.quickPickRow('All 2 seeds').click();
}

uiTest(
  'a run is forked from a task, from the tree and from the dashboard, and compared with where it comes from',
  async () => {
    const methods = [{ method: 'ewc', samples: 200 }, { method: 'none' }];
    const workspace = folderWith({ [FILE]: recipe({ name: 'Forking', methods, bounds: false }) });
    const { leftovers } = await withHost('fork', { workspace, trusted: true }, async (host) => {
      const workbench = await host.openWindow();
      await workbench.openFile(FILE);
      await workbench.codeLens('Run all').click();
      const panel = new Panel(workbench);
      await panel.allDone(4);

      await changeLambda(workbench);
      const input = workbench.page.locator('.quick-input-widget');
      await input.locator('input[type=text]').first().fill('-3');
      await input.getByText('This must be at least 0; it is -3.').waitFor();
      await startFork(workbench, '1e9');
      await panel.allDone(6);
      await panel.page.locator('tr', { hasText: 'after task 2: lambda 1e9' }).first().waitFor();

      const runs = await runsIn(host.workspace);
      const logOf = (id: string) => readFileSync(eventsFile(host.workspace, id), 'utf8');
      const forks = runs.filter(({ manifest }) => manifest.trainer === 'lethe' && manifest.parent);
      expect(forks.map(({ manifest: { seed } }) => seed).sort()).toEqual([1, 2]);
      for (const { manifest } of forks) {
        const parent = manifest.trainer === 'lethe' ? (manifest.parent?.id ?? '') : '';
        expect(firstDifference(logOf(parent), logOf(manifest.id), 2)).toBeUndefined();
        expect(firstDifference(logOf(parent), logOf(manifest.id))).toBeDefined();
      }
      await workbench
        .treeRow(/after task 2: lambda 1e9/)
        .first()
        .waitFor();

      // Of the dashboard's run menu the same command; left with Escape it does nothing.
      await panel.show('details');
      const [first] = forks;
      const row = panel.page.locator(`[data-run-row="${first?.manifest.id}"]`);
      await row.locator('summary').click();
      await row.locator('[data-action=forkRun]').click();
      await workbench.quickPickRow('After task 4').waitFor();
      await workbench.page.keyboard.press('Escape');
      expect((await runsIn(host.workspace)).length).toBe(6);
      expect(host.browser.cspViolations).toEqual([]);
    });
    expect(leftovers).toEqual([]);
  },
);

uiTest('a run that was trained on native TensorFlow is not forked where there is none', async () => {
  const options = { workspace: recordedFolder(), trusted: true, env: withoutEngine };
  await withHost('fork-without-engine', options, async (host) => {
    const before = await runsIn(host.workspace);
    const workbench = await host.openWindow();
    await changeLambda(workbench);
    await startFork(workbench, '1e9');
    const refused = workbench.toast('A fork trains where its run did: on native TensorFlow, which is not installed.');
    await refused.getByRole('button', { name: 'Install' }).waitFor();
    await workbench.screenshot('fork-without-engine');
    expect(await runsIn(host.workspace)).toEqual(before);
  });
});
