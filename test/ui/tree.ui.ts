// The rows of the side bar, while what they show changes.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { uiTest, withHost } from '../vscode/harness';
import { Panel } from './panel';
import { FILE, OTHERS, recordedFolder, RUNS } from './recordedFolder';
import { folderWith, recipe } from './recipes';

const ROW = new RegExp(`seed 1.*${OTHERS}`);
/** Without care one in five menus would come without their row. */
const MENUS = 15;
const CHANGE_EVERY_MS = 150;

uiTest('a menu acts on its row, however often another experiment changes meanwhile', async () => {
  const workspace = recordedFolder();
  await withHost('tree-menus', { workspace, trusted: true }, async (host) => {
    const workbench = await host.openWindow();
    await workbench.openFile(FILE);
    await workbench.codeLens('Open dashboard').click();
    await new Panel(workbench).allDone(RUNS);
    let changes = 0;
    const change = () =>
      writeFileSync(path.join(host.workspace, 'other.lethe.json'), recipe({ name: `Change ${++changes}` }));
    const timer = setInterval(change, CHANGE_EVERY_MS);
    try {
      for (let menu = 1; menu <= MENUS; menu++) {
        await workbench.activity('Explorer').click();
        await workbench.tab(FILE).click();
        await workbench.activity('Lethe').click();
        await workbench.unfoldRow('Other runs', ROW);
        await workbench.treeRowMenu(ROW, 'Open Dashboard');
        await workbench.tab(OTHERS).waitFor();
        await workbench.closeTab(OTHERS);
      }
      await workbench.treeRow(/Change \d+/).waitFor();
      await workbench.screenshot('tree-menus');
    } finally {
      clearInterval(timer);
    }
  });
});

uiTest('rows tell how runs stand while they train, and an unfolded method stays unfolded', async () => {
  const methods = [{ method: 'ewc', samples: 200 }, { method: 'none' }];
  const workspace = folderWith({ 'rows.lethe.json': recipe({ name: 'Rows', methods, bounds: false }) });
  await withHost('tree-rows', { workspace, trusted: true }, async (host) => {
    const workbench = await host.openWindow();
    await workbench.openFile('rows.lethe.json');
    await workbench.codeLens('Run all').waitFor();
    await workbench.activity('Lethe').click();
    await workbench.treeRow(/EWC.*not run yet/).waitFor();
    await workbench.codeLens('Run all').click();
    await workbench.unfoldRow(/^\s*EWC/, /seed 1/);
    await new Panel(workbench).allDone(4);
    await workbench.treeRow(/seed 1.*\d %/).waitFor();
    await workbench.treeRow(/seed 2.*\d %/).waitFor();
    await workbench.treeRow(/None.*\d %.*forgets/).waitFor();
    await workbench.screenshot('tree-rows');
  });
});
