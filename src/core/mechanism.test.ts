import { describe, expect, it } from 'vitest';
import { parseEventLine } from './events';
import {
  MOST_CELLS,
  MOST_EXAMPLES,
  MOST_IMAGE_BYTES,
  MOST_ROWS,
  MOST_VALUES,
  MOST_VIEWS,
  viewKinds,
  type ReadView,
  type ViewKind,
  type ViewOf,
} from './mechanism';
import { MOST_LAYERS } from './recipe';
import { sampleViews } from './testViews';

const lineOf = (views: unknown) => JSON.stringify({ type: 'mechanism', at: 1, task: 0, method: 'x', views });

/** The views that are read out of a line. */
function read(...views: unknown[]): readonly ReadView[] {
  const line = parseEventLine(lineOf(views));
  if (line.kind !== 'event' || line.event.type !== 'mechanism')
    throw new Error(line.kind === 'malformed' ? line.reason : line.kind);
  return line.event.views;
}

/** Why a line with these views is malformed. */
function reasonOf(views: unknown): string {
  const line = parseEventLine(lineOf(views));
  if (line.kind !== 'malformed') throw new Error(`it is not malformed: ${JSON.stringify(views).slice(0, 200)}`);
  return line.reason;
}

const sample = <Kind extends ViewKind>(kind: Kind): ViewOf<Kind> =>
  sampleViews.find((view) => view.kind === kind) as ViewOf<Kind>;

describe('views of what a method does', () => {
  it('of every kind are read as they were written', () => {
    expect(sampleViews.map(({ kind }) => kind)).toEqual([...Object.keys(viewKinds), 'unknown']);
    expect(read(...sampleViews)).toEqual(sampleViews);
  });

  it('are none where a log is from before there were kinds', () => {
    const line = parseEventLine('{"type":"mechanism","at":1,"task":0,"method":"x","view":{"free":[1,2]}}');
    expect(line).toEqual({ kind: 'event', event: { type: 'mechanism', at: 1, task: 0, method: 'x', views: [] } });
  });

  it('may have more fields than this version knows', () => {
    expect(read({ ...sample('capacity'), colour: 'red' })).toEqual([sample('capacity')]);
  });
});

describe('images', () => {
  const bytes = (count: number) => Buffer.alloc(count, 7).toString('base64');
  const of = (more: object) => ({ ...sample('images'), ...more });
  const row = (images: readonly string[], captions?: readonly string[]) => ({ name: 'made', images, captions });

  it('are of the size that the view says, all of them', () => {
    const [height, width, channels] = [5, 4, 1];
    expect(read(of({ height, width, channels, rows: [row([bytes(20)])] })).length).toBe(1);
    for (const size of [17, 24])
      expect(reasonOf([of({ height, width, channels, rows: [row([bytes(20), bytes(size)])] })])).toContain('size');
    expect(reasonOf([of({ height, width, channels, rows: [row(['x'.repeat(27) + '!'])] })])).toContain('rows');
    expect(reasonOf([of({ channels: 2 })])).toContain('channels');
  });

  it('have a caption each, or none', () => {
    const image = sample('images').rows[0]?.images[0] ?? '';
    expect(reasonOf([of({ rows: [row([image, image], ['3'])] })])).toContain('caption');
  });

  it('of all views together have no more bytes than there is room for', () => {
    const [height, width, channels] = [125, 100, 1];
    const view = (count: number) =>
      of({ height, width, channels, rows: [row(Array.from({ length: count }, () => bytes(12_500)))] });
    expect(12_500 * 8).toBe(MOST_IMAGE_BYTES);
    expect(read(view(5), view(3)).length).toBe(2);
    expect(reasonOf([view(5), view(4)])).toContain(`${MOST_IMAGE_BYTES} bytes`);
  });
});

describe('a kind that is not known', () => {
  it('keeps its name and title, and the line with its other views is an event', () => {
    const heat = { kind: 'heat map', title: 'Heat', method: 'ewc', cells: [[1, 2], 'x', { deep: [[[1e9]]] }] };
    expect(read(heat, sample('tree'))).toEqual([
      { kind: 'unknown', of: 'heat map', title: 'Heat', method: 'ewc' },
      sample('tree'),
    ]);
  });

  it('stays the same when it is read once more', () => {
    const [once] = read({ kind: 'heat map', title: 'Heat' });
    expect(read(once)).toEqual([once]);
  });

  it.each(['unknown', '', 'constructor', '__proto__', 'hasOwnProperty', 'x'.repeat(100_000)])(
    'may be called anything and hold anything (%.20s)',
    (kind) => {
      const [view] = read({
        kind,
        title: 'y'.repeat(100_000),
        method: 7,
        rows: Array.from({ length: 50_000 }, () => 1),
      });
      expect(view).toMatchObject({ kind: 'unknown', title: 'y'.repeat(120) });
      expect(JSON.stringify(view).length).toBeLessThan(300);
    },
  );

  it('without a title has none', () => {
    expect(read({ kind: 'heat map', title: 5 })).toEqual([{ kind: 'unknown', of: 'heat map', title: '' }]);
  });
});

describe('a known kind with a wrong shape makes the line malformed and says why', () => {
  const raster = sample('raster');
  const [row] = raster.rows;
  const distribution = sample('distribution');
  const [part] = distribution.parts;
  const angle = sample('angle');
  const [pair] = angle.pairs;
  const tree = sample('tree');

  it.each<[string, unknown, string]>([
    ['no list', { kind: 'tree' }, 'views is of the type object: expected a list'],
    ['no view', 5, 'views.0 is a number: expected an object'],
    ['no kind', { title: 'x' }, 'views.0.kind'],
    ['no title', { ...raster, title: undefined }, 'views.0.title is missing: expected a text'],
    ['an empty title', { ...raster, title: '' }, 'views.0.title Too small'],
    ['a title that is too long', { ...raster, title: 'x'.repeat(121) }, 'views.0.title Too big'],
    ['a name that is too long', { ...raster, unit: 'x'.repeat(81) }, 'views.0.unit Too big'],
    ['no unit', { ...sample('layers'), unit: undefined }, 'views.0.unit is missing: expected a text'],
    [
      'a text for a number',
      { ...raster, perColumn: '3' },
      'views.0.perColumn is of the type string: expected a number',
    ],
    [
      'half a spike',
      { ...raster, rows: [{ ...row, spikes: [1, 2, 0.5] }] },
      'views.0.rows.0.spikes.2 is not whole: expected a whole number',
    ],
    ['a count below 0', { ...sample('memory'), count: -1 }, 'views.0.count Too small'],
    [
      'columns of different lengths',
      { ...sample('memory'), examples: { index: [1, 2], label: [0] } },
      'views.0.examples has columns of different lengths',
    ],
    [
      'rows of different lengths',
      { ...raster, rows: [row, { ...row, spikes: [1, 2] }] },
      'views.0 has rows of different lengths',
    ],
    ['too few columns', { ...raster, duration: 31 }, 'views.0 has not as many columns as its duration takes'],
    ['edges that fall', { ...distribution, edges: [-4, 0, -2] }, 'views.0.edges has edges that do not rise'],
    [
      'as many counts as edges',
      { ...distribution, parts: [{ ...part, counts: [1, 2, 3] }] },
      'views.0.parts needs one',
    ],
    ['degrees as cosines', { ...angle, pairs: [{ ...pair, most: 90 }] }, 'views.0.pairs has angles beyond'],
    ['radians as degrees', { ...angle, unit: 'degrees' }, 'views.0.pairs has angles beyond'],
    [
      'a share in per cent',
      { ...angle, pairs: [{ ...pair, event: { name: 'projected', share: 25 } }] },
      'views.0.pairs.0.event.share Too big',
    ],
    [
      'more kept than there are',
      { ...sample('spectrum'), layers: [{ name: 'a', count: 4, kept: 5, values: [1] }] },
      'views.0.layers has more values',
    ],
    [
      'the smallest value first',
      { ...sample('spectrum'), layers: [{ name: 'a', count: 4, values: [1, 1, 2] }] },
      'views.0.layers has values that are not in falling order',
    ],
    [
      'a circle of parents',
      { ...tree, nodes: [{ label: 'a', parent: 0, values: [1] }] },
      'views.0.nodes has a node whose parent does not stand before it',
    ],
    [
      'a node without a value',
      { ...tree, nodes: [{ label: 'a', parent: null, values: [] }] },
      'views.0.nodes needs one value',
    ],
  ])('%s', (what, view, reason) => {
    expect(reasonOf(what === 'no list' ? view : [view])).toContain(`mechanism: ${reason}`);
  });

  it.each(['1e999', '-1e999'])('a number that is none (%s)', (number) => {
    const line = lineOf([sample('layers')]).replace('0.25', number);
    expect(parseEventLine(line)).toMatchObject({
      kind: 'malformed',
      reason: 'mechanism: views.0.layers.0.value is too large to be a number',
    });
  });
});

it('takes a raster whose columns come out a little over a whole number', () => {
  const spikes = Array.from({ length: 3 }, () => 1);
  const duration = 0.1 + 0.1 + 0.1;
  expect(duration / 0.1).toBeGreaterThan(3);
  expect(
    read({ ...sample('raster'), perColumn: 0.1, duration, rows: [{ name: 'a', neurons: 1, spikes }] }),
  ).toHaveLength(1);
});

describe('the size of views is bounded', () => {
  const many = <T>(length: number, item: T): T[] => Array.from({ length }, () => item);
  const layer = { name: 'a', value: 1 };

  it('in how many there are', () => {
    expect(read(...many(MOST_VIEWS, sample('layers')))).toHaveLength(MOST_VIEWS);
    expect(reasonOf(many(MOST_VIEWS + 1, sample('layers')))).toContain('views Too big');
  });

  it('in how long each list is', () => {
    const wide = (length: number) => ({ ...sample('layers'), layers: many(length, layer) });
    expect(read(wide(MOST_ROWS))).toHaveLength(1);
    expect(reasonOf([wide(MOST_ROWS + 1)])).toContain('views.0.layers Too big');
    const long = (length: number) => ({
      ...sample('raster'),
      perColumn: 1,
      duration: length,
      rows: [{ name: 'a', neurons: 1, spikes: many(length, 1) }],
    });
    expect(read(long(MOST_CELLS))).toHaveLength(1);
    expect(reasonOf([long(MOST_CELLS + 1)])).toContain('views.0.rows.0.spikes Too big');
    const full = (length: number) => ({ ...sample('memory'), examples: { index: many(length, 1) } });
    expect(read(full(MOST_EXAMPLES))).toHaveLength(1);
    expect(reasonOf([full(MOST_EXAMPLES + 1)])).toContain('views.0.examples.index Too big');
  });

  it('in all of them together', () => {
    const fields = Object.keys(sample('layers')).length - 1;
    const rows = (length: number) => ({ ...sample('layers'), layers: many(length, layer) });
    const whole = many(Math.floor(MOST_VALUES / (fields + 2 * MOST_ROWS)), rows(MOST_ROWS));
    expect(read(...whole)).toHaveLength(whole.length);
    expect(reasonOf([...whole, rows(MOST_ROWS)])).toContain(`views hold more than ${MOST_VALUES} numbers and texts`);
  });

  it('and yet large enough for the weights and biases of every network there may be', () => {
    expect(MOST_ROWS).toBeGreaterThanOrEqual(2 * (2 * MOST_LAYERS + 1));
  });
});
