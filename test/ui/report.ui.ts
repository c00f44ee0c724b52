// The report in the editor: with the colours of the theme, no script, nothing from outside, and without trust.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import {
  accessibilityFindings,
  seriousFindings,
  THEMES,
  uiTest,
  until,
  withHost,
  type ThemeName,
} from '../vscode/harness';
import { lethe } from './installedCli';
import { folderWith, recipe } from './recipes';

const FILE = 'quick.lethe.json';

uiTest('the report opens in the editor, untrusted first, and is a file once the workspace is trusted', async () => {
  await withHost(
    'report',
    { workspace: folderWith({ [FILE]: recipe({ seeds: 1 }) }), trusted: false },
    async (host) => {
      await lethe(host, 'run', FILE, '--no-report');
      const written = path.join(host.workspace, '.lethe', 'reports', 'quick.html');
      const workbench = await host.openWindow();
      await workbench.openFile(FILE);
      await workbench.codeLens('Open dashboard').waitFor();
      await workbench.command('Lethe: Open Report');
      const report = workbench.webview();
      await report.getByRole('heading', { name: 'Quick look', level: 1 }).waitFor();
      expect(existsSync(written)).toBe(false);
      for (const theme of Object.keys(THEMES) as ThemeName[]) {
        await workbench.useTheme(theme);
        const frame = await workbench.webviewFrame();
        await frame.waitForFunction((name) => document.body.classList.contains(name), BODY_CLASSES[theme]);
        expect(seriousFindings(await accessibilityFindings(frame)), theme).toEqual([]);
        await workbench.screenshot(`report-${theme}`);
      }

      await workbench.closeTab('Report: Quick look');
      await workbench.trust();
      await workbench.openFile(FILE);
      await workbench.command('Lethe: Open Report');
      await report.getByRole('heading', { name: 'Quick look', level: 1 }).waitFor();
      await workbench.toast('The report is in').waitFor();
      await until('the file', () => existsSync(written));
      expect(readFileSync(written, 'utf8')).toContain('<h1>Quick look</h1>');
      expect(host.browser.cspViolations).toEqual([]);
      expect(host.browser.externalRequests).toEqual([]);
    },
  );
});

/** The class that VS Code gives a webview's body in each theme. */
const BODY_CLASSES: Readonly<Record<ThemeName, string>> = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  highContrastDark: 'vscode-high-contrast',
  highContrastLight: 'vscode-high-contrast-light',
};
