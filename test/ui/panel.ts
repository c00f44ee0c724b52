import type { FrameLocator, Locator } from 'playwright-core';
import type { ComparisonRow } from '../../src/core/comparison';
import type { MeasureName } from '../../src/core/measures/table';
import { formatMeasure } from '../../src/core/measureFormat';
import type { Section } from '../../src/core/dashboardPlace';
import type { Workbench } from '../vscode/harness';

const LONG_MS = 120_000;

/** Measures that the table shows to whom has not chosen. */
const COLUMNS: readonly MeasureName[] = ['accuracy', 'forgetting', 'gapClosed'];

/** What stands for a measure where only the task-aware accuracy is defined. */
const awareOf: Partial<Record<MeasureName, MeasureName>> = {
  accuracy: 'taskAwareAccuracy',
  forgetting: 'taskAwareForgetting',
};

/** The dashboard in a window of VS Code. */
export class Panel {
  readonly page: FrameLocator;
  /** One line that says how the whole experiment stands. */
  readonly state: Locator;
  readonly notices: Locator;
  readonly problems: Locator;

  constructor(workbench: Workbench, nth = 0) {
    this.page = workbench.webview(nth);
    this.state = this.page.locator('[data-state]');
    this.notices = this.page.locator('.notice');
    this.problems = this.page.locator('.problems');
  }

  /** Resolves when the page has drawn what the extension told it. */
  async drawn(): Promise<void> {
    await this.page.locator('body[data-ready="1"]').waitFor({ timeout: LONG_MS });
  }

  /** Resolves when this many runs are shown as done and none as running or waiting. */
  async allDone(runs: number): Promise<void> {
    await this.page.locator(`body[data-done="${runs}"][data-active="0"]`).waitFor({ timeout: LONG_MS });
  }

  /** Shows a section of the page by its tab. */
  async show(section: Section): Promise<void> {
    await this.page.locator(`[data-tab=${section}]`).click();
    await this.page.locator(`[data-section=${section}]`).waitFor();
  }

  row(variant: string): Locator {
    return this.page.locator(`tr[data-variant="${variant}"]`);
  }

  /** A button of the header, or of a variant's row. */
  button(action: string, variant?: string): Locator {
    return (variant === undefined ? this.page.locator('header') : this.row(variant)).locator(
      `[data-action="${action}"]`,
    );
  }

  /** Something to do that the header's menu has. */
  async choose(action: string): Promise<void> {
    await this.page.locator('header [data-menu=more] summary').click();
    await this.button(action).click();
  }

  card(variant: string): Locator {
    return this.page.locator(`[data-card="${variant}"]`);
  }

  /** Cells of a variant's accuracy matrix that hold a number. */
  filledCells(variant: string): Locator {
    return this.card(variant).locator('[role=gridcell]', { hasText: /\d/ });
  }

  /** Pixels of a variant's chart on which something is drawn; what is not seen of the page is not. */
  async ink(variant: string): Promise<number> {
    await this.card(variant).scrollIntoViewIfNeeded();
    return this.card(variant)
      .locator('canvas')
      .evaluate((canvas: HTMLCanvasElement) => {
        const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        let drawn = 0;
        for (let i = 3; i < data.length; i += 4) if ((data[i] ?? 0) > 0) drawn += 1;
        return drawn;
      });
  }

  /** What the table says of a variant: its measures as they read, in the order of the columns. */
  measures(variant: string): Promise<string[]> {
    return Promise.all(
      COLUMNS.map(async (name) => plain(await this.row(variant).locator(`td[data-measure=${name}]`).innerText())),
    );
  }
}

/** What the table has to say of a row of the comparison, in the form of `Panel.measures`. */
export const expectedMeasures = ({ measures, taskAwareOnly }: ComparisonRow): string[] =>
  COLUMNS.map((name) => {
    const aware = taskAwareOnly === undefined ? undefined : awareOf[name];
    return plain(formatMeasure(aware ?? name, measures[aware ?? name]));
  });

/** Signs of the unit and of task-aware values aside; spaces depend on the layout. */
const plain = (text: string): string => text.replace(/[%†]/g, '').replace(/\s+/g, ' ').trim();
