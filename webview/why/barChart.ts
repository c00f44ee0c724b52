import { html, nothing, svg, type TemplateResult } from 'lit';
import { formatPercent } from '../../src/core/format';
import { t, list } from '../strings';
import { partKinds, partTitles, type Part, type PartKind } from '../../src/core/why/bars';

/** Below this share a part has no room for its number. */
const ROOM = 0.065;

/** How a part is told without its colour: lines or dots over it. Defined once in the page, by {@link partPatterns}. */
export const overPattern = (kind: PartKind): string | undefined =>
  kind === 'right' ? undefined : `url(#part-${kind})`;

/** How much is right with the variant that one compares with. */
export interface PinnedShare {
  readonly label: string;
  readonly share: number;
}

/**
 * Percentages of 100 side by side.
 *
 * @param label what the bar is, for those who do not see it
 * @param pinned is marked on it
 */
export function barChart(parts: readonly Part[], label: string, height = 18, pinned?: PinnedShare): TemplateResult {
  const shown = parts.filter(({ share }) => share > 0);
  let from = 0;
  const places = shown.map((part) => ({ ...part, from: (from += part.share) - part.share }));
  return html`<svg
    class="parts"
    role="img"
    width="100%"
    height=${height}
    aria-label=${`${label}: ${partsWords(parts)}${pinned ? `; ${pinnedWords(pinned)}` : ''}`}
  >
    ${places.map(
      ({ kind, share, from: x }) =>
        svg`<g class="part part-${kind}">
          <title>${`${t(partTitles[kind])}: ${formatPercent(share)}`}</title>
          <rect x=${percentOf(x)} width=${percentOf(share)} height=${height} />
          ${overPattern(kind) ? svg`<rect class="over" x=${percentOf(x)} width=${percentOf(share)} height=${height} fill=${overPattern(kind) ?? ''} />` : ''}
          ${share >= ROOM ? svg`<text x=${percentOf(x + share / 2)} y=${height / 2 + 4} text-anchor="middle">${(100 * share).toFixed(0)}</text>` : ''}
        </g>`,
    )}
    ${pinned ? svg`<g class="pinned-share"><title>${pinnedWords(pinned)}</title><rect class="halo" x=${percentOf(pinned.share)} width="4" height=${height} /><rect x=${percentOf(pinned.share)} width="2" height=${height} /></g>` : ''}
  </svg>`;
}

const pinnedWords = ({ label, share }: PinnedShare): string => `${t('pinnedMark', { label })} ${formatPercent(share)}`;

const percentOf = (share: number): string => `${(100 * share).toFixed(3)}%`;

/** "right 22 %, old and taken for the newest task 77 %". */
const partsWords = (parts: readonly Part[]): string =>
  list(
    parts
      .filter(({ share }) => share >= 0.005)
      .map(({ kind, share }) => `${t(partTitles[kind])} ${formatPercent(share, 0)}`),
  );

/** What bars are drawn over with, and a sample of each kind in the legend. */
export const partPatterns = (): TemplateResult =>
  html`<svg width="0" height="0" class="patterns" aria-hidden="true">
    <defs>
      ${pattern('newest', svg`<path d="M-1 7 L7 -1 M3 11 L11 3" />`)}
      ${pattern('lost', svg`<path d="M-1 7 L7 -1 M3 11 L11 3" />`)}
      ${pattern('otherTask', svg`<circle cx="2" cy="2" r="1" /><circle cx="6" cy="6" r="1" />`)}
      ${pattern('otherClass', svg`<path d="M0 2 H8 M0 6 H8" />`)}
      ${pattern('unlearned', svg`<path d="M2 0 V8 M6 0 V8" />`)}
      ${pattern('wrong', svg`<path d="M-1 1 L7 9 M3 -3 L11 5" />`)}
    </defs>
  </svg>`;

const pattern = (kind: PartKind, content: TemplateResult) =>
  svg`<pattern id="part-${kind}" class="pattern" width="8" height="8" patternUnits="userSpaceOnUse">${content}</pattern>`;

/** What the parts mean that occur. @param pinned the one whose share is marked on the bars */
export function partLegend(kinds: ReadonlySet<PartKind>, pinned?: string): TemplateResult {
  return html`<ul class="legend part-legend">
    ${partKinds.map((kind) =>
      kinds.has(kind)
        ? html`<li>
            <svg class="parts" width="16" height="11" aria-hidden="true">
              <g class="part part-${kind}">
                <rect width="16" height="11" />
                ${overPattern(kind) ? svg`<rect class="over" width="16" height="11" fill=${overPattern(kind) ?? ''} />` : nothing}
              </g>
            </svg>
            ${t(partTitles[kind])}
          </li>`
        : nothing,
    )}
    ${pinned === undefined ? nothing : html`<li><span class="mark-sample" aria-hidden="true"></span> ${t('pinnedMark', { label: pinned })}</li>`}
  </ul>`;
}
