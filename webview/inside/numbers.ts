import { NOT_DEFINED } from '../../src/core/format';

const superscripts = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
const raised = (exponent: number): string =>
  String(Math.abs(exponent)).replace(/\d/g, (digit) => superscripts[Number(digit)] ?? digit);

/** 10⁻⁴ */
export const powerOfTen = (exponent: number): string => `10${exponent < 0 ? '⁻' : ''}${raised(exponent)}`;

/**
 * Three digits of a number of any size: 1234 → "1234", 0.01234 → "0.0123", 0.000012 → "1.2 · 10⁻⁵"; a dash where there is
 * none.
 */
export function formatAmount(value: number | null | undefined, unit = '1'): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NOT_DEFINED;
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  const text = size !== 0 && (size < 1e-3 || size >= 1e7) ? scientific(size) : plain(size);
  return `${sign}${text}${unitText(unit)}`;
}

/** What stands behind a number: nothing of one that has no unit. */
export const unitText = (unit: string): string => (unit === '1' ? '' : ` ${unit}`);

const plain = (size: number): string => (size >= 100 ? grouped(size.toFixed(0)) : String(Number(size.toPrecision(3))));

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, digits.length > 4 ? ',' : '');

function scientific(size: number): string {
  const [mantissa = '', exponent = '0'] = size.toExponential(1).split('e');
  const power = powerOfTen(Number(exponent));
  return mantissa === '1.0' ? power : `${mantissa} · ${power}`;
}

/** How values are laid along a length from 0 to 1. */
export interface Scale {
  readonly isLog: boolean;
  readonly low: number;
  readonly high: number;
  /** Place of a value; of what is beyond that of the end. */
  readonly at: (value: number) => number;
}

/** From this ratio of the largest to the smallest on, a linear scale shows nothing of the small ones. */
const LOG_FROM = 300;

/** Heights above zero, or logarithms where all are positive and of very different sizes. */
export function scaleOf(values: readonly (number | null | undefined)[]): Scale {
  let [least, most, smallest] = [Infinity, -Infinity, Infinity];
  for (const value of values) {
    if (value === null || value === undefined || !Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
    if (value > 0 && value < smallest) smallest = value;
  }
  if (least >= 0 && Number.isFinite(smallest) && most / smallest > LOG_FROM) return logScale(smallest, most);
  const [low, high] = [Math.min(0, least), Math.max(0, most)];
  if (!(high > low)) return { isLog: false, low: 0, high: 1, at: () => 0 };
  // Halves: the difference of the two largest numbers would be none.
  const range = high / 2 - low / 2;
  return { isLog: false, low, high, at: (value) => clamp((value / 2 - low / 2) / range) };
}

/** From a decade below the smallest, so that it is seen, up to the largest. */
function logScale(smallest: number, most: number): Scale {
  const low = Math.floor(Math.log10(smallest)) - 0.5;
  const high = Math.max(low + 1, Math.log10(most));
  return {
    isLog: true,
    low: smallest,
    high: most,
    at: (value) => (value > 0 ? clamp((Math.log10(value) - low) / (high - low)) : 0),
  };
}

const clamp = (share: number): number => Math.min(1, Math.max(0, share));
