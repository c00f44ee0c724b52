import type { Frame } from 'playwright-core';
import { expect } from 'vitest';
import type { Section } from '../../src/core/dashboardPlace';
import { accessibilityFindings, seriousFindings, THEMES, type ThemeName, type Workbench } from '../vscode/harness';
import { Panel } from './panel';

/** A panel, and the sections of it to look at. */
export interface Look {
  readonly nth: number;
  readonly sections: readonly Section[];
}

/** The class that VS Code gives a webview's body in each theme. */
const BODY_CLASSES: Readonly<Record<ThemeName, string>> = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  highContrastDark: 'vscode-high-contrast',
  highContrastLight: 'vscode-high-contrast-light',
};

/**
 * Looks at sections in all themes and some widths of the panels, which stand side by side: none has a serious finding, none
 * scrolls sideways. The narrow widths come last, and are left as they are.
 */
export async function lookAround(workbench: Workbench, looks: readonly Look[], widths: readonly number[]) {
  for (const width of widths) {
    await resize(workbench, width, looks.length);
    for (const theme of Object.keys(THEMES) as ThemeName[]) {
      await workbench.useTheme(theme);
      for (const look of looks) await lookAt(workbench, look, theme, width);
    }
  }
}

async function lookAt(workbench: Workbench, { nth, sections }: Look, theme: ThemeName, width: number): Promise<void> {
  const panel = new Panel(workbench, nth);
  const frame = await workbench.webviewFrame(nth);
  await frame.waitForFunction((name) => document.body.classList.contains(name), BODY_CLASSES[theme]);
  for (const section of sections) {
    await panel.show(section);
    const where = `${section}, ${theme}, ${width} pixels`;
    expect(seriousFindings(await accessibilityFindings(frame)), where).toEqual([]);
    expect(await sideways(frame), where).toBeLessThanOrEqual(0);
    if (theme === 'dark') await workbench.screenshot(`${section}-${width}`);
  }
}

const sideways = (frame: Frame): Promise<number> =>
  frame.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Makes the window so wide that each panel has this width, give or take a pixel. */
async function resize(workbench: Workbench, width: number, panels: number): Promise<void> {
  const { page } = workbench;
  const frame = await workbench.webviewFrame();
  const size = page.viewportSize() ?? { width: 0, height: 0 };
  const missing = width - (await frame.evaluate(() => innerWidth));
  await page.setViewportSize({ ...size, width: size.width + panels * missing });
  await expect.poll(() => frame.evaluate((wanted) => Math.abs(innerWidth - wanted), width)).toBeLessThan(2);
}
