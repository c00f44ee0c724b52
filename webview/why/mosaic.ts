import { html, svg, type TemplateResult } from 'lit';
import type { PartKind } from '../../src/core/why/bars';
import { formatPercent } from '../../src/core/format';
import type { AnswerShares } from '../../src/core/measures/ofAnswers';
import { t } from '../strings';
import { overPattern } from './barChart';

const HEIGHT = 96;
/** Beside it, a column for when the task is told. */
const WIDTH = 80;
const GAP = 4;

/**
 * The accuracy as an area: as wide as the share for which the task is found, as high as the share of the right class among
 * these. Beside it a column as high as the accuracy when the task is told.
 */
export function mosaic(shares: AnswerShares, told: number, name: string): TemplateResult {
  const { right, otherClass, newest, otherTask } = shares;
  const inferred = right + otherClass;
  const within = inferred > 0 ? right / inferred : 0;
  const values = {
    accuracy: formatPercent(right, 0),
    inferred: formatPercent(inferred, 0),
    within: formatPercent(within, 0),
    told: formatPercent(told, 0),
  };
  const lost = newest + otherTask;
  return html`<svg
      class="parts mosaic"
      role="img"
      width="100%"
      height=${HEIGHT}
      aria-label=${`${name}: ${t('mosaicLabel', values)}`}
    >
      ${tile('right', 0, inferred, 1 - within, within, values.accuracy)}
      ${tile('otherClass', 0, inferred, 0, 1 - within)}
      ${lost > 0 ? tile('newest', inferred, lost, 0, newest / lost) : ''}
      ${lost > 0 ? tile('otherTask', inferred, lost, newest / lost, otherTask / lost) : ''}
      ${Number.isFinite(told) ? toldColumn(told, values.told) : ''}
    </svg>
    <p class="mosaic-words">${t('mosaicWords', values)}</p>`;
}

/** @param x, width shares of the plot; @param y, height shares of its height */
function tile(kind: PartKind, x: number, width: number, y: number, height: number, text = ''): TemplateResult {
  const place = [x * WIDTH, width * WIDTH, y * HEIGHT, height * HEIGHT].map((value) => value.toFixed(2));
  return rects(kind, place, text);
}

function toldColumn(told: number, text: string): TemplateResult {
  const width = 100 - WIDTH - GAP;
  const place = (y: number, height: number) =>
    [WIDTH + GAP, width, y * HEIGHT, height * HEIGHT].map((value) => value.toFixed(2));
  return svg`${rects('wrong', place(0, 1 - told), '')}${rects('right', place(1 - told, told), text)}`;
}

function rects(kind: PartKind, [x = '0', width = '0', y = '0', height = '0']: readonly string[], text: string) {
  const over = overPattern(kind);
  const middle = Number(x) + Number(width) / 2;
  const isRoom = Number(width) >= 9 && Number(height) >= 14;
  return svg`<g class="part part-${kind}">
    <rect x="${x}%" width="${width}%" y=${y} height=${height} />
    ${over ? svg`<rect class="over" x="${x}%" width="${width}%" y=${y} height=${height} fill=${over} />` : ''}
    ${text && isRoom ? svg`<text x="${middle.toFixed(2)}%" y=${Number(y) + Number(height) / 2 + 4} text-anchor="middle">${text.replace(' %', '')}</text>` : ''}
  </g>`;
}
