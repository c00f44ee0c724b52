// How the dashboard of real runs looks and is used in VS Code: four themes, keyboard, policy, no request to anywhere.
import { expect } from 'vitest';
import {
  accessibilityFindings,
  seriousFindings,
  THEMES,
  uiTest,
  until,
  withHost,
  type ThemeName,
  type Workbench,
} from '../vscode/harness';
import { lethe } from './installedCli';
import { Panel } from './panel';
import { folderWith, recipe } from './recipes';

const FILE = 'quick.lethe.json';

uiTest(
  'a finished comparison has no serious accessibility finding in any theme, and can be used by keyboard',
  async () => {
    const options = {
      workspace: folderWith({ [FILE]: recipe() }),
      trusted: true,
      viewport: { width: 1600, height: 1000 },
    };
    await withHost('looks', options, async (host) => {
      await lethe(host, 'run', FILE, '--no-report');
      const workbench = await host.openWindow();
      await workbench.openFile(FILE);
      await workbench.codeLens('Open dashboard').click();
      const panel = new Panel(workbench);
      await panel.allDone(10);
      await walkByKeyboard(workbench, panel);
      for (const theme of Object.keys(THEMES) as ThemeName[]) await lookAt(workbench, theme);
      expect(host.browser.cspViolations).toEqual([]);
      expect(host.browser.externalRequests).toEqual([]);
    });
  },
);

async function lookAt(workbench: Workbench, theme: ThemeName): Promise<void> {
  await workbench.useTheme(theme);
  const frame = await workbench.webviewFrame();
  await frame.waitForFunction((name) => document.body.classList.contains(name), BODY_CLASSES[theme]);
  expect(seriousFindings(await accessibilityFindings(frame)), theme).toEqual([]);
  await workbench.screenshot(`looks-${theme}`);
}

/** The class that VS Code gives a webview's body in each theme. */
const BODY_CLASSES: Readonly<Record<ThemeName, string>> = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  highContrastDark: 'vscode-high-contrast',
  highContrastLight: 'vscode-high-contrast-light',
};

async function walkByKeyboard(workbench: Workbench, panel: Panel): Promise<void> {
  const { keyboard } = workbench.page;
  const frame = await workbench.webviewFrame();
  const focused = () => frame.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
  const tabTo = (what: string, selector: string) =>
    until(what, async () => {
      await keyboard.press('Tab');
      return frame.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);
    });

  await panel.page.locator('header [data-menu=more] summary').focus();
  await tabTo('the head of a column', '[data-column=accuracy]');
  await keyboard.press('Enter');
  await panel.page.locator('th[aria-sort=descending] [data-column=accuracy]').waitFor();
  expect(await panel.page.locator('tr[data-variant]').first().getAttribute('data-variant')).toBe('joint');

  await panel.show('curves');
  await tabTo('a chart', '[role=slider]');
  await keyboard.press('Home');
  const chart = panel.page.locator('[role=slider]').first();
  const first = await chart.getAttribute('aria-valuetext');
  await keyboard.press('ArrowRight');
  await until('the cursor to move', async () => (await chart.getAttribute('aria-valuetext')) !== first);

  await tabTo('a matrix', '[role=gridcell]');
  // The best is on top: all tasks at once.
  expect(await focused()).toMatch(/^after \d+% of joint training, accuracy on task 1: \d+ %/);
  await keyboard.press('ArrowDown');
  await keyboard.press('ArrowDown');
  await keyboard.press('ArrowRight');
  expect(await focused()).toMatch(/^after \d+% of joint training, accuracy on task 2: \d+ %/);
}
