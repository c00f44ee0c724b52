/** The explanations of a comparison, a row each, with what the literature leads one to expect. */
import type { ComparedExperiment } from '../comparedExperiment';
import type { Comparison, VariantRuns } from '../comparison';
import { scenarios, type Scenario } from '../methods/card';
import { cardOf, isMethodId } from '../methods/index';
import { ownValue } from '../ownValue';
import { isForeign } from '../run';
import { t } from '../text';
import { barsOf, type Bar } from './bars';
import { whyOf, type Why } from './why';

export interface RowWhy {
  readonly key: string;
  readonly label: string;
  readonly text: string;
  readonly more: readonly string[];
  readonly missing: readonly string[];
  /** Where its answers go, in parts of 1. */
  readonly bars: readonly Bar[];
  /** A text for each of its methods that has a card. */
  readonly expect: readonly string[];
}

/** What the cards of these methods lead one to expect; with their titles where there are several. */
export function expectationsOf(methods: readonly string[]): string[] {
  const cards = methods.filter(isMethodId).map(cardOf);
  return cards.map(({ title, expect }) => (methods.length > 1 ? t('{0}: {1}', title, t(expect)) : t(expect)));
}

/** Of every row that has something to explain, in their order. */
export function explained(
  { stream }: Pick<ComparedExperiment, 'stream'>,
  { rows }: Pick<Comparison, 'rows'>,
  groups: readonly VariantRuns[],
): RowWhy[] {
  return rows.flatMap((row): RowWhy[] => {
    const group = groups.find(({ key }) => key === row.key);
    const context = group && { scenario: scenarioOf(stream), methods: group.methods };
    const why = group && whyOf({ row, runs: group.runs }, context);
    if (!why) return [];
    // Nothing is concluded from what another program calls its method.
    const expect = group.runs.some(isForeign) ? [] : expectationsOf(group.methods);
    return [{ key: row.key, label: row.label, ...saidOf(why), expect }];
  });
}

const saidOf = (why: Why) => ({ text: why.text, more: why.more, missing: why.missing, bars: barsOf(why) });

/** Of a stream that another program describes, whatever it says. */
function scenarioOf(stream: object): Scenario | undefined {
  const said = ownValue(stream, 'scenario');
  return scenarios.find((scenario) => scenario === said);
}
