import { describe, expect, it } from 'vitest';
import type { LandscapePoint, LandscapeResult } from '../analyses/landscape';
import { levelsOf } from './levels';
import { arrowsAt, keptWithin, nextAt, pictureOf, scaleOf, type PictureOptions } from './picture';
import { TextPlaces } from './textPlaces';
import { waysWithin } from './ways';

const axis = [-2, -1, 0, 1, 2];
/** The loss is ½ and the distance from the middle of the left, and of the right edge, along x. */
const surface = (of: number, edge: number) => {
  const loss = axis.flatMap(() => axis.map((x) => 0.5 + Math.abs(x - edge)));
  return { of, loss, accuracy: loss.map((value) => 1 - value / 4) };
};
const point = (run: string, task: number, x: number, distance = 0): LandscapePoint => ({
  ...{ run, task, sha256: '', x, y: 0, distance, measured: [] },
  arrows: [{ of: 3, x: 0, y: 2, norm: 4, share: 0.5 }],
  cosine: 0.5,
});
const landscape: LandscapeResult = {
  ...{ lethe: 1, analysis: 'landscape', revision: 2, settings: {}, backend: 'cpu', every: 1 },
  plane: { kind: 'trajectory', through: [], lengths: [1, 1], cosine: 0 },
  ...{ x: axis, y: axis, surfaces: [surface(0, -2), surface(3, 2)] },
  points: [point('b', 1, 1, 0.5), point('a', 1, 0), point('a', 0, -2)],
  way: [],
};
const options: PictureOptions = {
  ...{ measure: 'loss', side: 400, shown: [0, 1], after: 1 },
  levelText: String,
  markText: ({ point: { run } }, isCurrent) => (isCurrent ? run : ''),
  offText: (distance) => `off ${distance}`,
};

describe('a landscape as it is drawn', () => {
  it('has lines of both tasks at the same levels, where the levels are', () => {
    const { contours } = pictureOf(landscape, options);
    const levels = (which: number) => contours.filter((one) => one.which === which).map(({ level }) => level);
    expect(levels(0)).toEqual([1, 2]);
    expect(levels(1)).toEqual(levels(0));
    // 100 pixels are 1: the loss of the old task is 1 at x = −1.5, a line from top to bottom; its border is no line.
    const [first] = contours;
    const xs = [...(first?.line ?? '').matchAll(/[ML](\S+) /g)].map(([, x]) => Number(x));
    expect(new Set(xs)).toEqual(new Set([50]));
    expect(contours.every(({ label }) => label !== undefined)).toBe(true);
  });

  it('has of accuracy the better side too', () => {
    const { contours } = pictureOf(landscape, { ...options, measure: 'accuracy' });
    const at = contours.find(({ which, level }) => which === 1 && level === 0.5);
    expect(at?.area).toMatch(/^M(?:(250|300|400) [\d.]+L?)+Z$/);
  });

  it('leads each run through its checkpoints in the order of tasks, up to the one that is looked at', () => {
    const { paths } = pictureOf(landscape, { ...options, after: 0 });
    expect(paths.map(({ run, current, marks }) => [run, current, marks.map(({ x }) => x)])).toEqual([
      ['b', -1, [300]],
      ['a', 0, [0, 200]],
    ]);
    expect(paths.map(({ marks }) => marks.map(({ isOff }) => isOff))).toEqual([[true], [false, false]]);
    expect(paths.flatMap(({ marks }) => marks.flatMap(({ label }) => label?.text ?? []))).toEqual(['a']);
  });

  it('has what was kept within tasks, with how far off the plane it lies, the furthest of each task written', () => {
    const kept = (task: number, step: number, x: number, distance: number) => ({
      ...{ run: 'a', task, step, x, y: 1, distance },
    });
    const way = [kept(1, 20, -0.5, 0.7), kept(1, 10, -1, 0.5), kept(1, 30, 0, 0.01), kept(2, 10, 1, 0.9)];
    const [, path] = pictureOf({ ...landscape, way }, options).paths;
    expect(path && keptWithin(path).map(({ step, x, distance, isOff }) => [step, x, distance, isOff])).toEqual([
      [10, 100, 0.5, true],
      [20, 150, 0.7, true],
      [30, 200, 0.01, false],
      [10, 300, 0.9, true],
    ]);
    // That of task 3 is not looked at yet.
    expect(path?.way.flatMap(({ label }) => label?.text ?? [])).toEqual(['off 0.7']);
    expect(path?.way.map(({ step }) => step)).toEqual([undefined, 10, 20, 30, undefined, 10]);
    expect(waysWithin({ ...landscape, way })).toEqual([
      { run: 'a', task: 1, count: 3, nearest: 0.01, furthest: 0.7 },
      { run: 'a', task: 2, count: 1, nearest: 0.9, furthest: 0.9 },
    ]);
  });

  it('has no contours of a task that is not shown', () => {
    expect(pictureOf(landscape, { ...options, shown: [1] }).contours.every(({ of }) => of === 3)).toBe(true);
  });

  it('draws of a gradient as much as lies in the plane, upwards where it leads up', () => {
    const [mark] = pictureOf(landscape, options).paths[1]?.marks ?? [];
    if (!mark) throw new Error('no mark');
    const [arrow] = arrowsAt(mark, landscape);
    expect(arrow).toMatchObject({ which: 1, of: 3, share: 0.5, from: [0, 200] });
    const length = (end: readonly number[] = []) => 200 - (end[1] ?? 0);
    expect(length(arrow?.to)).toBe(length(arrow?.whole) / 2);
    expect(length(arrow?.to)).toBeGreaterThan(0);
    expect(arrowsAt({ ...mark, point: { ...mark.point, arrows: [] } }, landscape)).toEqual([]);
  });

  it('draws the step that was taken from a checkpoint likewise, where it is known', () => {
    const [mark] = pictureOf(landscape, options).paths[1]?.marks ?? [];
    if (!mark) throw new Error('no mark');
    expect(nextAt(mark)).toBeUndefined();
    const next = { steps: 1, x: 3, y: 0, norm: 9, share: 1, cosines: [0, 1] };
    const drawn = nextAt({ ...mark, point: { ...mark.point, next } });
    expect(drawn?.from).toEqual([0, 200]);
    expect(drawn?.to).toEqual(drawn?.whole);
    expect(drawn?.to[0]).toBeGreaterThan(0);
    expect(drawn?.to[1]).toBeCloseTo(200, 9);
    // What tells it from others stands beyond its head.
    expect(drawn?.beyond[0]).toBeGreaterThan(drawn?.to[0] ?? Infinity);
  });

  it('has y upwards', () => {
    const at = scaleOf(landscape, 400);
    expect([at(-2, -2), at(2, 2)]).toEqual([
      [0, 400],
      [400, 0],
    ]);
  });
});

describe('levels', () => {
  it('are round numbers within what was measured, from the best on, and few', () => {
    expect(levelsOf([0.03, null, 3], 'loss')).toEqual([0.05, 0.1, 0.2, 0.5, 1, 2]);
    expect(levelsOf([0.45, 0.97], 'accuracy')).toEqual([0.95, 0.9, 0.8, 0.7, 0.6, 0.5]);
    const many = levelsOf([1e-4, 1e6], 'loss');
    expect([many.length, many[0]]).toEqual([6, 0.001]);
    expect(levelsOf([], 'loss')).toEqual([]);
  });
});

describe('texts', () => {
  it('lie on no other and on no mark, and not beyond the picture', () => {
    const texts = new TextPlaces(100);
    texts.keepFree(50, 50);
    const right = texts.beside(50, 50, 'a');
    const left = texts.beside(50, 50, 'a');
    expect((right?.x ?? 0) > 50 && (left?.x ?? 100) < 50).toBe(true);
    expect(texts.onLine([[50, 50]], 'b')).toBeUndefined();
    expect(texts.onLine([[1, 99]], 'a long text')).toBeUndefined();
    expect(
      texts.onLine(
        [
          [30, 20],
          [80, 90],
        ],
        'b',
      ),
    ).toEqual({ x: 80, y: 90 });
  });

  it('leads each run through what it kept within its tasks, too', () => {
    const within = (run: string, task: number, step: number, x: number) => ({ run, task, step, x, y: 0, distance: 0 });
    const way = [within('a', 1, 20, -0.5), within('a', 1, 3, -1), within('a', 0, 7, -3), within('b', 1, 9, 2)];
    const { paths } = pictureOf({ ...landscape, way }, options);
    const places = (run: string) =>
      paths.find((path) => path.run === run)?.way.map(({ x, task }) => [x / 100 - 2, task]);
    expect(places('a')).toEqual([
      [-3, 0],
      [-2, 0],
      [-1, 1],
      [-0.5, 1],
      [0, 1],
    ]);
    expect(places('b')).toEqual([
      [2, 1],
      [1, 1],
    ]);
  });
});
