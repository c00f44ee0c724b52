// Lethe in Eclipse Theia. Skipped unless Theia is installed: `node test/theia/look.mjs` installs it and runs this.
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'vitest';
import { folderWith, recipe } from '../ui/recipes';
import { reasonToSkip } from '../vscode/harness';
import { isTheiaInstalled, withTheia } from './theia';

const FILE = 'quick.lethe.json';
const theiaTest = test.skipIf(!isTheiaInstalled || reasonToSkip() !== undefined);

theiaTest('the tree lists experiments, whether its view was open when the extension started or not', async () => {
  await withTheia('theia-tree', folderWith({ [FILE]: recipe() }), async (window) => {
    await window.openExplorer();
    await window.treeRow(FILE).dblclick();
    // Drawn by the extension, so that it is active from here on, with its view never opened yet.
    await window.codeLens('Run all').waitFor();
    await window.openLethe();
    await window.treeRow('Quick look').waitFor();
    await window.treeRow(/^Replay.*not run yet/).waitFor();
    await window.reload();
    await window.treeRow('Quick look').waitFor();
  });
});

theiaTest('the welcome stands there while there is no experiment, and the tree when there is one', async () => {
  const workspace = folderWith({ 'notes.txt': 'nothing yet' });
  const file = path.join(workspace, FILE);
  await withTheia('theia-welcome', workspace, async (window) => {
    await window.openLethe();
    const welcome = window.viewWelcome('There is no experiment');
    await welcome.waitFor();
    writeFileSync(file, recipe());
    await window.treeRow('Quick look').waitFor();
    await welcome.waitFor({ state: 'hidden' });
    rmSync(file);
    await welcome.waitFor();
  });
});

theiaTest('rows and dashboard follow runs to their end', async () => {
  const text = recipe({ methods: [{ method: 'none' }, { method: 'replay', perClass: 20 }], bounds: false });
  await withTheia('theia-rows', folderWith({ [FILE]: text }), async (window) => {
    await window.openExplorer();
    await window.treeRow(FILE).dblclick();
    const runAll = window.codeLens('Run all');
    await runAll.waitFor();
    await window.openLethe();
    await window.treeRow(/^Replay.*not run yet/).waitFor();
    await runAll.click();
    await window.treeRow(/^Replay(?!.*not run yet)/).click();
    await window.treeRow(/^seed 1.*\d %/).waitFor();
    await window.treeRow(/^seed 2.*\d %/).waitFor();
    await window.treeRow(/^Replay.*\d %.*forgets/).waitFor();
    await window.treeRow(/^Quick look.*Replay.*\d %/).waitFor();
    await window.webview().locator('body[data-done="4"][data-active="0"]').waitFor();
  });
});
