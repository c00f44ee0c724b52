import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { Browser } from '../vscode/browser';
import { ARTIFACTS, installation, packagedExtension, REPOSITORY } from '../vscode/installation';
import { processesMarked, signal } from '../vscode/processes';
import { until } from '../vscode/until';

const INSTALLED = path.join(REPOSITORY, 'test', 'theia', 'installed');
const START_MS = 90_000;
const VIEWPORT = { width: 1400, height: 900 };

/** Whether `setup.mjs` has installed Theia. */
export const isTheiaInstalled = existsSync(path.join(INSTALLED, 'complete'));

/** Theia's window: the only place that knows its selectors. */
export class TheiaWindow {
  constructor(readonly page: Page) {}

  /** Resolves once the icons at the side are there. */
  async ready(): Promise<void> {
    await this.page.locator('#shell-tab-explorer-view-container').waitFor({ timeout: START_MS });
  }

  /** Reloads the page; Theia opens the same views again. */
  async reload(): Promise<void> {
    await this.page.reload({ waitUntil: 'domcontentloaded' });
    await this.ready();
  }

  async openExplorer(): Promise<void> {
    await this.page.locator('#shell-tab-explorer-view-container').click();
  }

  async openLethe(): Promise<void> {
    await this.page.locator('[id="shell-tab-plugin-view-container:workbench.view.extension.lethe"]').click();
  }

  /** A visible row of a tree: of the explorer or of a view. */
  treeRow(text: string | RegExp): Locator {
    return this.page.locator('.theia-TreeNode:visible', { hasText: text }).first();
  }

  /** What a view says while it has no rows. */
  viewWelcome(text: string): Locator {
    return this.page.locator('.theia-WelcomeView:visible', { hasText: text }).first();
  }

  /** The document of the only webview. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview').frameLocator('iframe#active-frame');
  }

  codeLens(text: string): Locator {
    return this.page.locator('.codelens-decoration a', { hasText: text }).first();
  }
}

/**
 * Gives `body` a fresh Theia with the packaged extension, opened on `workspace`, which tests may write into. When `body`
 * throws, a picture is kept in test/artifacts/NAME.
 */
export async function withTheia(name: string, workspace: string, body: (window: TheiaWindow) => Promise<void>) {
  const root = mkdtempSync(path.join(tmpdir(), 'lethe-theia-'));
  const marker = randomUUID();
  let browser: Browser | undefined;
  let page: Page | undefined;
  try {
    const address = await startTheia(root, workspace, marker);
    browser = await Browser.open(root, VIEWPORT);
    page = await browser.page();
    await page.goto(`${address}/#${workspace}`, { waitUntil: 'domcontentloaded' });
    const window = new TheiaWindow(page);
    await window.ready();
    await body(window);
  } catch (error) {
    const picture = path.join(ARTIFACTS, name, 'page.png');
    await page?.screenshot({ path: picture }).catch(() => undefined);
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n(evidence: ${picture})`, {
      cause: error,
    });
  } finally {
    await browser?.close().catch(() => undefined);
    for (const pid of processesMarked(`LETHE_TEST_HOST=${marker}`)) signal(pid, 'SIGKILL');
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Starts Theia on a free port; everything it writes lies below `root`. Returns its address. */
async function startTheia(root: string, workspace: string, marker: string): Promise<string> {
  // What lies here counts as installed by the user, which is what Theia unpacks a .vsix for.
  const settings = path.join(root, '.theia');
  const plugins = path.join(settings, 'plugins');
  mkdirSync(plugins, { recursive: true });
  copyFileSync(packagedExtension(), path.join(plugins, 'lethe.vsix'));
  const logFile = path.join(root, 'server.log');
  const log = openSync(logFile, 'w');
  const main = path.join(INSTALLED, 'lib', 'backend', 'main.js');
  const args = [main, workspace, '--hostname', '127.0.0.1', '--port', '0'];
  // A name of its own for each webview, as usual, is one that no server here answers to.
  const oneOrigin = { THEIA_WEBVIEW_EXTERNAL_ENDPOINT: '{{hostname}}' };
  const env = { ...process.env, ...oneOrigin, HOME: root, THEIA_CONFIG_DIR: settings, LETHE_TEST_HOST: marker };
  const server = spawn(installation().node, args, { env, stdio: ['ignore', log, log] });
  closeSync(log);
  return until(
    'Theia to listen',
    () => {
      const said = readFileSync(logFile, 'utf8');
      if (server.exitCode !== null) throw new Error(`Theia ended with ${server.exitCode}:\n${said.slice(-3000)}`);
      return /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
    },
    START_MS,
  );
}
