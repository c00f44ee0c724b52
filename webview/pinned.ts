import { html, nothing, type TemplateResult } from 'lit';
import { formatPercent } from '../src/core/format';
import type { RunMeasureName } from '../src/core/measures/table';
import { pairedDifference, type PairedDifference } from '../src/core/pairedDifference';
import type { SectionContext } from './sections/section';
import { list, t } from './strings';
import type { LiveVariant } from './variants';

/** Of a variant from the one that is pinned; undefined where there is none: for itself, and for what one of both does not have. */
export function differenceOf(
  variant: LiveVariant,
  pinned: LiveVariant | undefined,
  measure: RunMeasureName,
): PairedDifference | undefined {
  if (!pinned || variant.key === pinned.key) return undefined;
  const isTold = [variant, pinned].some(({ row }) => row.taskAwareOnly !== undefined);
  return isTold && measure === 'accuracy' ? undefined : pairedDifference(variant.row, pinned.row, measure);
}

/** So many points more or less, of a fraction: "+12.3". */
export function pointsText(fraction: number): string {
  const text = formatPercent(fraction).replace(/ %$/, '');
  return fraction > 0 ? `+${text}` : text;
}

export function differenceText({ mean, p }: PairedDifference): { text: string; p: string } {
  return {
    text: pointsText(mean),
    p: Number.isFinite(p) ? `p = ${Number(p.toPrecision(2))}` : '',
  };
}

/** What keeps something from sight, with the way back. */
export function selectionChips({ all, selection, select, pinned }: SectionContext): TemplateResult {
  const hidden = all.filter(({ key }) => selection.hidden.has(key));
  return html`${
    pinned
      ? html`<button
          class="chip"
          data-action="unpin"
          title=${t('unpin')}
          @click=${() => select({ baseline: undefined })}
        >
          ${t('against', { label: pinned.label })} ✕
        </button>`
      : nothing
  }
  ${
    hidden.length > 0
      ? html`<button
          class="chip"
          data-action="showAll"
          title=${list(hidden.map(({ label }) => label))}
          @click=${() => select({ hidden: new Set() })}
        >
          ${t('hiddenCount', { n: hidden.length })} ✕
        </button>`
      : nothing
  }`;
}
