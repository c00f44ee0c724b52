/**
 * How numbers are said, so that the dashboard, the command line, the CodeLens and the report say them alike.
 * All take fractions and plain units and return display text; what is undefined (NaN, infinite) becomes an en dash.
 */
import type { BackendUse } from './events';
import type { Summary } from './statistics';
import { t, translatorOf } from './text';

/** Stands for a number that does not exist. */
export const NOT_DEFINED = '–';

/** Fixed number of digits, a true minus sign, and never a negative zero. */
export function fixed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** 0.9123 → "91.2 %". */
export const formatPercent = (fraction: number, digits = 1): string =>
  Number.isFinite(fraction) ? `${fixed(fraction * 100, digits)} %` : NOT_DEFINED;

/** A mean of fractions with its 95 % interval, in per cent without the sign: "91.2 ± 0.6"; "91.2" for a single seed. */
export function formatSummary(summary: Summary, digits = 1): string {
  if (!Number.isFinite(summary.mean)) return NOT_DEFINED;
  const mean = fixed(summary.mean * 100, digits);
  return Number.isFinite(summary.ci95) ? `${mean} ± ${fixed(summary.ci95 * 100, digits)}` : mean;
}

/** Share of the gap between none and joint: 0.853 → "85 %". */
export const formatGap = (share: number): string => formatPercent(share, 0);

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Decimal units: 0 → "0 B", 784000 → "784 kB", 1568000 → "1.57 MB". */
export const formatBytes = (bytes: number): string => inUnits(bytes, byteUnits);

const flopUnits = ['FLOP', 'kFLOP', 'MFLOP', 'GFLOP', 'TFLOP', 'PFLOP', 'EFLOP'] as const;

/** Floating-point operations: 3.7e12 → "3.70 TFLOP". */
export const formatFlops = (flops: number): string => inUnits(flops, flopUnits);

/** @param units each a thousand times the one before */
function inUnits(amount: number, units: readonly string[]): string {
  if (!Number.isFinite(amount)) return NOT_DEFINED;
  let scaled = Math.abs(amount);
  let unit = 0;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  const digits = unit === 0 || scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
  return `${fixed(Math.sign(amount) * scaled, digits)} ${units[unit] ?? ''}`;
}

/** 0.42 → "0.4 s", 12.3 → "12 s", 75 → "1 min 15 s", 3720 → "1 h 2 min". */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return NOT_DEFINED;
  if (seconds < 9.95) return `${fixed(seconds, 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  const allMinutes = Math.round(whole / 60);
  const [hours, rest] = [Math.floor(allMinutes / 60), allMinutes % 60];
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

/** "wasm 4.22.0", "native 2.19.1 × 4" where it computes with four threads. */
export const formatBackend = ({ name, version, threads = 1 }: BackendUse): string =>
  `${name} ${version}${threads > 1 ? ` × ${threads}` : ''}`;

/** The same with the reason for it: "wasm 4.22.0 (native TensorFlow is not installed; …)". */
export const formatBackendUse = (use: BackendUse): string =>
  use.why === undefined ? formatBackend(use) : `${formatBackend(use)} (${translatorOf(backendReasons())(use.why)})`;

/** Reasons for a backend that can be said in other languages; the others are what went wrong, in the words of what failed. */
export const backendReasons = (): Readonly<Record<string, string>> => ({
  'asked for by name': t('asked for by name'),
  'the fastest there is': t('the fastest there is'),
});

/** 478410 → "478,410". */
export const formatCount = (count: number): string => fixed(count, 0).replace(/\B(?=(\d{3})+$)/g, ',');
