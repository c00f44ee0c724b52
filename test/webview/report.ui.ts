// The report as a page: in the themes of VS Code and outside, readable by all, and as narrow as a page may be.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { htmlReport } from '../../src/report/index';
import { experimentOf, reportOf, sixMethods } from '../../src/report/testRuns';
import { accessibilityFindings, seriousFindings } from '../vscode/accessibility';
import { Browser } from '../vscode/browser';
import { ARTIFACTS } from '../vscode/installation';
import { themes, type Theme, type ThemeName } from './themes';

const skip = process.env['LETHE_NO_VSCODE_HOST'] !== undefined;
const html = htmlReport(reportOf(experimentOf(sixMethods)));

describe.skipIf(skip)('the report', () => {
  let root: string;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'lethe-report-'));
    browser = await Browser.open(root, { width: 1280, height: 900 });
    page = await browser.page();
  });
  afterAll(async () => {
    await browser.close();
    await rm(root, { recursive: true, force: true });
  });

  it.each(Object.keys(themes) as ThemeName[])('has the colours of the theme in VS Code (%s)', async (name) => {
    await page.setContent(html);
    await page.evaluate(dress, themes[name] as Theme);
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(ground).toBe(rgbOf(themes[name].variables['--vscode-editor-background']));
    await keepPicture(page, `report-${name}`);
    expect(seriousFindings(await accessibilityFindings(page.mainFrame()))).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('has colours of its own elsewhere (%s)', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.setContent(html);
    expect(seriousFindings(await accessibilityFindings(page.mainFrame()))).toEqual([]);
  });

  it('has no sideways scroll at 300 pixels', async () => {
    await page.setViewportSize({ width: 300, height: 800 });
    await page.setContent(html);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(300);
  });
});

/** Runs in the page: what VS Code does with a page that it shows. */
function dress({ classes, variables }: Theme): void {
  document.body.className = classes.join(' ');
  for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(name, value);
}

const rgbOf = (hex = ''): string => `rgb(${[1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)).join(', ')})`;

async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = path.join(ARTIFACTS, 'dashboard');
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
}
