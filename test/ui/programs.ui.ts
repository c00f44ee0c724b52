// A program of an experiment is shown before it is started for the first time, and runs like a method.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { uiTest, withHost } from '../vscode/harness';
import { Panel } from './panel';
import { PYTHON_PROGRAM } from './pythonProgram';
import { folderWith, recipe } from './recipes';

const FILE = 'program.lethe.json';

uiTest('a program is shown before its first start, not without a yes, and runs like a method', async () => {
  const methods = [
    { method: 'none' },
    { program: ['python3', 'train.py', '--lr=0.1'], label: 'Mine', implements: 'none' },
  ];
  const workspace = folderWith({ 'train.py': PYTHON_PROGRAM, [FILE]: recipe({ methods, seeds: 1, bounds: false }) });
  await withHost('programs', { workspace, trusted: true }, async (host) => {
    const workbench = await host.openWindow();
    const dialog = workbench.dialog('Start this program?');
    await workbench.openFile(FILE);
    await workbench.codeLens('Run all').click();
    await dialog.waitFor();
    expect(await dialog.innerText()).toContain('python3 train.py --lr=0.1');
    await workbench.screenshot('program-question');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(existsSync(path.join(host.workspace, 'started'))).toBe(false);

    await workbench.codeLens('Run all').click();
    await dialog.getByRole('button', { name: 'Start' }).click();
    const panel = new Panel(workbench);
    await panel.allDone(2);
    expect(await panel.page.locator('[data-cross-check=none]').innerText()).toMatch(
      /^another implementation of None; difference from it, in points: Accuracy [+−]\d+\.\d\d.*; seeds: 1$/,
    );
    await workbench.codeLens('50.0 % · forgets 0.0 %').waitFor();
    await workbench.screenshot('program-done');
  });
});
