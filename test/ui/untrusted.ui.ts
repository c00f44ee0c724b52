// Code of the user's own, a method file or a program: before the folder is trusted nothing loads or starts it, whatever is
// looked at.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { uiTest, until, withHost } from '../vscode/harness';
import { Panel } from './panel';
import { folderWith, recipe } from './recipes';

const FILE = 'own.lethe.json';

/** A method that leaves a trace as soon as it is loaded. */
const methodThatLeaves = (trace: string) => `import { defineMethod, z } from 'lethe';

process.getBuiltinModule('node:fs').writeFileSync(${JSON.stringify(trace)}, 'loaded');

export default defineMethod({
  title: 'Traced',
  summary: 'It leaves a trace when it is loaded.',
  settings: z.object({ strength: z.number().min(0).default(2).describe('How strong it is.') }),
  create: () => ({}),
});
`;

uiTest('a method file is never loaded in a workspace that is not trusted, and is once it is', async () => {
  const methods = [{ method: './mine.ts', strength: 1 }];
  const workspace = folderWith({ [FILE]: recipe({ methods, seeds: 1 }), 'notes.txt': '' });
  await withHost('untrusted-own', { workspace, trusted: false }, async (host) => {
    const trace = path.join(path.dirname(host.workspace), 'trace');
    const method = path.join(host.workspace, 'mine.ts');
    writeFileSync(method, methodThatLeaves(trace));
    const workbench = await host.openWindow();
    await workbench.openFile(FILE);
    // The extension has looked at the file: its lens and its problem are there.
    await workbench.codeLens('Running needs a trusted workspace').waitFor();
    await workbench.problem('This file is not loaded: the workspace is not trusted.');
    expect(await workbench.offersCommand('Lethe: Run All Methods')).toBe(false);

    // Whatever else asks for it: the file changed, the experiment in the tree and in its dashboard, a window of its own.
    writeFileSync(method, `${methodThatLeaves(trace)}// changed\n`);
    await workbench.activity('Lethe').click();
    await workbench.treeRow('Quick look').waitFor();
    await workbench.codeLens('Open dashboard').click();
    const panel = new Panel(workbench);
    await panel.drawn();
    expect(await panel.notices.innerText()).toContain('not trusted');
    await workbench.activity('Explorer').click();
    await workbench.openFile('mine.ts');
    await workbench.reload();
    await workbench.openFile(FILE);
    await workbench.problem('This file is not loaded: the workspace is not trusted.');
    await workbench.screenshot('untrusted-own');
    expect(existsSync(trace)).toBe(false);

    await workbench.trust();
    await until('the trace of the method that is loaded now', () => existsSync(trace));
    rmSync(trace);
    await workbench.openFile(FILE);
    await workbench
      .codeLens(/^\s*Run$/)
      .first()
      .waitFor();
  });
});

uiTest('a program is never started in a workspace that is not trusted', async () => {
  const methods = [{ program: ['node', 'leave.mjs'], label: 'Mine' }];
  const files = { [FILE]: recipe({ methods, bounds: false, seeds: 1 }), 'leave.mjs': '' };
  await withHost('untrusted-program', { workspace: folderWith(files), trusted: false }, async (host) => {
    const trace = path.join(path.dirname(host.workspace), 'trace');
    const program = `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(trace)}, 'started');\n`;
    writeFileSync(path.join(host.workspace, 'leave.mjs'), program);
    const workbench = await host.openWindow();
    await workbench.openFile(FILE);
    await workbench.codeLens('Running needs a trusted workspace').waitFor();
    expect(await workbench.offersCommand('Lethe: Run All Methods')).toBe(false);
    await workbench.codeLens('Open dashboard').click();
    const panel = new Panel(workbench);
    await panel.drawn();
    expect(await panel.notices.innerText()).toContain('not trusted');
    expect(
      await panel.page.locator('[data-action=runAll]:not([disabled]), [data-action=run]:not([disabled])').count(),
    ).toBe(0);
    await workbench.screenshot('untrusted-program');

    await workbench.trust();
    await workbench.openFile(FILE);
    await workbench.codeLens('Run all').click();
    // Trusted, it is still shown before its first run.
    const dialog = workbench.dialog('Start this program?');
    await dialog.waitFor();
    expect(await dialog.innerText()).toContain('node leave.mjs');
    expect(existsSync(trace)).toBe(false);
    await dialog.getByRole('button', { name: 'Start' }).click();
    await until('the program to be started', () => existsSync(trace));
  });
});
