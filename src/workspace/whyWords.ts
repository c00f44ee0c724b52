import type { Experiment } from '../core/experiment';
import { whyOf, type Why } from '../core/why/why';
import type { VariantOverview } from './overview';

/** Why a variant has the number it has; undefined before a task of it is measured, and of what has changed since. */
export function whyInWords(
  { stream }: Pick<Experiment, 'stream'>,
  { variant, row, runs, stale }: Pick<VariantOverview, 'variant' | 'row' | 'runs' | 'stale'>,
): Why | undefined {
  if (stale) return undefined;
  const methods = variant.methods.map(({ method }) => method);
  return whyOf({ row, runs }, { scenario: stream.scenario, methods });
}
