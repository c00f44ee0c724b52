import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import { everywhere, scenarios, type MethodCard, type ScenarioDefaults } from './card';
import { defaultsOf, scenarioDefaultsOf, withDefaults } from './defaults';
import { cardOf, methodIds } from './index';

const settings = z.strictObject({
  strength: z.number().min(0).default(1).describe('How strong.'),
  rounds: z.int().min(1).default(3).describe('How many.'),
  samples: z.int().min(1).optional().describe('Default: all.'),
});
const toy: MethodCard<typeof settings> = {
  id: 'toy',
  title: 'Toy',
  revision: 1,
  summary: '',
  expect: '',
  settings,
  defaults: { task: { strength: 0.1 }, domain: { strength: 50, rounds: 7 } },
  scenarios: everywhere,
  combines: true,
};

describe('defaults of a scenario', () => {
  it('stand in place of what is left out, and of nothing else', () => {
    expect(withDefaults(toy, 'task', { rounds: 2 })).toEqual({ strength: 0.1, rounds: 2 });
    expect(withDefaults(toy, 'domain', { strength: 1 })).toEqual({ strength: 1, rounds: 7 });
    expect(withDefaults(toy, 'class', { rounds: 2 })).toEqual({ rounds: 2 });
  });

  it('complete those of the settings', () => {
    expect([undefined, ...scenarios].map((scenario) => defaultsOf(toy, scenario))).toEqual([
      { strength: 1, rounds: 3 },
      { strength: 0.1, rounds: 3 },
      { strength: 50, rounds: 7 },
      { strength: 1, rounds: 3 },
    ]);
  });

  it('are told of each setting', () => {
    expect(scenarioDefaultsOf(toy, 'rounds')).toEqual([{ scenario: 'domain', value: 7 }]);
    expect(scenarioDefaultsOf(toy, 'samples')).toEqual([]);
    expect(scenarioDefaultsOf(toy, 'constructor')).toEqual([]);
  });

  it('are by type values of settings that have a default', () => {
    type OfTask = NonNullable<ScenarioDefaults<typeof settings>['task']>;
    expectTypeOf<keyof OfTask>().toEqualTypeOf<'strength' | 'rounds'>();
    expectTypeOf<OfTask['strength']>().toEqualTypeOf<number | undefined>();
    expectTypeOf<keyof ScenarioDefaults<typeof settings>>().toEqualTypeOf<'task' | 'domain' | 'class'>();
  });
});

/** What is wrong with the defaults that a card has for scenarios. */
function faultsOf(card: MethodCard): string[] {
  const usual = defaultsOf(card);
  return scenarios.flatMap((scenario) => {
    const own: Readonly<Record<string, unknown>> = card.defaults?.[scenario] ?? {};
    const parsed = card.settings.safeParse(own);
    if (!parsed.success) return parsed.error.issues.map(({ message }) => `${scenario}: ${message}`);
    return Object.entries(own).flatMap(([name, value]) => {
      // What run.json does not record would change its meaning with the card.
      if (!Object.hasOwn(usual, name)) return [`${scenario}: ${name} has no default to be recorded`];
      return JSON.stringify(value) === JSON.stringify(usual[name]) ? [`${scenario}: ${name} is as everywhere`] : [];
    });
  });
}

describe('the defaults that cards have for scenarios', () => {
  it.each(methodIds)('are allowed by the settings, recorded and others than theirs: %s', (id) => {
    expect(faultsOf(cardOf(id))).toEqual([]);
  });

  it.each([
    [{ strength: -1 }, 'task: Too small'],
    [{ stregth: 1 }, 'task: Unrecognized key: "stregth"'],
    [{ samples: 10 }, 'task: samples has no default to be recorded'],
    [{ rounds: 3 }, 'task: rounds is as everywhere'],
  ])('are refused otherwise: %j', (task, fault) => {
    expect(faultsOf(toy)).toEqual([]);
    expect(faultsOf({ ...toy, defaults: { task } })).toEqual([expect.stringContaining(fault)]);
  });
});
