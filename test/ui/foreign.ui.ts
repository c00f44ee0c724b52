// A run that another program wrote, in another language, by the event protocol alone.
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { compare } from '../../src/core/comparison';
import { reasonToSkip, withHost } from '../vscode/harness';
import { until } from '../vscode/until';
import { expectedMeasures, Panel } from './panel';
import { folderWith, recipe } from './recipes';
import { runsIn } from './runsOnDisk';

const PRODUCER = path.resolve('examples', 'producer.py');
const hasPython = spawnSync('python3', ['--version']).status === 0;

test.skipIf(!hasPython || reasonToSkip() !== undefined)(
  'runs written by a Python program stand in the tree and in a dashboard of their own',
  async () => {
    const workspace = folderWith({ 'quick.lethe.json': recipe() });
    await withHost('foreign', { workspace, trusted: true }, async (host) => {
      const produce = (...args: string[]) => promisify(execFile)('python3', [PRODUCER, host.workspace, ...args]);
      const workbench = await host.openWindow();
      await workbench.activity('Lethe').click();
      await workbench.treeRow('Quick look').waitFor();
      await produce();
      // With its result: before that the tree is still changing under the pointer.
      const row = /seed 1 ?\d.* % · Clouds of points, from Python · Python, no remedy/;
      await workbench.unfoldRow('Other runs', row);
      await workbench.treeRowMenu(row, 'Open Dashboard');
      const panel = new Panel(workbench);
      await panel.drawn();
      expect(await panel.page.locator('h1').innerText()).toBe('Clouds of points, from Python');
      await panel.show('curves');
      expect(await panel.filledCells('python-none').count()).toBe(25);
      await panel.show('answer');

      await produce('--keep', '10');
      await panel.row('python-replay-10').waitFor();
      await panel.allDone(2);
      for (const run of await runsIn(host.workspace)) {
        const { key, label } = run.manifest.variant;
        const { rows } = compare([{ key, label, methods: [], differs: [], seeds: 1, runs: [run] }]);
        const expected = rows.map(expectedMeasures)[0] ?? [];
        expect(await panel.measures(key)).toEqual(expected);
      }
      expect(await panel.page.locator('[data-action^=run]:not([disabled])').count()).toBe(0);
      await workbench.screenshot('foreign');
      await panel.choose('openReport');
      const report = path.join(host.workspace, '.lethe/reports/Clouds-of-points-from-Python.html');
      await until('the report', () => existsSync(report));
      expect(readFileSync(report, 'utf8')).toMatch(
        /2 variants on gaussian-clouds in 5 tasks[^]*<td>producer\.py<\/td>/,
      );
      await workbench.activity('Explorer').click();
      await workbench.reload();
      await panel.drawn();
      await panel.allDone(2);
      expect(host.browser.cspViolations).toEqual([]);
    });
  },
);
