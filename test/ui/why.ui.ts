// Recorded runs of full size in a real VS Code: why their numbers are what they are, with pictures that the host reads.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { recordedEvents } from '../recordings/recordings';
import { uiTest, withHost } from '../vscode/harness';
import { Panel } from './panel';
import { folderWith, recipe } from './recipes';
import { runsFolder } from './runsOnDisk';

/** A workspace folder that holds the recorded runs of class-incremental Split MNIST, beside an experiment file of others. */
function folderOfRecordings(): string {
  const folder = folderWith({ 'quick.lethe.json': recipe() });
  for (const { manifest, events } of recordedEvents('split-mnist', 'class')) {
    const run = path.join(runsFolder(folder), manifest.id);
    mkdirSync(run, { recursive: true });
    writeFileSync(path.join(run, 'run.json'), JSON.stringify(manifest));
    writeFileSync(path.join(run, 'events.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  }
  return folder;
}

uiTest('the dashboard says why numbers are what they are, and shows what was forgotten', async () => {
  await withHost('why', { workspace: folderOfRecordings(), trusted: true }, async (host) => {
    const workbench = await host.openWindow();
    await workbench.activity('Lethe').click();
    await workbench.treeRow('Other runs').waitFor({ timeout: 120_000 });
    await workbench.treeRow('Other runs').click();
    await workbench.treeRowMenu(/seed 1.*Split MNIST, class-incremental · None/, 'Open Dashboard');
    const panel = new Panel(workbench);
    await panel.drawn();
    await panel.show('why');
    const sentence = (key: string) => panel.page.locator(`[data-why="${key}"] > p`);
    await sentence('ewc')
      .filter({ hasText: /^98 % when told the task, 2\d % when not/ })
      .waitFor();
    await panel.page.locator('[data-why=none] button').click();
    await panel.page.locator('.forgotten-image canvas').first().waitFor();
    const ink = await panel.page
      .locator('.forgotten-image canvas')
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        return [...data].filter((value, i) => i % 4 === 0 && value > 100).length;
      });
    // A digit of 28 × 28 points: neither nothing nor all of it.
    expect(ink).toBeGreaterThan(20);
    expect(ink).toBeLessThan(400);
    expect(await panel.page.locator('lethe-taken [role=gridcell]').count()).toBe(25);
    await workbench.screenshot('why');
    expect(host.browser.cspViolations).toEqual([]);
    expect(host.browser.externalRequests).toEqual([]);
  });
});
