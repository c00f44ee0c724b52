import type { Experiment } from '../core/experiment';
import { whyTexts, type Say } from '../core/why/texts';
import { whyOf, type Why } from '../core/why/why';
import type { VariantOverview } from './overview';
import { named } from './text';

const say: Say = (key, values) => named(whyTexts[key], values);

/** Why a variant has the number it has; undefined before a task of it is measured, and of what has changed since. */
export function whyInWords(
  { stream }: Pick<Experiment, 'stream'>,
  { variant, row, runs, stale }: Pick<VariantOverview, 'variant' | 'row' | 'runs' | 'stale'>,
): Why | undefined {
  if (stale) return undefined;
  const methods = variant.methods.map(({ method }) => method);
  return whyOf({ row, runs }, { scenario: stream.scenario, methods }, say);
}
