// VS Code in Chinese: what Lethe says there is Chinese, in lenses, view, palette and every section of the dashboard.
import { expect } from 'vitest';
import { sections } from '../../src/core/dashboardPlace';
import { uiTest, withHost } from '../vscode/harness';
import { Panel } from './panel';
import { FILE, NAME, recordedFolder, RUNS } from './recordedFolder';

const VIEWPORT = { width: 1240, height: 1000 };

/** What is the same in every language: commands, names of methods, data sets, layers, settings and backends, signs of units. */
const NAMES =
  /lethe [a-z]+|(?:lethe|tfjs|node) \d+\.|RUN|split-mnist|Split MNIST|MNIST|recorded|class-incremental|None|Joint|none|joint|EWC|PackNet|Replay|Sleep|SRC|layer\d|weights|bias|per-class|wasm|native|CKA|Lethe|lambda|keep|TensorFlow|kB|MB/g;

/** English words of a text, names aside. */
const english = (text: string): string[] => text.replace(NAMES, '').match(/[A-Za-z]{3,}/g) ?? [];

uiTest('in a Chinese VS Code no English is left in what Lethe says of finished runs', async () => {
  const options = { workspace: recordedFolder(), trusted: true, viewport: VIEWPORT, language: 'zh-cn' };
  await withHost('chinese', options, async (host) => {
    const workbench = await host.openWindow();
    await workbench.openFile(FILE);
    await workbench.codeLens('打开仪表板').click();
    const panel = new Panel(workbench);
    await panel.allDone(RUNS);
    for (const section of sections) {
      await panel.show(section);
      const body = panel.page.locator('body');
      await expect.poll(async () => english(await body.innerText()), { message: section, timeout: 20_000 }).toEqual([]);
      await workbench.screenshot(`chinese-${section}`);
    }
    await workbench.activity('Lethe').click();
    await workbench.treeRow(NAME).waitFor();
    const tree = await workbench.page.locator('.sidebar .pane-body .monaco-list-row[aria-level="2"]').allInnerTexts();
    expect(tree.flatMap(english)).toEqual([]);
    const lenses = await workbench.page.locator('.codelens-decoration').allInnerTexts();
    expect(lenses.join()).toContain('遗忘');
    expect(lenses.flatMap(english)).toEqual([]);
  });
});
