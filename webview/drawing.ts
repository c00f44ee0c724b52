import type { ColumnStore } from './columnStore';
import {
  curvesOf,
  matrixOf,
  noCurves,
  oldTaskCurve,
  type Curves,
  type Matrix,
  type Measure,
  type Point,
} from './curves';
import { MOST_POINTS, type CurveColumns } from '../src/core/curveColumns';
import type { Run } from '../src/core/run';
import type { LiveVariant } from './variants';

/** What the charts of one variant show. */
export interface Drawing {
  readonly curves: Curves;
  readonly matrix: Matrix;
  /** For the sparkline. */
  readonly oldTasks: readonly Point[];
}

/** Points that are asked for. A large chart is zoomed into. */
const POINTS = { little: 400, large: MOST_POINTS };

let store: ColumnStore<'curve'> | undefined;

/** Says where curves come from. */
export function drawFrom(curves: ColumnStore<'curve'>): void {
  store = curves;
}

const drawings = new Map<string, { readonly content: readonly unknown[]; readonly drawing: Drawing }>();

/** Whether a run trains all tasks at once. */
const isJoint = ({ manifest }: Run): boolean =>
  manifest.trainer === 'lethe' && manifest.spec.methods.some(({ method }) => method === 'joint');

/** A part of the training, by its places. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

/** What is wanted of the curves of a variant. */
const wishOf = ({ runs, row }: LiveVariant, measure: Measure) => ({
  ...{ measure, joint: runs.some(isJoint) },
  validated: measure === 'accuracy' || row.taskAwareOnly !== undefined,
});

/** The curves and the matrix of a variant; the same object as last time when there is nothing new to draw. */
export function drawingOf(variant: LiveVariant, measure: Measure, size: 'little' | 'large'): Drawing {
  const { key, runs } = variant;
  const place = `${size} ${measure} ${key}`;
  const begun = runs.filter(({ state }) => state.started);
  const columns = store?.columns(place, begun, { ...wishOf(variant, measure), points: POINTS[size] });
  const content = [columns, ...runs.flatMap(({ state: { rows, works, curveFacts } }) => [rows, works, curveFacts])];
  const known = drawings.get(place);
  if (known?.content.length === content.length && content.every((part, i) => part === known.content[i]))
    return known.drawing;
  const curves = columns ? curvesOf(columns, runs, measure) : noCurves;
  let oldTasks: readonly Point[] | undefined;
  const drawing: Drawing = {
    ...{ curves, matrix: matrixOf(runs, measure) },
    // Large charts do not show it.
    get oldTasks() {
      return (oldTasks ??= oldTaskCurve(curves));
    },
  };
  drawings.set(place, { content, drawing });
  return drawing;
}

const details = new WeakMap<CurveColumns, Curves>();

/** The curves of a variant in a part of its training, with as many points as of the whole; undefined until they have come. */
export function detailOf(variant: LiveVariant, measure: Measure, part: Part): Curves | undefined {
  const { key, runs } = variant;
  const begun = runs.filter(({ state }) => state.started);
  const wish = { ...wishOf(variant, measure), ...part, points: POINTS.large };
  const columns = store?.columns(`detail ${measure} ${key}`, begun, wish);
  if (!columns) return undefined;
  const known = details.get(columns) ?? curvesOf(columns, runs, measure);
  details.set(columns, known);
  return known;
}
