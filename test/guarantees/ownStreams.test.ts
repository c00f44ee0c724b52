import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { OwnStreamSpec } from '../../src/core/stream';
import type { Dataset } from '../../src/engine/contract/dataset';
import type { Stream } from '../../src/engine/contract/stream';
import { checkedStream } from '../../src/engine/own/checkedStream';
import { describeFile } from '../../src/engine/own/describe';
import * as lethe from '../../src/engine/own/lethe';
import { link } from '../../src/engine/own/link';
import { moduleIn, ofKind, tasksOfStream } from '../../src/engine/own/moduleOf';
import { withOwnPlace } from '../../src/engine/own/places';
import { readSource } from '../../src/engine/own/source';
import { toyDatasets } from '../../src/engine/contractCheck/toyData';
import { numbersOf, removeRunFolders, runToy, toyDataset, toyStream, type ToySpec } from './toyRuns';

afterAll(removeRunFolders);

const textOf = (
  create: string,
  settings = '',
  tasks = '3',
) => `import { changedImages, defineStream, rotatedView, sample, z } from 'lethe';
export default defineStream({
  title: 'Mine',
  summary: 'For a test.',
  settings: z.object({ ${settings} }),
  tasks: ${tasks},
  create(settings, { dataset, datasets, scenario, random }) {
    ${create}
  },
});
`;

let count = 0;
/** Each time another folder: places are remembered by file. */
function moduleOf(text: string) {
  const source = readSource('mine.ts', (name) => (name === 'mine.ts' ? Buffer.from(text) : undefined));
  return ofKind(moduleIn(link(source, `/streams/${count++}`, lethe), 'mine.ts'), 'stream');
}

interface Made {
  readonly settings?: object;
  readonly scenario?: OwnStreamSpec['scenario'];
  readonly datasets?: readonly Dataset[];
  readonly seed?: number;
}

function streamOf(
  text: string,
  { settings = {}, scenario = 'class', datasets = [toyDataset()], seed = 1 }: Made = {},
): Stream {
  const module = moduleOf(text);
  const tasks = tasksOfStream(module, settings);
  const spec = {
    ...module.settings.parse(settings),
    ...{ kind: './mine.ts', dataset: 'toy', tasks: typeof tasks === 'number' ? tasks : tasks.length, scenario },
  } satisfies OwnStreamSpec;
  return checkedStream(module, spec, { datasets, seed });
}

/** All but the checksums. */
const facts = ({ dataset, ...stream }: Stream) => ({
  ...stream,
  images: [dataset.train, dataset.test],
  id: dataset.id,
});

const split = textOf(
  "return [0, 1, 2].map((task) => ({ name: [2 * task, 2 * task + 1].join('/'), classes: [2 * task, 2 * task + 1] }));",
);
const rotated = textOf(
  `return settings.angles.map((angle) => ({ name: 'rotation ' + angle + '°', view: rotatedView(dataset.shape, angle) }));`,
  'angles: z.array(z.number()).default([0, 30, 30])',
  '({ angles }) => angles.length',
);

describe('a stream of the user’s own', () => {
  it.each(['task', 'domain', 'class'] as const)('is the same one of Lethe, %s-incremental', (scenario) => {
    expect(facts(streamOf(split, { scenario }))).toEqual(
      facts(toyStream({ stream: { scenario }, dataset: toyDataset() })),
    );
    const builtIn = toyStream({ stream: { kind: 'rotated', angles: [0, 30, 30], scenario }, dataset: toyDataset() });
    const own = streamOf(rotated, { scenario });
    expect(own.tasks.map(({ name }) => name)).toEqual(builtIn.tasks.map(({ name }) => name));
    expect(facts(own)).toEqual(facts(builtIn));
  });

  it('gives the numbers of the same one of Lethe, and goes on from any checkpoint', async () => {
    const spec: ToySpec = {
      dataset: toyDataset(),
      makeStream: ([dataset], seed) => streamOf(split, { datasets: dataset ? [dataset] : [], seed }),
    };
    const { folder } = await runToy(spec, { stopAt: 9 });
    const rest = await runToy(spec, { resume: folder });
    expect(rest.error).toBeUndefined();
    const built = await runToy({ dataset: toyDataset() });
    expect(numbersOf(rest).parameters).toEqual(numbersOf(built).parameters);
  });

  it('has few examples of a class where it says so, the same of each seed', () => {
    const few = textOf(
      `const { labels } = dataset.train;
      const of = (label) => Int32Array.from(labels.keys()).filter((i) => labels[i] === label);
      return [0, 1, 2].map((task) => ({ classes: [task, task + 1], train: [...of(task), ...sample(of(task + 1), 4, random('few', task))] }));`,
    );
    const [one, again, other] = [1, 1, 2].map((seed) => streamOf(few, { seed }));
    expect(one?.tasks.map(({ train, test }) => [train.length, test.length])).toEqual([
      [44, 40],
      [44, 40],
      [44, 40],
    ]);
    expect(again).toEqual(one);
    expect(other?.tasks[0]?.train).not.toEqual(one?.tasks[0]?.train);
    // A class that comes again has the unit it had.
    expect(one?.heads).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
    expect(one?.tasks.map(({ name }) => name)).toEqual(['task 1', 'task 2', 'task 3']);
  });

  it('may show changed images, whose classes are others, beside several data sets', () => {
    const dark = textOf(
      `const dark = changedImages(dataset, 'dark', (image) => image.map((value) => value / 2));
      return [{ name: 'a' }, { name: 'b', dataset: dark, classes: [1, 0] }, { name: 'c', dataset: datasets[1] }];`,
    );
    const stream = streamOf(dark, { datasets: toyDatasets() });
    const { dataset, tasks } = stream;
    expect(dataset.classes).toBe(6 + 6 + 4);
    expect(tasks.map(({ classes }) => classes)).toEqual([
      [0, 1, 2, 3, 4, 5],
      [7, 6],
      [12, 13, 14, 15],
    ]);
    const [plain] = toyDatasets();
    const at = (tasks[1]?.train[0] ?? 0) * 64;
    const from = at - (plain?.train.count ?? 0) * 64;
    expect(dataset.train.images[at]).toBe(Math.round((plain?.train.images[from] ?? 0) / 2 - 1e-9) || 0);
    expect(stream.outputs).toBe(6 + 2 + 4);
  });

  it('says in the record what it consists of: another view is another', () => {
    const digest = (angles: readonly number[]) =>
      streamOf(rotated, { settings: { angles } }).dataset.checksums['./mine.ts'];
    expect(digest([0, 30])).toMatch(/^[0-9a-f]{64}$/);
    expect(digest([0, 30])).toBe(digest([0, 30]));
    expect(digest([0, 30])).not.toBe(digest([0, 60]));
  });

  it.each([
    ['throws', 'throw new Error("no more");', /^mine\.ts:8: no more$/],
    ['throws nothing', 'throw undefined;', /"create" throws what is no error/],
    ['gives no list', 'return {};', /has to return a list of tasks/],
    ['gives too few', 'return [{}];', /"create" gives 1 tasks, and "tasks" says 3/],
    ['gives what is no task', 'return [{}, 3, {}];', /Task 2 has to be an object/],
    [
      'has a part that there is none of',
      'return [{}, {}, { labels: [] }];',
      /Task 3 has no part named "labels"\. It may have: name,/,
    ],
    [
      'has a class that there is none of',
      'return [{}, {}, { classes: [6] }];',
      /Task 3 needs "classes": labels of Toy from 0 to 5/,
    ],
    ['has no examples', 'return [{}, {}, { train: [] }];', /Task 3 has no training examples/],
    [
      'has an index that is none',
      'return [{}, { test: [0, 999] }, {}];',
      /Task 2 has 999 in "test", which is the index of none of the 120 examples/,
    ],
    ['has NaN', 'return [{}, { train: [NaN] }, {}];', /Task 2 has NaN in "train"/],
    [
      'has an example of another class',
      'return [{}, { classes: [1], train: [0] }, {}];',
      /Task 2 has example 0 in "train", whose class 0 is none of its classes/,
    ],
    ['has a view of another size', 'return [{ view: [1, 2] }, {}, {}];', /Task 1 needs "view" as a list of 64 places/],
    [
      'looks at what is not there',
      'return [{ view: new Int32Array(64).fill(64) }, {}, {}];',
      /Task 1 has 64 in its view/,
    ],
    [
      'changes images to another size',
      `return [{ dataset: changedImages(dataset, 'x', () => [1]) }, {}, {}];`,
      /a changed image has 1 values, and needs 64/,
    ],
    [
      'makes numbers that are none',
      `const images = new Float32Array(dataset.train.images.length).fill(NaN); return [{}, {}, { dataset: { ...dataset, id: 'x', train: { ...dataset.train, images } } }];`,
      /A data set of its tasks cannot be used: .*(no finite number|the same)/,
    ],
    [
      'names two data sets alike',
      'return [{}, {}, { dataset: { ...dataset } }];',
      /Two data sets of its tasks are called "toy"/,
    ],
  ] as const)('that %s is refused with the line', (_, create, message) => {
    // As a training process says it.
    let said = 'it is not refused';
    try {
      streamOf(textOf(create));
    } catch (error) {
      said = withOwnPlace((error as Error).message, error);
    }
    expect(said).toMatch(/^mine\.ts:[78]: /);
    expect(said).toMatch(message);
  });

  it('domain-incremental needs two classes in a task', () => {
    expect(() => streamOf(textOf('return [{ classes: [1] }, {}, {}];'), { scenario: 'domain' })).toThrow(
      /Task 1 has one class/,
    );
  });
});

describe('the description of a stream of the user’s own', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lethe-own-'));
    return () => rmSync(folder, { recursive: true, force: true });
  });
  const described = (text: string, settings?: object) => {
    writeFileSync(path.join(folder, 'mine.ts'), text);
    return describeFile(path.join(folder, 'mine.ts'), settings);
  };

  it('says how many tasks there are with the settings that are asked for', () => {
    expect(described(rotated)).toMatchObject({ kind: 'stream', card: { title: 'Mine' }, tasks: { count: 3 } });
    expect(described(rotated, { angles: [1, 2, 3, 4] })).toMatchObject({ tasks: { count: 4 } });
    expect(described(textOf('', '', `['a', 'b']`))).toMatchObject({ tasks: { count: 2 } });
    expect(described(textOf('', 'tasks: z.int().default(7)', 'undefined'))).toMatchObject({ tasks: { count: 7 } });
  });

  it.each([
    ['throws', '() => { throw new Error("no"); }', '', {}, /^mine\.ts:6: no$/],
    ['gives none', '() => 0', '', {}, /^mine\.ts:6: "tasks" has to give a number from 1 to 1000, or names/],
    ['gives NaN', '() => NaN', '', {}, /has to give a number/],
    ['is not there', 'undefined', '', {}, /^mine\.ts:7: The stream needs "tasks"/],
    [
      'is another than the setting',
      '() => 2',
      'tasks: z.int().default(7)',
      {},
      /The setting "tasks" has to be the number of tasks\. It is 7, and there are 2/,
    ],
    [
      'is asked with a wrong setting',
      '() => 2',
      'a: z.int().default(7)',
      { a: 'x' },
      /These settings are not allowed: "a": /,
    ],
    [
      'is asked without a setting that has no default',
      '() => 2',
      'a: z.int()',
      {},
      /These settings are not allowed: "a" has no default, so it has to be given: --settings '\{"a": …\}'/,
    ],
  ])('whose "tasks" %s says so', (_, tasks, settings, asked, message) => {
    expect(described(textOf('', settings, tasks), asked)).toMatchObject({
      tasks: { fault: expect.stringMatching(message) },
    });
  });
});
