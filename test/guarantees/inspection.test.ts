import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MOST_EXAMPLES, MOST_VALUES, viewKinds, viewsSchema, type ReadView, type View } from '../../src/core/mechanism';
import { methodIds, type MethodId } from '../../src/core/methods/index';
import { MOST_LAYERS, MOST_TASKS } from '../../src/core/recipe';
import { saidBy, viewInWords } from '../../src/core/viewWords';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import { createMethod } from '../../src/engine/methods/index';
import { cases } from './cases';
import {
  ofType,
  removeRunFolders,
  runToy,
  toyDataset,
  toyLearner,
  toyManifest,
  viewsOf,
  type ToyRun,
  type ToySpec,
} from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

/** What each method shows after every task. */
const shown: Record<MethodId, readonly (keyof typeof viewKinds)[]> = {
  none: [],
  joint: [],
  cumulative: ['memory'],
  separate: ['capacity'],
  ewc: ['layers', 'distribution', 'layers'],
  si: ['layers', 'distribution', 'layers'],
  mas: ['layers', 'distribution', 'layers'],
  rwalk: ['layers', 'distribution', 'layers'],
  lwf: ['layers'],
  packnet: ['capacity'],
  replay: ['memory'],
  rehearsal: ['memory'],
  der: ['memory'],
  derpp: ['memory'],
  gdumb: ['memory'],
  agem: ['memory', 'angle'],
  gem: ['memory', 'angle'],
  ogd: ['layers', 'angle'],
  gpm: ['layers', 'layers', 'spectrum', 'angle'],
  sam: ['layers', 'angle'],
  'stable-sgd': [],
  averaging: ['layers'],
  sleep: ['raster', 'distribution', 'layers', 'layers', 'layers', 'layers'],
  icarl: ['memory'],
  'mc-sgd': ['memory', 'angle', 'layers'],
  progressive: ['tree'],
  hat: ['capacity', 'layers'],
  'generative-replay': ['images', 'layers'],
  'l2-init': ['layers'],
  'shrink-and-perturb': [],
  'continual-backprop': ['layers', 'layers'],
  remind: ['memory', 'layers', 'images', 'images'],
  den: ['layers', 'layers'],
  branching: ['tree', 'layers', 'layers', 'layers'],
  net2net: ['layers'],
};

/** What the methods of a case show besides. */
const shownBesides = (name: string): readonly (keyof typeof viewKinds)[] => (name.includes('grows') ? ['layers'] : []);

/** Methods that have nothing to compare their gradients with before there is a memory; LwF has no old network, MC-SGD no line. */
const comparing: readonly MethodId[] = ['agem', 'gem', 'ogd', 'gpm'];
/** Nothing was held in the first task: how far it moved is the last that these show. */
const holding: readonly MethodId[] = ['ewc', 'si', 'mas', 'rwalk'];
const isShownAfter = (method: MethodId, task: number) => (kind: string, place: number) =>
  task > 0 ||
  !(
    method === 'lwf' ||
    (method === 'mc-sgd' && kind !== 'memory') ||
    (comparing.includes(method) && kind === 'angle') ||
    (holding.includes(method) && place === 2)
  );

/** Features that are stored as they are have no codes to show. */
const isShownIn =
  ({ methods }: ToySpec, method: MethodId) =>
  (kind: string) =>
    kind === 'memory' || method !== 'remind' || methods?.remind?.['quantise'] !== false;

/** Before there are branches there is no tree to show: the last task of the trunk. */
const lastOfTrunk = ({ methods }: ToySpec): number => Number(methods?.branching?.['trunkTasks'] ?? 1) - 1;

const methodsOf = ({ methods = { none: {} } }: ToySpec) => Object.keys(methods) as MethodId[];
const specOf = (name: string) => cases[name] ?? {};

/** The mechanism events of a run as its log has them, unread. */
const written = ({ folder }: ToyRun): { readonly views: unknown }[] =>
  readFileSync(path.join(folder, 'events.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"type":"mechanism"'))
    .map((line) => JSON.parse(line) as { views: unknown });

/** Names that are the same in every language: of tensors, layers, classes and data sets, signs and numbers. */
const isName = (text: string) =>
  /^(layer|conv|block|column)\d|\.(weights|bias|scale|scales|adapter|lateral)\b|^(\d+: )?([\d/–]+$|(Toy|Other)\b)|^(cosine|nats|α|‖θ − θ_old‖|head)$/.test(
    text,
  );

/** Words of a view for which a language has none. */
function unsaid(view: ReadView, table: Readonly<Record<string, string>>): string[] {
  const say = saidBy(table);
  const found: string[] = [];
  viewInWords(view, (text) => {
    const words = say(text) === text ? [text] : text.split(/: |, /).filter((part) => say(text).includes(part));
    found.push(...words.filter((word) => say(word) === word && !isName(word)));
    return text;
  });
  return found;
}

const tables = readdirSync('l10n')
  .filter((name) => name.startsWith('views.'))
  .map((name) => JSON.parse(readFileSync(path.join('l10n', name), 'utf8')) as Record<string, string>);

/** Numbers and texts at any depth. */
const countOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce((sum: number, inner) => sum + countOf(inner), 0)
    : 1;

describe('what a method shows of its inside', () => {
  it('is there to be looked at in a run of every method', () => {
    const tried = new Set(Object.values(cases).flatMap(methodsOf));
    expect(methodIds.filter((id) => !tried.has(id))).toEqual([]);
  });

  it.each(Object.keys(cases))(
    'comes once for each task, of the kinds that there are, is read as it was written, and can be said: %s',
    async (name) => {
      const methods = methodsOf(specOf(name));
      const run = await runToy(specOf(name));
      expect(run.error).toBeUndefined();
      const events = ofType(run.events, 'mechanism');
      const hasViews = (task: number) =>
        methods.some((id) =>
          id === 'branching' ? task > lastOfTrunk(specOf(name)) : shown[id].some(isShownAfter(id, task)),
        );
      expect(events.map(({ task }) => task)).toEqual([0, 1, 2].filter(hasViews));
      for (const { task, method, views } of events) {
        const kinds = methods.flatMap((id) =>
          [...shown[id].filter(isShownAfter(id, task)).filter(isShownIn(specOf(name), id)), ...shownBesides(name)].map(
            (kind) => [kind, id],
          ),
        );
        expect(method).toBe(methods.join('+'));
        expect(views.map((view) => [view.kind, view.method ?? method])).toEqual(kinds);
      }
      expect(written(run).map(({ views }) => views)).toEqual(events.map(({ views }) => views));
      for (const table of tables)
        expect(events.flatMap(({ views }) => views.flatMap((view) => unsaid(view, table)))).toEqual([]);
    },
  );
});

describe('what it shows is right:', () => {
  it('EWC counts every parameter once, by the decade of its Fisher information', async () => {
    const run = await runToy(specOf('offline EWC'));
    const { network } = await toyLearner(specOf('offline EWC'));
    const layers = viewsOf(run.events, 'layers').filter(({ title }) => title.includes('mean of each layer'));
    const histograms = viewsOf(run.events, 'distribution');
    expect(layers.length).toBe(3);
    histograms.forEach(({ edges, parts }, task) => {
      expect(parts.map(({ counts, below, above }) => counts.reduce((sum, n) => sum + n, below + above))).toEqual(
        network.views.map(({ size }) => size),
      );
      // The mean lies within what its own histogram allows.
      parts.forEach(({ name, counts, below, above }, i) => {
        expect(above).toBe(0);
        const size = below + counts.reduce((sum, n) => sum + n, 0);
        const most = counts.reduce(
          (sum, n, bin) => sum + n * 10 ** (edges[bin + 1] ?? NaN),
          below * 10 ** (edges[0] ?? NaN),
        );
        const least = counts.reduce((sum, n, bin) => sum + n * 10 ** (edges[bin] ?? NaN), 0);
        const shownMean = layers[task]?.layers[i];
        expect(shownMean?.name).toBe(name);
        expect(shownMean?.value).toBeGreaterThan(0);
        expect(shownMean?.value).toBeGreaterThanOrEqual(least / size);
        expect(shownMean?.value).toBeLessThanOrEqual(most / size);
      });
    });
  });

  it('replay names its examples with task and label, and counts them by class, task and age', async () => {
    const { stream } = await toyLearner(specOf('replay, per class'));
    const views = viewsOf((await runToy(specOf('replay, per class'))).events, 'memory');
    expect(views.map(({ policy, count, perTask, ages }) => ({ policy, count, perTask, ages }))).toEqual([
      { policy: 'per-class', count: 6, perTask: [6, 0, 0], ages: [6] },
      { policy: 'per-class', count: 12, perTask: [6, 6, 0], ages: [6, 6] },
      { policy: 'per-class', count: 18, perTask: [6, 6, 6], ages: [6, 6, 6] },
    ]);
    for (const { count, examples, bytes } of views) {
      expect(bytes).toBe(count * 65);
      const { index = [], task = [], label = [] } = examples ?? {};
      expect([new Set(index).size, task.length, label.length]).toEqual([count, count, count]);
      index.forEach((example, i) => {
        expect(label[i]).toBe(stream.dataset.train.labels[example]);
        expect(stream.tasks[task[i] ?? NaN]?.train).toContain(example);
      });
    }
    const [first, , last] = viewsOf((await runToy(specOf('replay, reservoir'))).events, 'memory');
    expect(first).toMatchObject({ policy: 'reservoir', capacity: 20, count: 20, ages: [20] });
    expect(last?.count).toBe(20);
    expect(last?.ages).toEqual([...(last?.perTask ?? [])].reverse());
  });

  it('ages run backwards from the task just learned', async () => {
    const spec: ToySpec = { methods: { replay: { buffer: 'reservoir', size: 21 } }, training: { iterations: 6 } };
    const views = viewsOf((await runToy(spec)).events, 'memory');
    const [, second] = views;
    const [early = 0, late = 0, none] = second?.perTask ?? [];
    // An odd number: they cannot be equally many.
    expect([early + late, none]).toEqual([21, 0]);
    expect(second?.ages).toEqual([late, early]);
  });

  it('sleep has a column for every step of it, or for as many steps as make a hundred columns', async () => {
    const short = viewsOf((await runToy(specOf('sleep'))).events, 'raster');
    expect(short.map(({ duration, perColumn, rows }) => [duration, perColumn, rows[0]?.spikes.length])).toEqual([
      [60, 1, 60],
      [80, 1, 80],
      [100, 1, 100],
    ]);
    const { sleep = {} } = specOf('sleep').methods ?? {};
    const longer = { ...specOf('sleep'), methods: { sleep: { ...sleep, steps: 1010, stepsGrowth: 0 } } };
    const [long] = viewsOf((await runToy(longer)).events, 'raster');
    expect([long?.duration, long?.perColumn, long?.rows[0]?.spikes.length]).toEqual([1010, 11, 92]);
    expect(long?.rows.map(({ name, neurons }) => [name, neurons])).toEqual([
      ['inputs', 64],
      ['layer1', 12],
      ['layer2', 10],
      ['layer3', 6],
    ]);
  });

  it('sleep has each weight once before it and once after it, and some in another place', async () => {
    const { network } = await toyLearner(specOf('sleep'));
    const sizes = network.views.filter(({ role }) => role === 'weights').map(({ size }) => size);
    const nights = viewsOf((await runToy(specOf('sleep'))).events, 'distribution');
    expect(nights.length).toBe(3);
    for (const { parts } of nights) {
      const totals = parts.map(({ counts, below, above }) => counts.reduce((sum, n) => sum + n, below + above));
      expect(totals).toEqual(sizes.flatMap((size) => [size, size]));
    }
    const changed = viewsOf((await runToy(specOf('sleep'))).events, 'layers').filter(({ title }) =>
      title.startsWith('How far weights moved'),
    );
    expect(changed.map(({ layers }) => layers.some(({ value }) => (value ?? 0) > 0))).toEqual([true, true, true]);
  });

  it('generative replay shows what its decoder makes of the same z after every task, and what the network takes it for', async () => {
    const views = viewsOf((await runToy(specOf('generative-replay'))).events, 'images');
    expect(views.length).toBe(3);
    const made = views.map(({ rows }) => rows.map(({ images }) => images));
    expect(made.map(([images]) => images?.length)).toEqual([24, 24, 24]);
    expect(new Set(made.map((images) => images.join())).size).toBe(3);
    const classes = new Set(['0', '1', '2', '3', '4', '5']);
    for (const { rows, height, width, channels } of views) {
      expect([height, width, channels]).toEqual([8, 8, 1]);
      expect(rows[0]?.captions?.every((label) => classes.has(label))).toBe(true);
    }
  });

  it('SAM says by how much the loss of a step is higher at its worst point nearby: more, the farther that is', async () => {
    const riseOf = async (rho: number) => {
      const views = viewsOf((await runToy({ methods: { sam: { rho } } })).events, 'layers');
      return views.map(({ layers }) => layers[0]?.value ?? NaN);
    };
    const [near, far] = [await riseOf(0.01), await riseOf(0.1)];
    near.forEach((rise, task) => {
      expect(rise).toBeGreaterThan(0);
      expect(far[task]).toBeGreaterThan(rise);
    });
  });
});

describe('the size of what it shows', () => {
  /** As many layers and tasks as an experiment may have, and more examples than are named. */
  const largest: ToySpec = {
    network: { hidden: Array.from({ length: MOST_LAYERS }, () => 4), init: 0.5 },
    dataset: toyDataset({ classes: 2, train: 4, test: 1 }),
  };
  /** As many as it takes; PackNet says whose a weight is in a byte. What the others show does not grow with the tasks. */
  const most: Partial<Record<MethodId, number>> = { packnet: 254, replay: MOST_TASKS, agem: MOST_TASKS };
  const settings: Partial<Record<MethodId, Record<string, unknown>>> = {
    ewc: {},
    packnet: {},
    replay: { perClass: 4 },
    remind: { centroids: 8 },
    sleep: { steps: 999, window: 5, thresholds: Array.from({ length: MOST_LAYERS + 1 }, () => 0.01) },
  };

  /** Its views after the last task. */
  async function lastViews(id: MethodId): Promise<readonly View[]> {
    const tasks = most[id] ?? 3;
    const stream = { kind: 'permuted', tasks, scenario: 'task' };
    const spec: ToySpec = { ...largest, stream, methods: { [id]: settings[id] ?? {} } };
    const method = createMethod(toyManifest(spec).spec.methods);
    await toyLearner(spec, method);
    for (let task = id === 'sleep' ? tasks - 1 : 0; task < tasks; task++) {
      await method.beforePhase?.({ task, phase: 0, step: 0 });
      await method.afterTask?.(task);
    }
    return method.inspect?.(tasks - 1) ?? [];
  }

  it('is within its bounds for the deepest network and the most tasks there may be, all methods together', async () => {
    const views = (await Promise.all(methodIds.map(lastViews))).flat();
    expect(viewsSchema.safeParse(views).error).toBeUndefined();
    expect(countOf(views)).toBeLessThan(MOST_VALUES);
    const kinds = views.map(({ kind }) => kind);
    // No step is taken here, so that there are no angles, nothing to average, nowhere to rise, and no line between minima.
    const ofSteps: readonly MethodId[] = ['averaging', 'sam'];
    const showing = methodIds.filter((id) => !ofSteps.includes(id));
    const beforeSteps: Partial<Record<MethodId, readonly string[]>> = {
      'mc-sgd': ['memory'],
      'generative-replay': ['images'],
    };
    const isThere = (id: MethodId) => (kind: string) => kind !== 'angle' && beforeSteps[id]?.includes(kind) !== false;
    expect(kinds).toEqual(showing.flatMap((id) => shown[id].filter(isThere(id))));
    const memory = (await lastViews('replay')).find((view) => view.kind === 'memory');
    expect([memory?.count, memory?.examples?.index.length]).toEqual([8 * MOST_TASKS, MOST_EXAMPLES]);
  });
});
