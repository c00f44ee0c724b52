import { describe, expect, it } from 'vitest';
import { defaultsOf, withDefaults } from '../methods/defaults';
import { cards } from '../methods/index';
import { parseExperiment } from '../parse';
import { tasksOf } from '../streamTasks';
import { protocolIds, protocolOf, protocols } from './index';

describe.each(protocols)('the protocol $id', ({ id, methods, settings }) => {
  const { experiment, problems } = parseExperiment(JSON.stringify({ extends: id }));

  it('is an experiment without a problem; only its data may have to be added', () => {
    expect(problems.filter(({ message }) => !message.includes('is not on this machine'))).toEqual([]);
    expect(experiment?.seeds).toHaveLength(settings.seeds);
  });

  it('has a variant for each of its methods, and other bounds only where it leaves them out', () => {
    const own = experiment?.variants.filter(({ key }) => methods.some(({ entry }) => key.startsWith(entry.method)));
    expect(own).toHaveLength(methods.length);
  });

  it('names no value twice, and none that is no share', () => {
    for (const { values } of methods) {
      const said = values.map(({ measure, source }) => `${measure} ${source}`);
      expect(new Set(said).size).toBe(said.length);
      for (const { value, spread } of values) {
        expect(Math.abs(value)).toBeLessThanOrEqual(1);
        expect(spread?.value ?? 0.01).toBeGreaterThan(0);
        expect(spread?.value ?? 0.01).toBeLessThan(0.1);
      }
    }
  });

  it('is of a stream that its id begins with', () => {
    const [stream] = id.split('/');
    const { kind, dataset } = settings.stream;
    expect(stream).toBe(`${String(kind)}-${String(dataset)}`);
    expect(experiment && tasksOf(experiment.stream)).toBeGreaterThan(1);
  });
});

describe('presets of methods', () => {
  const ofVanDeVen = (['task', 'domain', 'class'] as const).flatMap((scenario) => [
    [scenario, 'ewc', `van-de-ven-2022-${scenario}`, `split-mnist/van-de-ven-2022-${scenario}`] as const,
    [scenario, 'ewc', `van-de-ven-2019-${scenario}`, `split-mnist/van-de-ven-2019-${scenario}`] as const,
    [scenario, 'ewc', `van-de-ven-2019-online-${scenario}`, `split-mnist/van-de-ven-2019-${scenario}`] as const,
    [scenario, 'si', `van-de-ven-${scenario}`, `split-mnist/van-de-ven-2022-${scenario}`] as const,
    [scenario, 'lwf', undefined, `split-mnist/van-de-ven-2022-${scenario}`] as const,
    [scenario, 'lwf', 'van-de-ven-2019', `split-mnist/van-de-ven-2019-${scenario}`] as const,
  ]);

  it.each([
    ...ofVanDeVen,
    ['class', 'lwf', 'buzzega', 'split-mnist/buzzega-2020'] as const,
    ['class', 'si', 'buzzega-split', 'split-mnist/buzzega-2020'] as const,
    ['domain', 'si', 'buzzega-permuted', 'permuted-mnist/buzzega-2020'] as const,
    ['domain', 'si', 'buzzega-rotated', 'rotated-mnist/buzzega-2020'] as const,
    ['domain', 'si', 'zenke-permuted', 'permuted-mnist/zenke-2017'] as const,
    ['domain', 'mas', 'agem', 'permuted-mnist/chaudhry-2019'] as const,
    ['class', 'sleep', undefined, 'split-mnist/tadros-2022'] as const,
    ['class', 'sleep', 'fashion-mnist', 'split-fashion-mnist/tadros-2022'] as const,
  ])('have the settings of their protocol: %s-incremental %s, preset %s', (scenario, method, preset, id) => {
    const card = cards[method];
    // Only where classes compete is there a choice of outputs, and of those that take part.
    const without = scenario === 'class' ? ['preset'] : ['preset', 'outputs', 'activeClasses'];
    const named = ({ ...settings }: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(settings).filter(([name]) => !without.includes(name)));
    const entries = protocolOf(id)?.methods.filter(({ entry }) => entry.method === method) ?? [];
    const settings = entries.map(({ entry: { method: _method, training: _training, ...own } }) =>
      named(card.settings.parse(withDefaults(card, scenario, own))),
    );
    expect(settings).toContainEqual(named(defaultsOf(card, scenario, preset)));
  });
});

describe('published values', () => {
  const of = (id: string, method: string) =>
    protocolOf(id)
      ?.methods.filter(({ entry }) => entry.method === method)
      .map(({ values }) => values.map(({ value }) => value));

  it('stand under their own paper: those of 2019 are none of 2022', () => {
    const [both, of2019] = ['split-mnist/van-de-ven-2022-class', 'split-mnist/van-de-ven-2019-class'];
    expect(['none', 'joint', 'ewc', 'replay'].map((method) => of(both, method))).toEqual(
      [0.1989, 0.9817, 0.2064, 0.8879].map((value) => [[value]]),
    );
    expect(['none', 'joint', 'icarl'].map((method) => of(of2019, method))).toEqual(
      [0.199, 0.9794, 0.9457].map((value) => [[value]]),
    );
    expect(of(of2019, 'ewc')).toEqual([[0.2001], [0.1996]]);
  });

  it('are found by id alone', () => {
    expect(new Set(protocolIds).size).toBe(protocols.length);
    expect(protocolOf('constructor')).toBeUndefined();
    expect(protocolOf(7)).toBeUndefined();
  });
});
