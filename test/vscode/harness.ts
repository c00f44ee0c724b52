// A real VS Code with the packaged extension, driven in a real browser. Tests import from here.
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'vitest';
import { Browser } from './browser';
import { ARTIFACTS, packagedExtension, reasonToSkip } from './installation';
import { startServer, type Server, type ServerOptions } from './server';
import { Workbench } from './workbench';

export { accessibilityFindings, seriousFindings, type AccessibilityFinding } from './accessibility';
export type { Browser, CspViolation } from './browser';
export { packagedExtension, reasonToSkip } from './installation';
export { commandLine, isAlive, signal } from './processes';
export type { Server, ServerOptions } from './server';
export { until } from './until';
export { THEMES, Workbench, type ThemeName } from './workbench';

/** What a test says about the VS Code it wants. The packaged extension is installed unless `vsix` names another one. */
export interface HostOptions extends ServerOptions {
  /** The folder that is copied for the test and opened; tests may write into the copy. Absent: an empty folder. */
  readonly workspace?: string;
  /** Width and height in CSS pixels. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** The display language, e.g. `zh-cn`: VS Code's own texts stay English without its language pack, an extension's do not. */
  readonly language?: string;
}

/** A VS Code that runs for one test. */
export interface Host {
  readonly server: Server;
  readonly browser: Browser;
  /** The test's own copy of the workspace: an absolute path. */
  readonly workspace: string;
  /** Opens a window on the workspace and waits until it is usable. A second call opens a second window. */
  openWindow(): Promise<Workbench>;
}

/** What was found when a host was taken down. */
export interface HostRemains {
  /** Command lines of processes that were still alive after the server had stopped. They were killed. */
  readonly leftovers: readonly string[];
}

const VIEWPORT = { width: 1400, height: 900 };

/** Like vitest's `test`, but skipped where no VS Code can be set up. */
export const uiTest = test.skipIf(reasonToSkip() !== undefined);

/**
 * Gives `body` a fresh VS Code: profile, extensions, browser and a copy of the workspace below one temporary folder.
 * When `body` throws, screenshots, console, server log and VS Code's logs are kept in test/artifacts/NAME and the error
 * says so. With TRACE=1 a Playwright trace is kept too.
 */
export async function withHost(
  name: string,
  options: HostOptions,
  body: (host: Host) => Promise<void>,
): Promise<HostRemains> {
  const root = mkdtempSync(path.join(tmpdir(), 'lethe-'));
  const workspace = copyWorkspace(options.workspace, root);
  let server: Server | undefined;
  let browser: Browser | undefined;
  let remains: HostRemains = { leftovers: [] };
  try {
    server = await startServer(root, { ...options, vsix: options.vsix ?? packagedExtension() });
    browser = await Browser.open(root, options.viewport ?? VIEWPORT);
    if (options.language !== undefined) await browser.context.addInitScript(speak, options.language);
    if (process.env.TRACE) await browser.context.tracing.start({ screenshots: true, snapshots: true });
    await body({ server, browser, workspace, openWindow: windowOpener(server, browser, workspace) });
  } catch (error) {
    const evidence = await keepEvidence(name, server, browser);
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n(evidence: ${evidence})`, {
      cause: error,
    });
  } finally {
    await browser?.close().catch(() => undefined);
    if (server) remains = { leftovers: await server.stop() };
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
  return remains;
}

/** Runs in every page before its own scripts: VS Code's page sets by this what its windows are told of the language. */
function speak(language: string): void {
  Object.defineProperty(globalThis, '_VSCODE_NLS_LANGUAGE', { get: () => language, set: () => undefined });
}

function copyWorkspace(source: string | undefined, root: string): string {
  const workspace = path.join(root, 'workspace');
  mkdirSync(workspace);
  if (source !== undefined) cpSync(source, workspace, { recursive: true });
  return workspace;
}

function windowOpener(server: Server, browser: Browser, workspace: string): () => Promise<Workbench> {
  return async () => {
    const page = await browser.page();
    await page.goto(server.url(workspace), { waitUntil: 'domcontentloaded' });
    const workbench = new Workbench(page);
    await workbench.ready();
    return workbench;
  };
}

async function keepEvidence(name: string, server?: Server, browser?: Browser): Promise<string> {
  const directory = path.join(ARTIFACTS, name);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  if (browser) await keepBrowserEvidence(browser, directory);
  if (server) {
    cpSync(server.logFile, path.join(directory, 'server.log'));
    const logs = path.join(server.dataDirectory, 'logs');
    if (existsSync(logs)) cpSync(logs, path.join(directory, 'logs'), { recursive: true });
  }
  return directory;
}

async function keepBrowserEvidence(browser: Browser, directory: string): Promise<void> {
  for (const [index, page] of browser.context.pages().entries()) {
    await page.screenshot({ path: path.join(directory, `page-${index}.png`) }).catch(() => undefined);
  }
  if (process.env.TRACE) await browser.context.tracing.stop({ path: path.join(directory, 'trace.zip') });
  writeFileSync(path.join(directory, 'console.log'), browser.consoleLines.join('\n'));
}
