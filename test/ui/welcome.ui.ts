// What the side bar shows in a folder without experiments, and how it changes with the first one.
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { uiTest, withHost } from '../vscode/harness';
import { folderWith, recipe } from './recipes';

const FILE = 'quick.lethe.json';

uiTest('the welcome stands in the place of the tree while there is no experiment', async () => {
  await withHost('welcome', { workspace: folderWith({ 'notes.txt': '' }), trusted: true }, async (host) => {
    const file = path.join(host.workspace, FILE);
    const workbench = await host.openWindow();
    await workbench.activity('Lethe').click();
    const welcome = workbench.viewWelcome('There is no experiment');
    await welcome.waitFor();
    await workbench.viewWelcome('New Experiment').waitFor();
    await workbench.screenshot('welcome');

    writeFileSync(file, recipe());
    await workbench.treeRow('Quick look').waitFor();
    await welcome.waitFor({ state: 'hidden' });
    await workbench.screenshot('first-experiment');

    rmSync(file);
    await welcome.waitFor();
  });
});
