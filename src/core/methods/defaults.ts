import { ownValue } from '../ownValue';
import { scenarios, type MethodCard, type Scenario } from './card';

/** The settings that are given, and of those left out the ones that have a default of their own: by preset, or in a scenario. */
export function withDefaults(
  { defaults, presets }: Pick<MethodCard, 'defaults' | 'presets'>,
  scenario: Scenario,
  given: object,
): object {
  const preset = presetOf(presets, ownValue(given, 'preset'));
  if (defaults?.[scenario] === undefined && preset === undefined) return given;
  return { ...defaults?.[scenario], ...preset, ...given };
}

/** What a preset stands for; undefined where there is none of the name. */
const presetOf = (presets: MethodCard['presets'], name: unknown): object | undefined =>
  presets && typeof name === 'string' && Object.hasOwn(presets, name) ? presets[name] : undefined;

type Settings = Readonly<Record<string, unknown>>;

const known = new Map<MethodCard, Map<string, Settings>>();

/**
 * All settings as an entry without any has them: in a scenario, or, without one, where no scenario has others.
 *
 * @param preset which the entry asks for; it is none of its settings here
 */
export function defaultsOf(card: MethodCard, scenario?: Scenario, preset?: unknown): Settings {
  const ofCard = known.get(card) ?? new Map<string, Settings>();
  const key = JSON.stringify([scenario, preset]);
  const defaults =
    ofCard.get(key) ??
    card.settings.parse({
      ...(scenario === undefined ? {} : withDefaults(card, scenario, {})),
      ...presetOf(card.presets, preset),
    });
  known.set(card, ofCard.set(key, defaults));
  return defaults;
}

/** The scenarios in which a setting has a default of its own, with that default. */
export const scenarioDefaultsOf = (
  card: MethodCard,
  setting: string,
): readonly { readonly scenario: Scenario; readonly value: unknown }[] =>
  scenarios.flatMap((scenario) =>
    Object.hasOwn(card.defaults?.[scenario] ?? {}, setting)
      ? [{ scenario, value: ownValue(defaultsOf(card, scenario), setting) }]
      : [],
  );

/**
 * The numbers that the presets of a method have for a setting, each once, ascending. A preset whose name ends with a scenario
 * is one of that scenario alone.
 */
export function presetNumbersOf({ presets = {} }: MethodCard, setting: string, scenario: Scenario): readonly number[] {
  const isFor = (name: string) => !scenarios.some((other) => other !== scenario && name.endsWith(`-${other}`));
  const values = Object.entries(presets)
    .filter(([name]) => isFor(name))
    .map(([, given]) => ownValue(given, setting))
    .filter((value) => typeof value === 'number');
  return [...new Set(values)].sort((a, b) => a - b);
}
