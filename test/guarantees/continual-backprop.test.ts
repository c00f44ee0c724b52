import type * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import type { Network } from '../../src/engine/contract/network';
import { createMethod } from '../../src/engine/methods/index';
import { digestAfter, ofType, removeRunFolders, runToy, toyManifest, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const hidden = [7, 5];
const momentum = { optimizer: 'sgd', learningRate: 0.1, momentum: 0.9, iterations: 12 };
const usual = { replacementRate: 0.0791, maturityThreshold: 3, decay: 0.8 };

const specFor = (settings: object, more: ToySpec = {}): ToySpec => ({
  network: { hidden },
  training: momentum,
  evaluation: { points: 0 },
  ...more,
  methods: { 'continual-backprop': { ...usual, ...settings } },
});

/** A step as it was: activities before it, and what the optimiser proposed and the method made of it. */
interface Seen {
  readonly task: number;
  /** [layer]: [rows × units]. */
  readonly activities: Float32Array[];
  readonly proposed: Float32Array;
  readonly next: Float32Array;
  readonly velocity: Float32Array;
  readonly carried: Readonly<Record<string, Float32Array>>;
}

const valuesOf = (tensor: tf.Tensor | undefined) => Float32Array.from(tensor?.dataSync() ?? []);

/** Takes steps one by one and looks at each. */
async function seenIn(spec: ToySpec): Promise<{ steps: Seen[]; network: Network }> {
  const method = createMethod(toyManifest(spec).spec.methods);
  const steps: Seen[] = [];
  let learner: Learner | undefined;
  let half: Omit<Seen, 'carried'> | undefined;
  const watched: Method = {
    ...method,
    begin(own) {
      learner = own;
      method.begin?.(own);
    },
    update(proposed, slope, step) {
      const found = method.update?.(proposed, slope, step) ?? {};
      const current = step.batches['current'];
      if (!current) throw new Error('no current batch');
      half = {
        task: learner?.task ?? NaN,
        activities: step.outputs(step.theta, current).layers.slice(0, -1).map(valuesOf),
        proposed: valuesOf(proposed.theta),
        next: valuesOf(found.theta),
        velocity: valuesOf(found.slots?.['velocity']),
      };
      return found;
    },
    carry(next, slope, step) {
      const carried = method.carry?.(next, slope, step) ?? {};
      const values = Object.fromEntries(
        Object.entries(carried).map(([name, tensor]) => [name.slice(name.indexOf('/') + 1), valuesOf(tensor)]),
      );
      steps.push({ ...(half as Omit<Seen, 'carried'>), carried: values });
      return carried;
    },
  };
  const run = await runToy({ ...spec, eager: true }, { method: watched });
  expect(run.error).toBeUndefined();
  return { steps, network: (learner as Learner).network };
}

/** A tensor of θ as [row][column]; a bias is one row. */
function matrixIn(theta: Float32Array, { views }: Network, name: string): number[][] {
  const view = views.find((one) => one.name === name);
  if (!view) throw new Error(`no ${name}`);
  const columns = view.shape.at(-1) ?? 1;
  // No value is −0.
  const values = Array.from(theta.subarray(view.offset, view.offset + view.size), (value) => value + 0);
  return Array.from({ length: view.size / columns }, (_, row) => values.slice(row * columns, (row + 1) * columns));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const columnOf = (matrix: readonly (readonly number[])[], column: number) => matrix.map((row) => row[column] ?? NaN);

type Settings = typeof usual & { readonly utility?: string };

/** The algorithm for one layer, in double precision and a unit at a time: what its state is after each step. */
class ReferenceLayer {
  readonly age: number[];
  readonly utility: number[];
  readonly mean: number[];
  due = 0;
  replaced = 0;

  constructor(
    private readonly units: number,
    private readonly settings: Settings,
  ) {
    [this.age, this.utility, this.mean] = [0, 1, 2].map(() => new Array<number>(units).fill(0)) as [
      number[],
      number[],
      number[],
    ];
  }

  /** @param h of each unit its activity for each example. @returns the units that are replaced, and ĥ of each */
  step(h: readonly number[][], incoming: number[][], outgoing: number[][]) {
    const { decay, maturityThreshold, replacementRate, utility: kind = 'adaptable-contribution' } = this.settings;
    const worth: number[] = [];
    const corrected: number[] = [];
    for (let unit = 0; unit < this.units; unit++) {
      const own = h[unit] ?? [];
      const age = (this.age[unit] ?? NaN) + 1;
      this.age[unit] = age;
      this.mean[unit] = decay * (this.mean[unit] ?? NaN) + (1 - decay) * mean(own);
      const correction = 1 - decay ** age;
      const average = (this.mean[unit] ?? NaN) / correction;
      const out = mean((outgoing[unit] ?? []).map(Math.abs));
      const into = mean(columnOf(incoming, unit).map(Math.abs));
      const distance = mean(own.map((value) => Math.abs(value - average)));
      const now = {
        'adaptable-contribution': (out * distance) / into,
        contribution: out * mean(own.map(Math.abs)),
        'zero-contribution': out * distance,
        adaptation: 1 / into,
        weight: out,
      }[kind];
      this.utility[unit] = decay * (this.utility[unit] ?? NaN) + (1 - decay) * (now ?? NaN);
      worth[unit] = (this.utility[unit] ?? NaN) / correction;
      corrected[unit] = average;
    }
    const mature = this.age.flatMap((age, unit) => (age > maturityThreshold ? [unit] : []));
    this.due += replacementRate * mature.length;
    const count = Math.floor(this.due);
    this.due -= count;
    this.replaced += count;
    const least = mature.sort((a, b) => (worth[a] ?? NaN) - (worth[b] ?? NaN)).slice(0, count);
    const isKept = (unit: number) => !least.includes(unit);
    for (const unit of least) this.age[unit] = this.utility[unit] = this.mean[unit] = 0;
    return {
      ...{ least, corrected },
      worth: worth.map((value, unit) => (isKept(unit) ? value : 0)),
      average: corrected.map((value, unit) => (isKept(unit) ? value : 0)),
    };
  }
}

const close = (found: readonly number[], wanted: readonly number[], most = 1e-5) => {
  expect(found.length).toBe(wanted.length);
  wanted.forEach((value, i) =>
    expect(Math.abs((found[i] ?? NaN) - value)).toBeLessThanOrEqual(most * (1 + Math.abs(value))),
  );
};

/** Follows a run by the reference. @param look at each step, with the units of each layer that it replaced */
async function followed(
  settings: Partial<Settings> & { readonly correctBias?: boolean },
  look: (seen: Seen, network: Network, replaced: readonly { least: number[]; corrected: number[] }[]) => void,
) {
  const { steps, network } = await seenIn(specFor(settings));
  const layers = hidden.map((units) => new ReferenceLayer(units, { ...usual, ...settings }));
  const starts = hidden.map((_, i) => hidden.slice(0, i).reduce((sum, units) => sum + units, 0));
  let task = 0;
  const inTask = hidden.map(() => 0);
  for (const seen of steps) {
    if (seen.task !== task) inTask.fill(0);
    ({ task } = seen);
    const found = layers.map((layer, i) => {
      const units = hidden[i] ?? 0;
      const activity = seen.activities[i] ?? new Float32Array();
      const h = Array.from({ length: units }, (_, unit) => [...activity].filter((_value, at) => at % units === unit));
      const weights = (place: number) => matrixIn(seen.proposed, network, `layer${place}.weights`);
      const before = layer.replaced;
      const tested = layer.step(h, weights(i + 1), weights(i + 2));
      inTask[i] = (inTask[i] ?? 0) + layer.replaced - before;
      const state = (name: string) => [...(seen.carried[name] ?? [])].slice(starts[i], (starts[i] ?? 0) + units);
      close(state('age'), layer.age);
      close(state('mean'), tested.average);
      close(state('utility'), tested.worth, 1e-4);
      expect(seen.carried['due']?.[i]).toBeCloseTo(layer.due, 4);
      return tested;
    });
    expect([...(seen.carried['replaced'] ?? [])]).toEqual(inTask);
    look(seen, network, found);
  }
  return { layers, steps };
}

describe('what a unit is worth', () => {
  it.each(['adaptable-contribution', 'contribution', 'zero-contribution', 'adaptation', 'weight'])(
    'is what the definition says, and so are age, mean and which units go: %s',
    async (utility) => {
      const { layers } = await followed({ utility }, () => undefined);
      for (const { replaced } of layers) expect(replaced).toBeGreaterThan(2);
    },
  );
});

describe('a unit that is replaced', () => {
  it('has fresh incoming weights within those at first, and bias, outgoing weights and velocity 0; all else is as proposed', async () => {
    let looked = 0;
    await followed({}, (seen, network, replaced) => {
      const before = (name: string) => matrixIn(seen.proposed, network, name);
      const after = (name: string) => matrixIn(seen.next, network, name);
      const velocity = (name: string) => matrixIn(seen.velocity, network, name);
      replaced.forEach(({ least }, i) => {
        const [own, next] = [`layer${i + 1}`, `layer${i + 2}`];
        const inputs = before(`${own}.weights`).length;
        const nextReplaced = replaced[i + 1]?.least ?? [];
        for (let unit = 0; unit < (hidden[i] ?? 0); unit++) {
          const into = columnOf(after(`${own}.weights`), unit);
          if (!least.includes(unit)) {
            // Where the unit that it hears is fresh, the weight is 0.
            const heard = i === 0 ? [] : (replaced[i - 1]?.least ?? []);
            const wanted = columnOf(before(`${own}.weights`), unit).map((value, at) =>
              heard.includes(at) ? 0 : value,
            );
            expect(into).toEqual(wanted);
            continue;
          }
          looked++;
          expect(Math.max(...into.map(Math.abs))).toBeLessThanOrEqual(Math.fround(1 / Math.sqrt(inputs)));
          expect(new Set(into).size).toBe(inputs);
          expect(into).not.toEqual(columnOf(before(`${own}.weights`), unit));
          expect(after(`${own}.bias`)[0]?.[unit]).toBe(0);
          const out = after(`${next}.weights`)[unit] ?? [];
          expect(out.filter((value, to) => value !== 0 && !nextReplaced.includes(to))).toEqual([]);
          for (const value of columnOf(velocity(`${own}.weights`), unit)) expect(value).toBe(0);
          expect(velocity(`${own}.bias`)[0]?.[unit]).toBe(0);
          for (const value of velocity(`${next}.weights`)[unit] ?? []) expect(value).toBe(0);
        }
      });
      const last = `layer${hidden.length + 1}.bias`;
      expect(after(last)).toEqual(before(last));
      expect(velocity(last)[0]?.some((value) => value !== 0)).toBe(true);
    });
    expect(looked).toBeGreaterThan(5);
  });

  it('leaves behind what it said on average where that is asked for', async () => {
    let looked = 0;
    await followed({ correctBias: true }, (seen, network, replaced) => {
      const last = hidden.length - 1;
      const { least = [], corrected = [] } = replaced[last] ?? {};
      const bias = `layer${hidden.length + 1}.bias`;
      const weights = matrixIn(seen.proposed, network, `layer${hidden.length + 1}.weights`);
      const wanted = (matrixIn(seen.proposed, network, bias)[0] ?? []).map((value, to) =>
        least.reduce((sum, unit) => sum + (corrected[unit] ?? NaN) * (weights[unit]?.[to] ?? NaN), value),
      );
      close(matrixIn(seen.next, network, bias)[0] ?? [], wanted);
      looked += least.length;
    });
    expect(looked).toBeGreaterThan(2);
  });
});

describe('how many are replaced', () => {
  it('is the rate times the mature units, added up over steps: whole units as they come due', async () => {
    const settings = { replacementRate: 0.013, maturityThreshold: 5 };
    const { layers, steps } = await followed(settings, () => undefined);
    layers.forEach(({ replaced, due }, i) => {
      const most = steps.length * 0.013 * (hidden[i] ?? 0);
      expect(replaced).toBeGreaterThanOrEqual(1);
      expect(replaced + due).toBeLessThanOrEqual(most);
      expect(due).toBeLessThan(1);
    });
  });

  it('may be several in a step', async () => {
    const most: number[] = [];
    await followed({ replacementRate: 0.4513 }, (_seen, _network, replaced) => {
      most.push(Math.max(...replaced.map(({ least }) => least.length)));
    });
    expect(Math.max(...most)).toBeGreaterThan(1);
  });

  it('is none with a rate of 0, and then training is that of no remedy, bit for bit', async () => {
    const found = await runToy(specFor({ replacementRate: 0 }));
    expect(found.error).toBeUndefined();
    const none = await runToy({ network: { hidden }, training: momentum, evaluation: { points: 0 } });
    for (const task of [0, 1, 2]) expect(digestAfter(found.folder, task)).toBe(digestAfter(none.folder, task));
  });
});

it('shows after each task how many units were replaced in it', async () => {
  const run = await runToy(specFor({}));
  const views = ofType(run.events, 'mechanism').flatMap((event) => event.views);
  const replaced = views.filter(({ title }) => title === 'Units replaced in the task');
  expect(replaced).toHaveLength(3);
  const counts = replaced.flatMap((view) => (view.kind === 'layers' ? view.layers.map(({ value }) => value) : []));
  expect(counts.every((count) => Number.isInteger(count))).toBe(true);
  expect(counts.some((count) => (count ?? 0) > 0)).toBe(true);
});
