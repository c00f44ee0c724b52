import { html, nothing, svg, type TemplateResult } from 'lit';
import { oneLine } from '../../src/core/visibleText';
import { t } from '../strings';

/** A strip with a name before it and a number behind it. */
export interface Row {
  readonly name: string;
  /** In SVG, in a box as wide as there are columns and 1 high, y downwards. */
  readonly marks: unknown;
  readonly value: string;
}

export interface RowsOptions {
  /** For those who do not see it. */
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: number;
  /** What stands below: a text for each column, or for the two ends. */
  readonly axis?: TemplateResult;
  /** Which column is looked at. */
  readonly chosen?: number | undefined;
  readonly onPick?: (column: number) => void;
  readonly tall?: boolean;
}

/** Rows that are drawn; the table has the others. */
const MOST_DRAWN = 24;

/** Strips below each other on one axis. Texts keep their size however wide the strips are. */
export function rowsOf({ label, rows, columns, axis, chosen, onPick, tall }: RowsOptions): TemplateResult {
  const drawn = rows.slice(0, MOST_DRAWN);
  const pick = (event: MouseEvent) => {
    const { left, width } = (event.currentTarget as Element).getBoundingClientRect();
    if (width > 0) onPick?.(Math.min(columns - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * columns))));
  };
  return html`<div class=${tall ? 'strips tall' : 'strips'} role="img" aria-label=${label}>
      ${drawn.map(
        ({ name, marks, value }) =>
          html`<span class="strip-name" title=${oneLine(name)}>${breakable(oneLine(name))}</span>
            <svg
              class=${onPick ? 'strip picks' : 'strip'}
              viewBox="0 0 ${columns} 1"
              preserveAspectRatio="none"
              @click=${onPick ? pick : nothing}
            >
              ${chosen === undefined || chosen < 0 ? nothing : svg`<rect class="chosen" x=${chosen} y="0" width="1" height="1" />`}
              ${marks}
            </svg>
            <span class="strip-value">${value}</span>`,
      )}
      ${axis ? html`<span></span>${axis}<span></span>` : nothing}
    </div>
    ${rows.length > drawn.length ? html`<p class="aside">${t('insideMoreRows', { n: rows.length - drawn.length })}</p>` : nothing}`;
}

/** A name that may go on in another line behind each point in it. */
const breakable = (name: string) => name.split('.').map((part, i) => (i === 0 ? part : html`.<wbr />${part}`));

/** Columns up to which each has its name below it. */
const MOST_NAMED = 10;

/** T1 … T5 below the columns of tasks. */
export function taskAxis(tasks: readonly number[], chosen: number): TemplateResult {
  const name = (task: number) => html`<span class=${task === chosen ? 'now' : nothing}>T${task + 1}</span>`;
  if (tasks.length <= MOST_NAMED) return html`<span class="axis columns">${tasks.map(name)}</span>`;
  const ends = [tasks[0] ?? 0, ...(tasks.slice(1, -1).includes(chosen) ? [chosen] : []), tasks.at(-1) ?? 0];
  return html`<span class="axis ends">${ends.map(name)}</span>`;
}

/** What lies at both ends. */
export const endsAxis = (first: string, last: string): TemplateResult =>
  html`<span class="axis ends"><span>${first}</span><span>${last}</span></span>`;

/** Steps from value to value, filled down to the ground. @param heights from 0 to 1, one for each column */
export function areaOf(heights: readonly number[]): string {
  const top = heights.map((height, i) => `V${short(1 - height)}H${i + 1}`).join('');
  return `M0 1${top}V1Z`;
}

/** The same steps as a line. */
export const lineOf = (heights: readonly number[]): string =>
  heights.map((height, i) => `${i === 0 ? 'M0 ' : 'V'}${short(1 - height)}H${i + 1}`).join('');

/** A bar in each column that has one. @param bars from where to where, as heights from 0 to 1 */
export const barsOf = (bars: readonly (readonly [from: number, to: number] | undefined)[]): string =>
  bars
    .map((bar, i) => {
      if (!bar) return '';
      const [from, to] = bar;
      // What is nearly nothing is a line.
      const size = Math.max(0.03, Math.abs(to - from));
      const top = Math.min(1 - size, 1 - Math.max(from, to));
      return `M${short(i + GAP)} ${short(top)}h${short(1 - 2 * GAP)}v${short(size)}h${short(2 * GAP - 1)}Z`;
    })
    .join('');

const GAP = 0.1;

/** A dash in the middle of each column where something is missing. */
export const dashesOf = (isMissing: readonly boolean[]): string =>
  isMissing.map((missing, i) => (missing ? `M${i + 0.3} 0.5h0.4` : '')).join('');

export const short = (value: number): string => String(Number(value.toFixed(3)));
