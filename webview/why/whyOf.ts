import type { DashboardView } from '../../src/core/messages';
import { whyOf, type Why } from '../../src/core/why/why';
import { t } from '../strings';
import type { LiveVariant } from '../variants';

/** Why a variant has the number it has, in the language of the page. Undefined before a task of it is measured. */
export function whyOfVariant(
  variant: LiveVariant,
  view: Pick<DashboardView, 'scenario' | 'variants'>,
): Why | undefined {
  const methods = view.variants.find(({ key }) => key === variant.key)?.methods;
  return whyOf(variant, { scenario: view.scenario, methods }, t);
}

/** What the literature leads one to expect of its methods. */
export const expectedOf = ({ key }: LiveVariant, view: Pick<DashboardView, 'variants'>): readonly string[] =>
  view.variants.find((variant) => variant.key === key)?.expect ?? [];
