import { type Workbench } from '../vscode/harness';
import { FILE } from './recordedFolder';

const LONG_MS = 120_000;

/**
 * Opens the dashboard of runs that have no experiment file but a name in common, to the right of that of the recorded
 * experiment. The text of the experiment goes.
 */
export async function openBeside(workbench: Workbench, name: string): Promise<void> {
  // From the text: a page that has the focus would take it back from the menu.
  await workbench.tab(FILE).click();
  await workbench.activity('Lethe').click();
  const row = new RegExp(`seed 1.*${name}`);
  await workbench.unfoldRow('Other runs', row);
  await workbench.treeRowMenu(row, 'Open Dashboard');
  await workbench.tab(name).click();
  // A page that is only being loaded swallows keys.
  await workbench.webview().locator('h1', { hasText: name }).waitFor({ timeout: LONG_MS });
  await workbench.command('View: Move Editor into Right Group');
  await workbench.closeTab(FILE);
  await workbench.webview(1).locator('body[data-ready="1"]').waitFor({ timeout: LONG_MS });
}
