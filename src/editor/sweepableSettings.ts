import type * as z from 'zod';
import type { ResolvedMethod, Variant } from '../core/experiment';
import type { Scenario } from '../core/methods/card';
import { defaultsOf, presetNumbersOf } from '../core/methods/defaults';
import { cardIn, type OwnFiles } from '../core/own/ownFiles';
import { ownValue } from '../core/ownValue';
import { sweepPlaceIn, type SweepPlace } from './sweepPlace';

/** A numeric setting of an entry of `methods` that has one value, whether the file says it or not. */
export interface SweepableSetting {
  readonly place: SweepPlace;
  /** Name of the method, and what it is called. */
  readonly method: string;
  readonly title: string;
  /** In the scenario of the experiment; undefined where it has none. */
  readonly usual?: number;
  /** What named settings of the literature have for it, ascending. */
  readonly ofPresets: readonly number[];
  /** What it means; of methods of Lethe's own that is said by the schema of experiment files. */
  readonly description?: string;
}

/** Whether a method of it has a number that can be swept. */
export const hasNumbers = ({ methods }: Pick<Variant, 'methods'>): boolean =>
  methods.some(({ settings }) => Object.values(settings).some(isNumber));

const isNumber = (value: unknown): value is number => typeof value === 'number';

/**
 * The settings of the methods of an entry that can be swept, in the order of their cards.
 *
 * @param variant what the text makes of the entry
 */
export function sweepableSettings(
  text: string,
  { entry, methods }: Pick<Variant, 'entry' | 'methods'>,
  scenario: Scenario,
  own: OwnFiles,
): SweepableSetting[] {
  if (entry === undefined) return [];
  const pathOf = (index: number) => ['methods', entry, ...(methods.length > 1 ? [index] : [])];
  return methods.flatMap((method, index) => ofMethod(text, pathOf(index), method, scenario, own));
}

function ofMethod(
  text: string,
  path: (string | number)[],
  { method, settings }: ResolvedMethod,
  scenario: Scenario,
  own: OwnFiles,
): SweepableSetting[] {
  const card = cardIn(own, method);
  if (!card) return [];
  const defaults = defaultsOf(card, scenario);
  return Object.entries<z.ZodType>(card.settings.shape).flatMap(([setting, { description }]) => {
    const value = ownValue(settings, setting);
    const place = isNumber(value) ? sweepPlaceIn(text, path, setting, value) : undefined;
    const usual = ownValue(defaults, setting);
    return place
      ? [
          {
            ...{ place, method, title: card.title, ofPresets: presetNumbersOf(card, setting, scenario) },
            ...(isNumber(usual) && { usual }),
            ...(description !== undefined && { description }),
          },
        ]
      : [];
  });
}
