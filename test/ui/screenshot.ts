// Draws docs/images/dashboard.png, or another picture of a workspace with finished runs. Not a test: run by
//   LETHE_SCREENSHOT=<workspace folder> npx vitest run --config vitest.ui.config.mts
// LETHE_SCREENSHOT_FILE names the experiment file (default: the only one), LETHE_SCREENSHOT_THEME the theme (dark, the
// default, light, highContrastDark, highContrastLight), LETHE_SCREENSHOT_TO the PNG.
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'vitest';
import { THEMES, withHost, type ThemeName, type Workbench } from '../vscode/harness';
import { Panel } from './panel';

/** Width of the editor and of the window, in CSS pixels: beside it the dashboard shows its whole table. */
const EDITOR = 620;
const VIEWPORT = { width: 1960, height: 1200 };

const { env } = process;
const workspace = path.resolve(env['LETHE_SCREENSHOT'] ?? '.');
const file = env['LETHE_SCREENSHOT_FILE'] ?? onlyExperiment();
const to = path.resolve(env['LETHE_SCREENSHOT_TO'] ?? path.join('docs', 'images', 'dashboard.png'));
const theme = themeNamed(env['LETHE_SCREENSHOT_THEME'] ?? 'dark');

test(`${to} shows ${file}`, async () => {
  await withHost('screenshot', { workspace, trusted: true, viewport: VIEWPORT }, async (host) => {
    const workbench = await host.openWindow();
    await workbench.openFile(file);
    await workbench.codeLens('Open dashboard').click();
    const panel = new Panel(workbench);
    await panel.drawn();
    await panel.page.locator('[data-strip]').first().waitFor();
    await workbench.useTheme(theme);
    await workbench.command('View: Toggle Primary Side Bar Visibility');
    await narrowEditor(workbench);
    // The lens of the last method has its result.
    await workbench.codeLens(/% · /).last().waitFor();
    await workbench.page.mouse.move(2, 2);
    mkdirSync(path.dirname(to), { recursive: true });
    await workbench.page.screenshot({ path: to });
  });
});

async function narrowEditor(workbench: Workbench): Promise<void> {
  const { page } = workbench;
  const panel = await page.locator('.editor-group-container').nth(1).boundingBox();
  const first = await page.locator('.editor-group-container').first().boundingBox();
  if (!panel || !first) throw new Error('editor and dashboard do not stand side by side');
  const y = panel.y + panel.height / 2;
  await page.mouse.move(panel.x, y);
  await page.mouse.down();
  await page.mouse.move(first.x + EDITOR, y, { steps: 10 });
  await page.mouse.up();
}

function onlyExperiment(): string {
  const [name, ...others] = readdirSync(workspace).filter((entry) => entry.endsWith('.lethe.json'));
  if (name === undefined || others.length > 0)
    throw new Error(`LETHE_SCREENSHOT_FILE has to name a file of ${workspace}`);
  return name;
}

function themeNamed(wanted: string): ThemeName {
  const names = Object.keys(THEMES) as ThemeName[];
  const found = names.find((name) => name === wanted);
  if (!found) throw new Error(`LETHE_SCREENSHOT_THEME has to be one of ${names.join(', ')}`);
  return found;
}
