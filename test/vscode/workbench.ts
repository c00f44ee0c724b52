import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Frame, FrameLocator, Locator, Page } from 'playwright-core';
import { ARTIFACTS } from './installation';
import { until } from './until';

const START_MS = 90_000;
const PALETTE_MS = 5000;

/** The colour themes every VS Code has: their title in the theme picker and the class of windows that show them. */
export const THEMES = {
  dark: { title: 'Dark Modern', className: 'vs-dark' },
  light: { title: 'Light Modern', className: 'vs' },
  highContrastDark: { title: 'Dark High Contrast', className: 'hc-black' },
  highContrastLight: { title: 'Light High Contrast', className: 'hc-light' },
} as const;

export type ThemeName = keyof typeof THEMES;

/**
 * One window of VS Code, and the only place that knows the workbench's selectors. Locators wait by themselves; nothing
 * here sleeps. Text matches a part in any case, unless it says otherwise.
 */
export class Workbench {
  readonly toasts: Locator;
  readonly squiggles: Locator;
  private readonly explorerRows: Locator;
  private readonly restrictedMode: Locator;
  private readonly quickInput: Locator;

  constructor(readonly page: Page) {
    this.toasts = page.locator('.notification-toast');
    this.squiggles = page.locator('.squiggly-error, .squiggly-warning');
    this.explorerRows = page.locator('.explorer-folders-view .monaco-list-row');
    this.restrictedMode = page.locator('.statusbar-item', { hasText: 'Restricted Mode' });
    this.quickInput = page.locator('.quick-input-widget .quick-input-box input').first();
  }

  /** Resolves once the status bar and the explorer have content. */
  async ready(): Promise<void> {
    await this.page.locator('.part.statusbar .statusbar-item').first().waitFor({ timeout: START_MS });
    await this.explorerRows.first().waitFor({ timeout: START_MS });
  }

  /** Trusts the open folder by the button a user would press. */
  async trust(): Promise<void> {
    await this.restrictedMode.click();
    await this.page
      .locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ })
      .first()
      .click();
    await this.restrictedMode.waitFor({ state: 'hidden' });
    await this.page.locator('.workspace-trust-editor').waitFor();
    await this.closeTab('Workspace Trust');
  }

  /**
   * Runs a command by its exact palette title, "Category: Title". An open palette does not notice commands that become
   * possible: it is asked again.
   */
  async command(title: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await this.searchCommand(title);
      try {
        await this.commandRow(title).click({ timeout: PALETTE_MS });
        return;
      } catch (error) {
        if (attempt === 6) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** Whether the palette offers a command, which its `when` clause decides. A no may take five seconds. */
  async offersCommand(title: string): Promise<boolean> {
    await this.searchCommand(title);
    const decided = this.commandRow(title).or(this.quickPickRow('No matching commands')).first();
    await decided.waitFor({ timeout: 5000 }).catch(() => undefined);
    const offered = await this.commandRow(title).isVisible();
    await this.page.keyboard.press('Escape');
    await this.quickInput.waitFor({ state: 'hidden' });
    return offered;
  }

  private async searchCommand(title: string): Promise<void> {
    const type = () => this.quickInput.fill(`>${title}`, { timeout: PALETTE_MS });
    await this.page.keyboard.press('F1');
    // The palette closes again when the focus was still on its way to somewhere else.
    await type().catch(async () => {
      await this.page.keyboard.press('F1');
      await type();
    });
  }

  private commandRow(title: string): Locator {
    return this.page
      .locator('.quick-input-list .monaco-list-row')
      .filter({ has: this.page.getByText(title, { exact: true }) })
      .first();
  }

  /** The first row of the open quick pick with this text. */
  quickPickRow(text: string | RegExp): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
  }

  /** Fills the open input box and confirms. */
  async answerInput(text: string): Promise<void> {
    await this.quickInput.waitFor();
    await this.quickInput.fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Opens a file that the explorer shows, in a tab that stays. */
  async openFile(name: string): Promise<void> {
    await this.explorerRow(name).dblclick();
    await this.page
      .locator('.tab.active', { has: this.page.getByText(name, { exact: true }) })
      .first()
      .waitFor();
  }

  /** A file or folder in the explorer, by its exact name. */
  explorerRow(name: string): Locator {
    return this.explorerRows.filter({ has: this.page.getByText(name, { exact: true }) }).first();
  }

  /** An editor tab by its exact name. The same file may be open in two groups: this is the first. */
  tab(name: string): Locator {
    return this.page.locator('.tab', { has: this.page.getByText(name, { exact: true }) }).first();
  }

  async closeTab(name: string): Promise<void> {
    const tab = this.tab(name);
    await tab.hover();
    await tab.locator('.tab-actions .action-label').click();
    await tab.waitFor({ state: 'detached' });
  }

  codeLens(text: string | RegExp): Locator {
    return this.page.locator('.codelens-decoration a', { hasText: text });
  }

  /** An icon of the activity bar, by the start of its label. */
  activity(label: string): Locator {
    return this.page.locator(`.activitybar [aria-label^="${label}"]`).first();
  }

  /** A row of a tree view in the side bar. */
  treeRow(text: string | RegExp): Locator {
    return this.page.locator('.sidebar .pane-body .monaco-list-row', { hasText: text }).first();
  }

  /** Unfolds a tree row until there is one below it: a tree that is filled anew at that moment forgets the click. */
  async unfoldRow(row: string | RegExp, below: string | RegExp): Promise<void> {
    await until(`a row below ${String(row)}`, async () => {
      if (await this.treeRow(below).isVisible()) return true;
      if ((await this.treeRow(row).getAttribute('aria-expanded')) !== 'true') await this.treeRow(row).click();
      const found = this.treeRow(below).waitFor({ timeout: 2000 });
      return found.then(
        () => true,
        () => false,
      );
    });
  }

  /** A button that a tree row shows when the pointer is over it, by its label. */
  async treeRowAction(row: string | RegExp, label: string): Promise<void> {
    await this.treeRow(row).hover();
    await this.treeRow(row).locator(`.actions [aria-label^="${label}"]`).click();
  }

  /** Chooses from the context menu of a tree row. */
  async treeRowMenu(row: string | RegExp, label: string): Promise<void> {
    await this.treeRow(row).click({ button: 'right' });
    const item = this.page.locator('.monaco-menu .action-item', { hasText: label });
    await item.hover();
    await item.and(this.page.locator('.focused')).waitFor();
    // By key, because a menu ignores the mouse in the moment after it was opened.
    await this.page.keyboard.press('Enter');
    await item.waitFor({ state: 'hidden' });
  }

  /** A button or text that a view shows while it is empty. */
  viewWelcome(text: string | RegExp): Locator {
    return this.page.locator('.sidebar .welcome-view-content', { hasText: text }).first();
  }

  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item', { hasText: text });
  }

  /** A message at the lower right corner. Never shown while the server has `testDriver`. */
  toast(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast', { hasText: text });
  }

  /** Presses a button of a toast. */
  async answerToast(text: string | RegExp, button: string): Promise<void> {
    await this.toast(text).locator('.monaco-button', { hasText: button }).click();
  }

  /** A modal dialog in the middle of the window. */
  dialog(text: string | RegExp): Locator {
    return this.page.locator('.monaco-dialog-box', { hasText: text });
  }

  /** What the editor shows when the pointer rests on a squiggle. */
  async squiggleMessage(nth = 0): Promise<string> {
    await this.squiggles.nth(nth).hover({ force: true });
    const hover = this.page.locator('.monaco-hover:visible .hover-contents').first();
    await hover.waitFor();
    return hover.innerText();
  }

  /** A row of the Problems view, which this opens when it is closed. */
  async problem(text: string | RegExp): Promise<Locator> {
    const panel = this.page.locator('.markers-panel');
    if (!(await panel.isVisible())) await this.command('Problems: Focus on Problems View');
    const row = panel.locator('.monaco-list-row', { hasText: text }).first();
    await row.waitFor();
    return row;
  }

  /** A webview's document, two frames deep: VS Code's wrapper page, then the extension's HTML. */
  webview(nth = 0): FrameLocator {
    return this.page.locator('iframe.webview.ready').nth(nth).contentFrame().frameLocator('iframe#active-frame');
  }

  /** The frame behind `webview(nth)`, for evaluating scripts in it. It changes when the webview is shown again. */
  async webviewFrame(nth = 0): Promise<Frame> {
    const handle = await this.webview(nth).locator('html').elementHandle();
    const frame = await handle.ownerFrame();
    if (!frame) throw new Error(`webview ${nth} has no document`);
    return frame;
  }

  /** Picks a colour theme by the palette, as a user does, and waits until VS Code shows it. */
  async useTheme(name: ThemeName): Promise<void> {
    const { title, className } = THEMES[name];
    await this.command('Preferences: Color Theme');
    await this.quickInput.fill(title);
    await this.quickPickRow(title).click();
    await this.quickInput.waitFor({ state: 'hidden' });
    await this.page.locator(`.monaco-workbench.${className}`).waitFor();
  }

  /**
   * Reloads the window as the command does: VS Code saves its state first. A reload by the browser would lose panels
   * that were opened in the last seconds.
   */
  async reload(): Promise<void> {
    await this.page.evaluate(() => {
      document.documentElement.dataset.beforeReload = 'yes';
    });
    await this.command('Developer: Reload Window');
    await this.page.waitForFunction(() => document.documentElement.dataset.beforeReload === undefined);
    await this.ready();
  }

  /** Closes the window as a user closes a browser tab. Processes of the extension stay as they are. */
  async close(): Promise<void> {
    const closed = this.page.waitForEvent('close');
    await this.page.close({ runBeforeUnload: true });
    await closed;
  }

  /** Keeps a picture as test/artifacts/screenshots/NAME.png and returns its path. */
  async screenshot(name: string): Promise<string> {
    const directory = path.join(ARTIFACTS, 'screenshots');
    mkdirSync(directory, { recursive: true });
    const file = path.join(directory, `${name}.png`);
    await this.page.screenshot({ path: file });
    return file;
  }
}
