/** How results are said: each measure in its own unit, by what the table of measures says of it. */
import type { ComparisonRow } from './comparison';
import {
  fixed,
  formatBytes,
  formatCount,
  formatFlops,
  formatDuration,
  formatGap,
  formatPercent,
  formatSummary,
  NOT_DEFINED,
} from './format';
import { measureInfo, type MeasureName } from './measures/table';
import type { Summary } from './statistics';
import { t } from './text';

/** One number in the measure's own unit, without the % sign: "91.2", "784 kB", "1 min 15 s". */
export function formatValue(name: MeasureName, value: number, digits = name === 'gapClosed' ? 0 : 1): string {
  if (!Number.isFinite(value)) return NOT_DEFINED;
  const { unit } = measureInfo[name];
  if (unit === 'bytes') return formatBytes(value);
  if (unit === 'seconds') return formatDuration(value);
  if (unit === 'count') return formatCount(value);
  if (unit === 'FLOP') return formatFlops(value);
  if (unit === 'cosine') return fixed(value, 3);
  return fixed(unit === 'steps' ? value : value * 100, digits);
}

/** The cell of a comparison table: mean ± 95 % interval; of bytes and operations the mean, of times the median and the range. */
export function formatMeasure(name: MeasureName, summary: Summary): string {
  const { unit } = measureInfo[name];
  if (unit === '%') return formatSummary(summary, name === 'gapClosed' ? 0 : 1);
  if (unit === 'seconds') return formatTimes(summary);
  const mean = formatValue(name, summary.mean);
  if (unit === 'bytes' || unit === 'count' || unit === 'FLOP' || !Number.isFinite(summary.ci95) || summary.ci95 === 0)
    return mean;
  return `${mean} ± ${formatValue(name, summary.ci95)}`;
}

/** Median and range: "54 s (51–58 s)"; the median alone where both ends read the same. */
function formatTimes({ median, min, max }: Summary): string {
  const [low, high] = [formatDuration(min), formatDuration(max)];
  if (low === high) return formatDuration(median);
  // One unit for both where they share it.
  const range = max < 59.5 ? `${low.replace(' s', '')}–${high}` : `${low} – ${high}`;
  return `${formatDuration(median)} (${range})`;
}

/** "91.2 ± 0.6 % · forgets 3.1 % · closes 85 %": a variant's result in one line; undefined before any run is done. */
export function formatResult(row: ComparisonRow): string | undefined {
  if (row.seedsDone === 0) return undefined;
  const aware = row.taskAwareOnly !== undefined;
  const accuracy = row.measures[aware ? 'taskAwareAccuracy' : 'accuracy'];
  const lost = row.measures[aware ? 'taskAwareForgetting' : 'forgetting'].mean;
  const closed = row.measures.gapClosed.mean;
  const said = `${formatSummary(accuracy)} %`;
  return [
    aware ? t('{0} task-aware', said) : said,
    ...(Number.isFinite(lost) ? [t('forgets {0}', formatPercent(lost))] : []),
    ...(row.bound === undefined && Number.isFinite(closed) ? [t('closes {0}', formatGap(closed))] : []),
  ].join(' · ');
}
