import { curvesOf, matrixOf, oldTaskCurve, type Curves, type Matrix, type Measure, type Point } from './curves';
import type { Run } from '../src/core/run';
import type { LiveVariant } from './variants';

/** What the charts of one variant show. */
export interface Drawing {
  readonly curves: Curves;
  readonly matrix: Matrix;
  /** For the sparkline. */
  readonly oldTasks: readonly Point[];
}

const drawings = new Map<string, { readonly content: string; readonly drawing: Drawing }>();

/** Whether a run trains all tasks at once. */
const isJoint = ({ manifest }: Run): boolean =>
  manifest.trainer === 'lethe' && manifest.spec.methods.some(({ method }) => method === 'joint');

/** The curves and the matrix of a variant; the same object as last time when no run has anything new to draw. */
export function drawingOf({ key, runs, row }: LiveVariant, measure: Measure): Drawing {
  const place = `${measure} ${key}`;
  const content = runs
    .map(({ manifest, state: { curve, rows, losses, validations, online, works, resumes, firstAt } }) => [
      ...[manifest.id, curve.length, rows.length, validations.length, works.length, resumes, firstAt],
      // The losses are not drawn, what stands beside them is.
      online && online.counted > 0 ? losses.length : 0,
    ])
    .join(' ');
  const known = drawings.get(place);
  if (known?.content === content) return known.drawing;
  const validated = measure === 'accuracy' || row.taskAwareOnly !== undefined;
  const curves = curvesOf(runs, measure, { validated, isJoint: runs.some(isJoint) });
  const drawing = { curves, matrix: matrixOf(runs, measure), oldTasks: oldTaskCurve(curves) };
  drawings.set(place, { content, drawing });
  return drawing;
}
