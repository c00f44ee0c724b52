import { html, nothing, svg, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { formatPercent } from '../src/core/format';
import { linesCsv } from './answerCsv';
import type { Curves } from './curves';
import { downsample } from './downsample';
import { littleOf } from './drawing';
import type { Alone } from './panel/alone';
import { panelMenu } from './panel/panelMenu';
import type { SectionContext } from './sections/section';
import { t } from './strings';
import { cellText } from './tableModel';
import { dashOf, TASK_STYLES } from './theme';
import type { LiveVariant } from './variants';

/** Size of one chart, in its own units. */
const WIDTH = 160;
const HEIGHT = 44;

const PANEL = 'little-curves';

/** The forgetting curves in little: a line for each task, as they grow. A click shows the large ones. */
export function liveStrip({ variants, selection, follow, host }: SectionContext, alone: Alone): TemplateResult {
  const shown = variants.filter(({ runs }) => runs.some((run) => run.state.started));
  if (shown.length === 0 || !alone.shows(PANEL)) return html`${nothing}`;
  const data = () => linesCsv(shown.map((variant) => ({ label: variant.label, curves: littleOf(variant).curves })));
  return html`<section
    class="small-curves ${alone.id === PANEL ? 'alone' : ''}"
    data-panel-root=${PANEL}
    aria-labelledby="strip-title"
  >
    <div class="section-head">
      <h2 id="strip-title">${t('stripTitle')}</h2>
      <span class="note">${t('stripKey')}</span>
      <div class="tools">${panelMenu({ id: PANEL, title: t('stripTitle'), alone, host, data })}</div>
    </div>
    <ul>
      ${repeat(
        shown,
        ({ key }) => key,
        (variant) =>
          html`<li class=${selection.variant === variant.key ? 'focused' : ''}>
            <button
              data-strip=${variant.key}
              title=${t('stripHint')}
              @click=${() => follow({ section: 'curves', variant: variant.key })}
            >
              ${guard([littleOf(variant), variant.label], () => smallChart(variant))}<span class="label"
                >${variant.label}</span
              >
              <span class="result quiet" title=${t('stripEndsHint')}>${resultOf(variant)}</span>
            </button>
          </li>`,
      )}
    </ul>
  </section>`;
}

/** What it came to, where that is known. */
function resultOf(variant: LiveVariant): string {
  const text = cellText(variant, 'accuracy');
  return text ? `${text.value} %${text.isAware ? '†' : ''}` : '';
}

/** Of hundreds of tasks the shade would be a grey of its own. */
const stretchesOf = ({ stretches }: Curves) => (stretches.length > MOST_STRETCHES ? [] : stretches);
const MOST_STRETCHES = 40;

function smallChart(variant: LiveVariant): TemplateResult {
  const { curves, oldTasks } = littleOf(variant);
  const total = curves.stretches.at(-1)?.to ?? curves.places.at(-1) ?? 1;
  const { x, y } = downsample({ x: curves.places, y: curves.tasks.map(({ mean }) => mean) }, WIDTH);
  const at = (step: number) => ((WIDTH * step) / total).toFixed(1);
  const last = oldTasks.at(-1);
  const said = last
    ? t('oldTasksSummary', { label: variant.label, value: formatPercent(last.value) })
    : `${variant.label}: ${t('chartEmpty')}`;
  return html`<svg viewBox="0 -1 ${WIDTH} ${HEIGHT + 2}" preserveAspectRatio="none" role="img" aria-label=${said}>
    ${stretchesOf(curves).map(({ from, to }, i) =>
      i % 2 === 1 ? svg`<rect class="stretch" x=${at(from)} y="0" width=${at(to - from)} height=${HEIGHT} />` : nothing,
    )}
    ${y.map((column, k) => {
      const points = column.flatMap((value, i) =>
        value === null ? [] : [`${at(x[i] ?? 0)},${(HEIGHT * (1 - value)).toFixed(1)}`],
      );
      return svg`<polyline class="task-${k % TASK_STYLES}" stroke-dasharray=${dashOf(k).join(' ')} points=${points.join(' ')} />`;
    })}
  </svg>`;
}
