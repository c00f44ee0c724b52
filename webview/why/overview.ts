import { html, nothing, type TemplateResult } from 'lit';
import { formatPercent } from '../../src/core/format';
import type { Why } from '../../src/core/why/why';
import type { Host } from '../host';
import type { Alone } from '../panel/alone';
import { csvText } from '../panel/csv';
import { panelMenu } from '../panel/panelMenu';
import { t } from '../strings';
import type { LiveVariant } from '../variants';
import { barChart, partLegend, type PinnedShare } from './barChart';
import { barTitles, partKinds, partTitles, type Bar } from '../../src/core/why/bars';

export interface Explained {
  readonly variant: LiveVariant;
  readonly why: Why;
  readonly bars: readonly Bar[];
}

export interface OverviewOptions {
  readonly alone: Alone;
  readonly host: Pick<Host, 'act'>;
  /** Key of the method that is shown in detail. */
  readonly focus: string;
  /** The one that the others are compared with. */
  readonly pinned: Explained | undefined;
  readonly chips: TemplateResult;
  readonly onPick: (key: string) => void;
  readonly isOpen: boolean;
  readonly onToggle: (open: boolean) => void;
}

/** Every method: its sentence, and where the answers go when it is told the task and when it is not. */
export function overview(
  all: readonly Explained[],
  { focus, pinned, chips, onPick, isOpen, onToggle, alone, host }: OverviewOptions,
): TemplateResult {
  const kinds = new Set(all.flatMap(({ bars }) => bars.flatMap(({ parts }) => parts.map(({ kind }) => kind))));
  return html`<section class="why-overview" data-panel-root="why" aria-labelledby="why-title">
    <div class="card-head">
      <h2 id="why-title">${t('whyTitle')}</h2>
      ${panelMenu({ id: 'why', title: t('whyTitle'), alone, host, data: () => overviewCsv(all) })}
    </div>
    <div class="tools">${chips}</div>
    <p class="note">${t(kinds.has('otherTask') ? 'whyNote' : 'whyNoteShared')}</p>
    ${partLegend(kinds, pinned?.variant.label)}
    <ul class="why-rows">
      ${all.map((one) => row(one, { isFocus: one.variant.key === focus, pinned, onPick: () => onPick(one.variant.key) }))}
    </ul>
    <details ?open=${isOpen} @toggle=${(event: Event) => onToggle((event.target as HTMLDetailsElement).open)}>
      <summary>
        ${t('showTable')}<span class="visually-hidden">${t('afterColon', { title: t('whyTitle') })}</span>
      </summary>
      ${isOpen ? twin(all) : nothing}
    </details>
  </section>`;
}

const overviewCsv = (all: readonly Explained[]): string =>
  csvText(
    ['method', 'tested', 'answers', 'share'],
    all.flatMap(({ variant, bars }) =>
      bars.flatMap(({ name, parts }) => parts.map(({ kind, share }) => [variant.label, name, kind, share])),
    ),
  );

interface RowOptions {
  readonly isFocus: boolean;
  readonly pinned: Explained | undefined;
  readonly onPick: () => void;
}

function row({ variant, why, bars }: Explained, { isFocus, pinned, onPick }: RowOptions): TemplateResult {
  const { key, label, row: own } = variant;
  const isPinned = pinned?.variant.key === key;
  return html`<li class=${isFocus ? 'why-row focus' : 'why-row'} data-why=${key}>
    <div class="why-head">
      <button class="plain why-pick" aria-pressed=${isFocus} @click=${onPick}>
        <span class="label">${label}</span>
        ${isPinned ? html`<span class="aside">${t('baseline')}</span>` : nothing}
        ${own.bound ? html`<span class="aside">${t(own.bound === 'lower' ? 'lowerBound' : 'upperBound')}</span>` : nothing}
      </button>
    </div>
    <p>${why.text}</p>
    ${bars.map(
      ({ name, parts }) =>
        html`<div class="why-bar">
          <span class="aside" aria-hidden="true">${barText(name)}</span>
          ${barChart(parts, `${label}, ${barText(name)}`, undefined, isPinned ? undefined : pinnedShare(pinned, name))}
        </div>`,
    )}
  </li>`;
}

/** What of the same bar is right with the one that one compares with. */
function pinnedShare(pinned: Explained | undefined, name: Bar['name']): PinnedShare | undefined {
  const bar = pinned?.bars.find((own) => own.name === name);
  const right = bar?.parts.find(({ kind }) => kind === 'right');
  return pinned && right && { label: pinned.variant.label, share: right.share };
}

/** What a bar is, with what it is a share of: the sentence above it may speak of the images of old tasks alone. */
const barText = (name: Bar['name']): string => t('barOfAll', { bar: t(barTitles[name]) });

/** The numbers of all bars. */
function twin(all: readonly Explained[]): TemplateResult {
  const kinds = partKinds.filter((kind) =>
    all.some(({ bars }) => bars.some(({ parts }) => parts.some((part) => part.kind === kind))),
  );
  return html`<div class="scroll twin" role="region" tabindex="0" aria-label=${t('whyTitle')}>
    <table>
      <caption class="visually-hidden">
        ${t('whyTitle')}
      </caption>
      <thead>
        <tr>
          <th scope="col">${t('colVariant')}</th>
          <th scope="col">${t('barColumn')}</th>
          ${kinds.map((kind) => html`<th scope="col" class="number">${t(partTitles[kind])}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${all.flatMap(({ variant, bars }) =>
          bars.map(
            ({ name, parts }) =>
              html`<tr>
                <th scope="row">${variant.label}</th>
                <td>${barText(name)}</td>
                ${kinds.map((kind) => html`<td class="number">${shareText(parts.find((part) => part.kind === kind)?.share)}</td>`)}
              </tr>`,
          ),
        )}
      </tbody>
    </table>
  </div>`;
}

const shareText = (share: number | undefined): string => (share === undefined ? '' : formatPercent(share));
