// The report in the editor: without trust nothing is written, with it there is a file, too.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CDPSession } from 'playwright-core';
import { expect } from 'vitest';
import { uiTest, until, withHost } from '../vscode/harness';
import { ARTIFACTS } from '../vscode/installation';
import { lethe } from './installedCli';
import { folderWith, recipe } from './recipes';

const FILE = 'quick.lethe.json';

uiTest('the report opens in the editor, also untrusted, and is a file once the workspace is trusted', async () => {
  const workspace = folderWith({ [FILE]: recipe({ seeds: 1 }) });
  await withHost('report', { workspace, trusted: false }, async (host) => {
    await lethe(host, 'run', FILE, '--no-report');
    const written = path.join(host.workspace, '.lethe', 'reports', 'quick.html');
    const workbench = await host.openWindow();
    const session = await workbench.page.context().newCDPSession(workbench.page);
    await workbench.openFile(FILE);
    await workbench.codeLens('Open dashboard').waitFor();
    await workbench.command('Lethe: Open Report');
    await workbench.tab('Report: Quick look').waitFor();
    await until('the report', async () => (await textsOf(session)).includes('Accuracy matrices'));
    await keepPicture(session, 'report');
    expect(existsSync(written)).toBe(false);

    await workbench.closeTab('Report: Quick look');
    await workbench.trust();
    await workbench.openFile(FILE);
    await workbench.command('Lethe: Open Report');
    await workbench.toast('The report is in').waitFor();
    await until('the file', () => existsSync(written));
    expect(readFileSync(written, 'utf8')).toContain('<h1>Quick look</h1>');
    await until('the report again', async () => (await textsOf(session)).includes('Accuracy matrices'));
    expect(host.browser.cspViolations).toEqual([]);
    expect(host.browser.externalRequests).toEqual([]);
  });
});

/** All texts of the window and the pages in it. Into a page in which no script may run Playwright cannot look. */
async function textsOf(session: CDPSession): Promise<readonly string[]> {
  const { strings } = await session.send('DOMSnapshot.captureSnapshot', { computedStyles: [] });
  return strings.map((text) => text.trim());
}

async function keepPicture(session: CDPSession, name: string): Promise<void> {
  const { data } = await session.send('Page.captureScreenshot');
  const folder = path.join(ARTIFACTS, 'screenshots');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `${name}.png`), Buffer.from(data, 'base64'));
}
