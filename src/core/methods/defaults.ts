import { ownValue } from '../ownValue';
import { scenarios, type MethodCard, type Scenario } from './card';

/** The settings that are given, and of those left out the ones that have a default of their own in a scenario. */
export const withScenarioDefaults = (
  { defaults }: Pick<MethodCard, 'defaults'>,
  scenario: Scenario,
  given: object,
): object => (defaults?.[scenario] === undefined ? given : { ...defaults[scenario], ...given });

type Settings = Readonly<Record<string, unknown>>;

const known = new Map<MethodCard, Map<Scenario | undefined, Settings>>();

/** All settings as an entry without any has them: in a scenario, or, without one, where no scenario has others. */
export function defaultsOf(card: MethodCard, scenario?: Scenario): Settings {
  const ofCard = known.get(card) ?? new Map<Scenario | undefined, Settings>();
  const defaults =
    ofCard.get(scenario) ?? card.settings.parse(scenario === undefined ? {} : withScenarioDefaults(card, scenario, {}));
  known.set(card, ofCard.set(scenario, defaults));
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
