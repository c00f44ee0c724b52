import { html, LitElement, nothing, svg, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { formatMeasure, formatValue } from '../src/core/measureFormat';
import { measureInfo, type MeasureName } from '../src/core/measures/table';
import type { Summary } from '../src/core/statistics';
import { sweepCsv } from './answerCsv';
import { choice } from './controls';
import type { Alone } from './panel/alone';
import { panelMenu } from './panel/panelMenu';
import type { SectionContext } from './sections/section';
import { t } from './strings';
import { middleOf, sweepOf, whiskerOf, type Sweep, type SweptPoint } from './sweeps';
import { choosableMeasures } from './tableModel';
import { dashOf, TASK_STYLES } from './theme';
import { titleOf } from './titles';
import type { LiveVariant } from './variants';
import { timeText, valueText } from './words';

const SIZE = { width: 540, height: 190, left: 44, right: 96, top: 10, bottom: 34 };
const PLOT = { width: SIZE.width - SIZE.left - SIZE.right, height: SIZE.height - SIZE.top - SIZE.bottom };

const hasOtherRows = (now: readonly LiveVariant[], before: readonly LiveVariant[] | undefined): boolean =>
  now.length !== before?.length || now.some(({ row }, i) => row !== before[i]?.row);

/** A setting that the file sweeps, as a curve of a measure over it. */
class SweepChart extends LitElement {
  static override properties = {
    // Of variants only the rows are drawn.
    variants: { attribute: false, hasChanged: hasOtherRows },
    pinned: { attribute: false, hasChanged: (now?: LiveVariant, before?: LiveVariant) => now?.row !== before?.row },
    label: {},
    panel: {},
    alone: { attribute: false },
    isAlone: { type: Boolean, attribute: 'alone', reflect: true },
    host: { attribute: false },
    measure: { state: true },
    setting: { state: true },
  };
  /** Of one family. */
  declare variants: readonly LiveVariant[];
  /** The one that others are compared with, of this family or not. */
  declare pinned: LiveVariant | undefined;
  declare label: string;
  /** Its id among the panels of the section. */
  declare panel: string;
  /** Of the section. */
  declare alone: Alone;
  /** Whether it has all the room. */
  declare isAlone: boolean;
  declare host: SectionContext['host'];
  declare measure: MeasureName;
  declare setting: string | undefined;

  constructor() {
    super();
    this.measure = 'accuracy';
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render() {
    const settings = [...new Set(this.variants.flatMap(({ row }) => Object.keys(row.family?.at ?? {})))];
    const setting = this.setting ?? settings[0];
    if (setting === undefined) return nothing;
    const sweep = sweepOf(this.variants, setting, this.measure);
    const known = choosableMeasures.filter((name) => this.hasValues(name));
    const title = t('sweepTitle', { label: this.label, measure: titleOf(this.measure), setting });
    return html`<section class="sweep" aria-label=${title}>
      <div class="section-head">
        <h2>${title}</h2>
        <div class="tools">
          ${
            settings.length > 1
              ? choice({
                  name: 'setting',
                  label: t('sweepSetting'),
                  value: setting,
                  options: settings.map((name) => [name, name] as const),
                  onChange: (name) => (this.setting = name),
                })
              : nothing
          }
          ${choice({
            name: 'measure',
            label: t('sweepMeasure'),
            value: this.measure,
            options: known.map((name) => [name, titleOf(name)] as const),
            onChange: (name) => (this.measure = name),
          })}
          ${panelMenu({
            ...{ id: this.panel, title, alone: this.alone, host: this.host },
            data: () => sweepCsv(sweep, this.label, setting, this.measure),
          })}
        </div>
      </div>
      ${chart(sweep, this.measure, title, this.pinned)}
      <details>
        <summary>${t('showTable')}<span class="visually-hidden">${t('afterColon', { title: title })}</span></summary>
        ${twin(sweep, this.measure, setting)}
      </details>
    </section>`;
  }

  private hasValues(name: MeasureName): boolean {
    return this.variants.some(({ row }) => Number.isFinite(row.measures[name].mean));
  }
}
customElements.define('lethe-sweep', SweepChart);

const panelId = (family: string): string => `sweep ${family}`;

/** A chart for each family of which at least two settings have results. */
export function sweepCharts({ variants, pinned, host }: SectionContext, alone: Alone): TemplateResult {
  const families = new Map<string, LiveVariant[]>();
  for (const variant of variants) {
    const { family, seedsDone } = variant.row;
    if (family?.at && seedsDone > 0) families.set(family.key, [...(families.get(family.key) ?? []), variant]);
  }
  const shown = [...families].filter(([key, members]) => members.length > 1 && alone.shows(panelId(key)));
  // The one that has all the room keeps what was chosen in it.
  return html`${repeat(
    shown,
    ([key]) => key,
    ([key, members]) => {
      const panel = panelId(key);
      return html`<lethe-sweep
        data-panel-root=${panel}
        .variants=${members}
        .pinned=${pinned}
        .label=${members[0]?.row.family?.label ?? ''}
        .panel=${panel}
        .alone=${alone}
        .isAlone=${alone.id === panel}
        .host=${host}
      ></lethe-sweep>`;
    },
  )}`;
}

function chart(
  { lines, x, ticks, low, high }: Sweep,
  measure: MeasureName,
  title: string,
  pinned: LiveVariant | undefined,
): TemplateResult {
  const at = ({ value }: { value: number }) => SIZE.left + PLOT.width * x(value);
  const y = (value: number) => SIZE.top + PLOT.height * (1 - (value - low) / (high - low || 1));
  const whisker = (point: SweptPoint) => {
    const ends = whiskerOf(measure, point.summary);
    if (!ends) return nothing;
    const [from, to] = ends;
    return svg`<line class="whisker" x1=${at(point)} x2=${at(point)} y1=${y(Math.max(low, from))} y2=${y(Math.min(high, to))} />`;
  };
  return html`<svg class="sweep-chart" viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-label=${title}>
    ${[low, (low + high) / 2, high].map(
      (value) =>
        svg`<line class="grid" x1=${SIZE.left} x2=${SIZE.left + PLOT.width} y1=${y(value)} y2=${y(value)} /><text x=${SIZE.left - 5} y=${y(value) + 3.5} text-anchor="end">${measureInfo[measure].unit === '%' ? formatValue(measure, value, 0) : valueText(measure, value)}</text>`,
    )}
    ${pinned ? pinnedLine(pinned, middleOf(measure, pinned.row.measures[measure]), y, { low, high }) : nothing}
    ${ticks.map(
      (value) =>
        svg`<text x=${at({ value })} y=${SIZE.top + PLOT.height + 14} text-anchor="middle">${numberText(value)}</text>`,
    )}
    ${lines.map(({ name, points }, k) => {
      const last = points.at(-1);
      return svg`<g class="task-${k % TASK_STYLES}">
        <polyline stroke-dasharray=${dashOf(k).join(' ')} points=${points.map((point) => `${at(point)},${y(middleOf(measure, point.summary))}`).join(' ')} />
        ${points.map(
          (point) =>
            svg`${whisker(point)}<circle class=${point.isPicked ? 'picked' : ''} cx=${at(point)} cy=${y(middleOf(measure, point.summary))} r=${point.isPicked ? 5 : 3.5}><title>${numberText(point.value)}: ${summaryText(measure, point.summary)}</title></circle>`,
        )}
        ${last && name !== '' ? svg`<text class="name" x=${at(last) + 9} y=${y(middleOf(measure, last.summary)) + 3.5}>${name}</text>` : nothing}
      </g>`;
    })}
  </svg>`;
}

/** How high the one lies that others are compared with; nothing where that is beyond the axis. */
function pinnedLine(
  { label }: LiveVariant,
  value: number,
  y: (value: number) => number,
  { low, high }: { readonly low: number; readonly high: number },
) {
  if (!(value >= low && value <= high)) return nothing;
  return svg`<path class="pinned" d="M${SIZE.left} ${y(value)}h${PLOT.width}"><title>${t('against', { label })}</title></path>
    <text class="pinned-name" x=${SIZE.left + 4} y=${y(value) - 4}>${label}</text>`;
}

/** 100000 → "1e5", as the file may have it. */
const numberText = (value: number): string => {
  const [plain, short] = [String(value), value.toExponential().replace('e+', 'e')];
  return plain.length <= 5 || plain.length <= short.length ? plain : short;
};

const summaryText = (measure: MeasureName, summary: Summary): string =>
  measureInfo[measure].unit === 'seconds' ? timeText(summary.median) : formatMeasure(measure, summary);

function twin({ lines }: Sweep, measure: MeasureName, setting: string): TemplateResult {
  const { unit } = measureInfo[measure];
  return html`<div class="scroll twin" role="region" tabindex="0" aria-label=${setting}>
    <table>
      <thead>
        <tr>
          <th scope="col" class="number">${setting}</th>
          ${lines.length > 1 ? html`<th scope="col">${t('sweepOthers')}</th>` : nothing}
          <th scope="col" class="number">${titleOf(measure)}${unit === '%' ? ' (%)' : ''}</th>
          <th scope="col" class="number">${t('colSeeds')}</th>
        </tr>
      </thead>
      <tbody>
        ${lines.flatMap(({ name, points }) =>
          points.map(
            ({ value, summary }) =>
              html`<tr>
                <th scope="row" class="number">${numberText(value)}</th>
                ${lines.length > 1 ? html`<td>${name}</td>` : nothing}
                <td class="number">${summaryText(measure, summary)}</td>
                <td class="number">${summary.n}</td>
              </tr>`,
          ),
        )}
      </tbody>
    </table>
  </div>`;
}
