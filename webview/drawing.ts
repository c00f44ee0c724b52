import type { CurveStore } from './curveStore';
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
import { MOST_POINTS } from '../src/core/curveColumns';
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

let store: CurveStore | undefined;

/** Says where curves come from. */
export function drawFrom(curves: CurveStore): void {
  store = curves;
}

const drawings = new Map<string, { readonly content: readonly unknown[]; readonly drawing: Drawing }>();

/** Whether a run trains all tasks at once. */
const isJoint = ({ manifest }: Run): boolean =>
  manifest.trainer === 'lethe' && manifest.spec.methods.some(({ method }) => method === 'joint');

/** The curves and the matrix of a variant; the same object as last time when there is nothing new to draw. */
export function drawingOf({ key, runs, row }: LiveVariant, measure: Measure, size: 'little' | 'large'): Drawing {
  const place = `${size} ${measure} ${key}`;
  const begun = runs.filter(({ state }) => state.started);
  const columns = store?.curve(place, begun, {
    ...{ measure, joint: runs.some(isJoint), validated: measure === 'accuracy' || row.taskAwareOnly !== undefined },
    points: POINTS[size],
  });
  const content = [columns, ...runs.flatMap(({ state: { rows, works, curveFacts } }) => [rows, works, curveFacts])];
  const known = drawings.get(place);
  if (known?.content.length === content.length && content.every((part, i) => part === known.content[i]))
    return known.drawing;
  const curves = columns ? curvesOf(columns, runs, measure) : noCurves;
  const drawing = { curves, matrix: matrixOf(runs, measure), oldTasks: oldTaskCurve(curves) };
  drawings.set(place, { content, drawing });
  return drawing;
}
