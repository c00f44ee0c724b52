import type { BarrierSettings } from '../../core/analyses/barrier';
import { between } from '../measures/curve';
import type { RowFunctions } from '../steps/rowFunctions';
import type { Analysis } from './analysis';
import type { FinishedRun, KeptParameters } from './finishedRun';
import { rowsOfPairs } from './pairs';
import { statisticsAt } from './statisticsAt';
import { drawnExamples, surfaceOf } from './taskSurface';

/**
 * The barrier of the loss L of a task on the line between the parameters after that task, w₀, and those after a later one, w₁
 * (Entezari et al. 2022; Mirzadeh et al. 2021, eq. 3 asks whether there is none):
 *
 *     max over s of  L((1 − s) w₀ + s w₁) − ((1 − s) L(w₀) + s L(w₁))
 *
 * It is at least 0, which it is at both ends. Frankle et al. 2020 take the highest loss on the line minus the mean of both
 * ends' instead: of a loss that rises from 0 to 10 in a straight line theirs is 5, and this one 0. Of a network with running statistics these are measured anew at each point, on
 * the same examples: those of the two ends say nothing between them.
 */
export const measureBarrier: Analysis<BarrierSettings> = (run, { points, samples }, report) =>
  rowsOfPairs(
    run,
    report,
    async ({ kept, of, rowFunctions, told }) => {
      const start = run.kept.find(({ task }) => task === of);
      const none = { barrier: NaN, at: NaN, highest: NaN, start: NaN, end: NaN };
      // Not kept, or of a network that grew since: there is no line.
      if (start?.theta.length !== kept.theta.length) return none;
      const indices = drawnExamples(run, of, samples);
      const losses: number[] = [];
      for (let point = 0; point < points; point++) {
        const theta = between(start.theta, kept.theta, point / (points - 1));
        losses.push(lossAt(run, { ...kept, theta }, of, indices, rowFunctions));
        await told(point + 1, points);
      }
      return barrierOf(losses);
    },
    1,
  );

/** Of the losses at points of a line that are equally far apart, both ends among them. */
export function barrierOf(losses: readonly number[]) {
  const [start = NaN, end = NaN] = [losses[0], losses.at(-1)];
  const shares = losses.map((_, i) => i / (losses.length - 1));
  const rises = losses.map((loss, i) => {
    const s = shares[i] as number;
    // Of two ends that are one it is 0, to the bit.
    return loss - (start + s * (end - start));
  });
  // At both ends it is 0, up to rounding.
  const barrier = Math.max(0, ...rises.slice(1, -1));
  const at = barrier === 0 ? 0 : shares[rises.indexOf(barrier)];
  return { barrier, at: at ?? NaN, highest: Math.max(...losses), start, end };
}

function lossAt(
  run: FinishedRun,
  at: KeptParameters,
  task: number,
  indices: Int32Array,
  rowFunctions: RowFunctions,
): number {
  const buffers = at.buffers && statisticsAt(run, at, [{ task, indices }], rowFunctions);
  const { surface, dispose } = surfaceOf(run, { ...at, ...(buffers && { buffers }) }, task, indices, rowFunctions);
  try {
    return surface(at.theta).loss;
  } finally {
    dispose();
  }
}
