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
import { onceOf } from './kept';
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

const drawings = new Map<
  string,
  { readonly variant: LiveVariant; readonly content: readonly unknown[]; readonly drawing: Drawing }
>();

/** Whether a run trains all tasks at once. */
const isJoint = ({ manifest }: Run): boolean =>
  manifest.trainer === 'lethe' && manifest.spec.methods.some(({ method }) => method === 'joint');

/** A part of the training, by its places. */
export interface Part {
  readonly from: number;
  readonly to: number;
}

const begunIn = onceOf((runs: LiveVariant['runs']) => runs.filter(({ state }) => state.started));
const hasJoint = onceOf((runs: LiveVariant['runs']) => runs.some(isJoint));

/** What is wanted of the curves of a variant. */
const wishOf = ({ runs, row }: LiveVariant, measure: Measure) => ({
  ...{ measure, joint: hasJoint(runs) },
  validated: measure === 'accuracy' || row.taskAwareOnly !== undefined,
});

/** The curves and the matrix of a variant; the same object as last time when there is nothing new to draw. */
export function drawingOf(variant: LiveVariant, measure: Measure, size: 'little' | 'large'): Drawing {
  const { key, runs } = variant;
  const place = `${size} ${measure} ${key}`;
  const columns = store?.columns(place, begunIn(runs), { ...wishOf(variant, measure), points: POINTS[size] });
  const known = drawings.get(place);
  if (known?.variant === variant && known.content[0] === columns) return known.drawing;
  const content = [columns, ...runs.flatMap(({ state: { rows, works, curveFacts } }) => [rows, works, curveFacts])];
  if (known?.content.length === content.length && content.every((part, i) => part === known.content[i])) {
    drawings.set(place, { ...known, variant });
    return known.drawing;
  }
  const curves = columns ? curvesOf(columns, runs, measure) : noCurves;
  let oldTasks: readonly Point[] | undefined;
  let matrix: Matrix | undefined;
  const drawing: Drawing = {
    curves,
    // Large charts show the one, small ones the other.
    get matrix() {
      return (matrix ??= matrixOf(runs, measure));
    },
    get oldTasks() {
      return (oldTasks ??= oldTaskCurve(curves));
    },
  };
  drawings.set(place, { variant, content, drawing });
  return drawing;
}

/** The small one: of the task-aware accuracy where there is no other. */
export const littleOf = (variant: LiveVariant): Drawing =>
  drawingOf(variant, variant.row.taskAwareOnly ? 'taskAware' : 'accuracy', 'little');

const details = new WeakMap<CurveColumns, Curves>();

/** The curves of a variant in a part of its training, with as many points as of the whole; undefined until they have come. */
export function detailOf(variant: LiveVariant, measure: Measure, part: Part): Curves | undefined {
  const { key, runs } = variant;
  const wish = { ...wishOf(variant, measure), ...part, points: POINTS.large };
  const columns = store?.columns(`detail ${measure} ${key}`, begunIn(runs), wish);
  if (!columns) return undefined;
  const known = details.get(columns) ?? curvesOf(columns, runs, measure);
  details.set(columns, known);
  return known;
}
