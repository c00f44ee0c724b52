import type { Frame } from 'playwright-core';
import { until, type Workbench } from '../vscode/harness';

/** The page of a dashboard as one goes through it by the keyboard alone. */
export class Keys {
  private constructor(
    private readonly workbench: Workbench,
    private readonly frame: Frame,
  ) {}

  /**
   * Goes into the page from the workbench, to its bar of tabs.
   *
   * @param group the place of its editor group, from 1
   */
  static async into(workbench: Workbench, group: number, nth = 0): Promise<Keys> {
    await workbench.page.keyboard.press(`Control+${group}`);
    const keys = new Keys(workbench, await workbench.webviewFrame(nth));
    await keys.to('[role=tab][aria-selected=true]');
    return keys;
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.workbench.page.keyboard.press(key);
  }

  /** Presses Tab until the focus is on what matches; `Shift+Tab` goes back. */
  async to(selector: string, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
    await until(`the focus on ${selector}`, async () => {
      await this.press(key);
      return this.isOn(selector);
    });
  }

  /** Goes back to the bar of tabs. */
  toTabs = (): Promise<void> => this.to('[role=tab][aria-selected=true]', 'Shift+Tab');

  isOn = (selector: string): Promise<boolean> =>
    this.frame.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);

  /** What the focused element is called, or says. */
  said = (): Promise<string> =>
    this.frame.evaluate(() => {
      const { activeElement: focused } = document;
      return focused?.getAttribute('aria-valuetext') ?? focused?.getAttribute('aria-label') ?? '';
    });
}
