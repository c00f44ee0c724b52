/** A landscape as it is drawn, in the dashboard and in the report alike: shapes and texts on a square, y downwards. */
import type { LandscapePoint, LandscapeResult } from '../analyses/landscape';
import { contourOf, type Ring } from './contours';
import { levelsOf, type SurfaceMeasure } from './levels';
import { isOffPlane } from './offPlane';
import { TextPlaces } from './textPlaces';
import { isWithin, wayOf, type KeptWithin, type WayPlace } from './ways';

/** Of a task where its measure is a level. */
export interface DrawnContour {
  /** 0 the old task, 1 the new one. */
  readonly which: number;
  readonly of: number;
  readonly level: number;
  /** All that is at least as good, as a path of SVG. */
  readonly area: string;
  /** Its edge, without what lies along the border of the picture. */
  readonly line: string;
  /** Where the level is written, in the middle; left out where there is no room. */
  readonly label?: { readonly x: number; readonly y: number; readonly text: string };
}

/** A checkpoint on the picture. */
export interface Mark {
  readonly point: LandscapePoint;
  readonly x: number;
  readonly y: number;
  /** It lies off the plane, and what it lies over is not where it is. */
  readonly isOff: boolean;
  /** What is written beside it, in the middle; left out where there is no room. */
  readonly label?: { readonly x: number; readonly y: number; readonly text: string };
}

/** A place of a run's way on the picture. */
export interface WayMark extends WayPlace {
  readonly isOff: boolean;
  /** How far off it lies, beside the furthest of its task; left out where there is no room. */
  readonly label?: Mark['label'];
}

/** The checkpoints of a run, in the order of their tasks. */
export interface DrawnPath {
  readonly run: string;
  /** The way through all that it kept. */
  readonly way: readonly WayMark[];
  readonly marks: readonly Mark[];
  /** Which of them is looked at: the last one that is not later than what is looked at; −1 where all are later. */
  readonly current: number;
}

/** A direction at a checkpoint: as long as the share of it that lies in the plane. */
export interface DrawnDirection {
  readonly run: string;
  readonly share: number;
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  /** Where it would end if all of it lay in the plane. */
  readonly whole: readonly [x: number, y: number];
  /** Its head, as a path of SVG. */
  readonly head: string;
  /** Beyond its head: what tells it from others stands there. */
  readonly beyond: readonly [x: number, y: number];
}

/** The way down of a task. */
export interface DrawnArrow extends DrawnDirection {
  readonly which: number;
  readonly of: number;
}

export interface LandscapePicture {
  readonly contours: readonly DrawnContour[];
  readonly paths: readonly DrawnPath[];
}

/** Of an arrow that lies in the plane, and of its head (as the picture's text, 11 high). */
const ARROW = 46;
const HEAD = 6;
const BEYOND = 4;

type Scale = (x: number, y: number) => readonly [x: number, y: number];

/** From coordinates on the plane to a picture so wide. */
export function scaleOf({ x, y }: Pick<LandscapeResult, 'x' | 'y'>, side: number): Scale {
  const along = (values: readonly number[]) => {
    const [least = 0, most = 1] = [values[0], values.at(-1)];
    return (value: number) => ((value - least) / (most - least || 1)) * side;
  };
  const [across, up] = [along(x), along(y)];
  return (placeX, placeY) => [across(placeX), side - up(placeY)];
}

export interface PictureOptions {
  readonly measure: SurfaceMeasure;
  /** Of the picture, in units in which its text is 11 high. */
  readonly side: number;
  /** What the levels are taken from, where several pictures are to have the same: default, the landscape itself. */
  readonly scale?: readonly LandscapeResult['surfaces'][number][] | undefined;
  /** The tasks whose contours are drawn: 0 the old, 1 the new one. */
  readonly shown: readonly number[];
  /** The last task after which checkpoints are looked at. */
  readonly after: number;
  readonly levelText: (level: number) => string;
  /** What is written beside a checkpoint. */
  readonly markText: (mark: Mark, isCurrent: boolean) => string;
  /** How a distance from the plane is said. */
  readonly offText: (distance: number) => string;
}

/** Contours of the old and of the new task at the same levels, and the paths of the runs through their checkpoints. */
export function pictureOf(result: LandscapeResult, options: PictureOptions): LandscapePicture {
  const { side, shown, levelText } = options;
  const texts = new TextPlaces(side);
  const unlabelled = pathsOf(result, options);
  for (const { marks, current } of unlabelled)
    for (const mark of marks.slice(Math.max(0, current), current + 1))
      for (const { from, to } of [...arrowsAt(mark, result), ...[nextAt(mark)].flatMap((one) => one ?? [])])
        for (const share of [0.5, 1])
          texts.keepFree(from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1]));
  const marked = labelled(unlabelled, texts, options);
  const step = [side / Math.max(1, result.x.length - 1), side / Math.max(1, result.y.length - 1)] as const;
  const contours = ringsOf(result, options)
    .filter(({ which }) => shown.includes(which))
    .map(({ which, of, level, rings }): DrawnContour => {
      const placed = rings.map((ring) => ring.map(([column, row]): Place => [column * step[0], side - row * step[1]]));
      const line = placed.flatMap((ring) => partsWithin(ring, side));
      const text = levelText(level);
      const label = texts.onLine(line.flat(), text);
      return {
        ...{ which, of, level, area: areaText(placed), line: lineText(line) },
        ...(label && { label: { ...label, text } }),
      };
    });
  // After the levels, which say more.
  return { contours, paths: marked.map((path) => ({ ...path, way: withDistances(path.way, texts, options) })) };
}

interface Level {
  readonly which: number;
  readonly of: number;
  readonly level: number;
  readonly rings: readonly Ring[];
}

const known = new WeakMap<LandscapeResult, Partial<Record<SurfaceMeasure, readonly Level[]>>>();

/** Of each task where its measure is each level: made once of each result, whose scale is always the same. */
function ringsOf(
  result: LandscapeResult,
  { measure, scale = result.surfaces }: Pick<PictureOptions, 'measure' | 'scale'>,
): readonly Level[] {
  const found = known.get(result)?.[measure];
  if (found) return found;
  const { x, y, surfaces } = result;
  const levels = levelsOf(
    scale.flatMap((surface) => surface[measure]),
    measure,
  );
  const made = surfaces.flatMap(({ of, ...surface }, which) => {
    const values = measure === 'loss' ? surface[measure] : surface[measure].map(negative);
    return levels.flatMap((level): Level[] => {
      const rings = contourOf({ columns: x.length, rows: y.length, values }, measure === 'loss' ? level : -level);
      return rings.length === 0 ? [] : [{ which, of, level, rings }];
    });
  });
  known.set(result, { ...known.get(result), [measure]: made });
  return made;
}

type Place = readonly [x: number, y: number];

const negative = (value: number | null) => (value === null ? null : -value);

/** The paths of the runs, in the order in which they were named. */
function pathsOf(result: LandscapeResult, { side, after }: PictureOptions): DrawnPath[] {
  const at = scaleOf(result, side);
  const runs = [...new Set(result.points.map(({ run }) => run))];
  return runs.map((run) => {
    const marks = result.points
      .filter((point) => point.run === run)
      .sort((a, b) => a.task - b.task)
      .map((point): Mark => {
        const [x, y] = at(point.x, point.y);
        return { point, x, y, isOff: isOffPlane(point, result) };
      });
    const way = wayOf(result, run).map((place): WayMark => {
      const [x, y] = at(place.x, place.y);
      return { ...place, x, y, isOff: isOffPlane(place, result) };
    });
    return { run, way, marks, current: marks.findLastIndex(({ point }) => point.task <= after) };
  });
}

/** With their texts: those that are looked at first, so that these have room. */
function labelled(paths: readonly DrawnPath[], texts: TextPlaces, { markText }: PictureOptions): DrawnPath[] {
  for (const { marks } of paths) for (const { x, y } of marks) texts.keepFree(x, y);
  const found = new Map<Mark, Mark>();
  for (const isCurrent of [true, false]) {
    for (const { marks, current } of paths) {
      marks.forEach((mark, i) => {
        if ((i === current) !== isCurrent) return;
        const text = markText(mark, isCurrent);
        const place = text === '' ? undefined : texts.beside(mark.x, mark.y, text);
        if (place) found.set(mark, { ...mark, label: { ...place, text } });
      });
    }
  }
  return paths.map((path) => ({ ...path, marks: path.marks.map((mark) => found.get(mark) ?? mark) }));
}

/** What lies within tasks. */
export const keptWithin = ({ way }: DrawnPath): (WayMark & KeptWithin)[] => way.filter(isWithin);

/** With how far off the plane the furthest of each task lies. */
function withDistances(
  way: readonly WayMark[],
  texts: TextPlaces,
  { after, offText }: PictureOptions,
): readonly WayMark[] {
  const furthest = new Map<number, WayMark>();
  for (const place of way)
    if (isWithin(place) && place.isOff && place.task <= after)
      if (place.distance > (furthest.get(place.task)?.distance ?? 0)) furthest.set(place.task, place);
  return way.map((place) => {
    if (furthest.get(place.task) !== place) return place;
    const text = offText(place.distance);
    const found = texts.beside(place.x, place.y, text);
    return found ? { ...place, label: { ...found, text } } : place;
  });
}

/** The ways down of both tasks at a checkpoint. */
export function arrowsAt(mark: Mark, { surfaces }: Pick<LandscapeResult, 'surfaces'>): DrawnArrow[] {
  return mark.point.arrows.flatMap(({ of, ...arrow }) => {
    const drawn = directionAt(mark, arrow);
    return drawn ? [{ ...drawn, which: surfaces.findIndex((surface) => surface.of === of), of }] : [];
  });
}

/** Where the run went from a checkpoint in the next task, as far as it is known. */
export const nextAt = (mark: Mark): DrawnDirection | undefined => mark.point.next && directionAt(mark, mark.point.next);

type Direction = Pick<LandscapePoint['arrows'][number], 'x' | 'y' | 'share'>;

function directionAt({ point: { run }, x, y }: Mark, { share, ...direction }: Direction): DrawnDirection | undefined {
  const length = Math.hypot(direction.x, direction.y);
  if (!(length > 0)) return undefined;
  const [right, down] = [direction.x / length, -direction.y / length];
  const ahead = (far: number, aside = 0): Place => [x + far * right - aside * down, y + far * down + aside * right];
  const long = share * ARROW;
  const tip = HEAD * Math.min(1, 0.4 + share);
  const corners = [ahead(long + tip), ahead(long, tip / 2), ahead(long, -tip / 2)];
  return {
    ...{ run, share, from: [x, y], to: ahead(long), whole: ahead(ARROW), head: areaText([corners]) },
    beyond: ahead(long + tip + BEYOND),
  };
}

/** Of a ring the parts that do not lie along the border of the picture. */
function partsWithin(ring: Ring, side: number): Place[][] {
  const onBorder = ([ax, ay]: Place, [bx, by]: Place) =>
    [0, side].some((edge) => (near(ax, edge) && near(bx, edge)) || (near(ay, edge) && near(by, edge)));
  const closed = [...ring, ring[0] as Place];
  const parts: Place[][] = [[]];
  closed.forEach((place, i) => {
    const before = closed[i - 1];
    if (before && onBorder(before, place)) parts.push([]);
    parts.at(-1)?.push(place);
  });
  return parts.filter((part) => part.length > 1);
}

const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-6;

const areaText = (rings: readonly (readonly Place[])[]): string => rings.map((ring) => `${placesText(ring)}Z`).join('');
const lineText = (parts: readonly (readonly Place[])[]): string => parts.map(placesText).join('');
const placesText = (places: readonly Place[]): string =>
  `M${places.map(([x, y]) => `${short(x)} ${short(y)}`).join('L')}`;
const short = (value: number): string => String(Number(value.toFixed(1)));
