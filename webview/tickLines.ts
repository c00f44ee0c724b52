import { svg } from 'lit';
import { formatAmount } from './inside/numbers';

/** Lines of a grid across a chart, each with its value beside it. */
export const tickLines = (ticks: readonly { readonly value: number; readonly y: number }[], across: number) =>
  ticks.map(
    ({ value, y }) =>
      svg`<line class="grid" x1="0" x2=${across} y1=${y} y2=${y} /><text class="tick" x="-5" y=${y + 4} text-anchor="end">${formatAmount(value)}</text>`,
  );
