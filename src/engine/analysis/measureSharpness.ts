import type { SharpnessSettings } from '../../core/analyses/sharpness';
import { largestEigenvalue, samSharpness } from '../measures/sharpness';
import { randomStream } from '../random';
import type { Analysis } from './analysis';
import { rowsOfPairs } from './pairs';
import { drawnExamples, surfaceOf } from './taskSurface';

/**
 * Sharpness of the loss of each task learned so far, at the parameters that a run kept: of the plain loss on training
 * examples, without penalties and dropout, running statistics as they are. The parameters are those of training: of a method
 * that tests with others (a mean, a mask for each task) they are not the ones that were tested.
 */
export const measureSharpness: Analysis<SharpnessSettings> = (run, settings, report) =>
  rowsOfPairs(run, report, async ({ kept, of, rowFunctions, told }) => {
    const { rho, steps, samples, products, tolerance } = settings;
    const most = 1 + steps + 2 * products;
    const { surface, dispose } = surfaceOf(run, kept, of, drawnExamples(run, of, samples), rowFunctions);
    try {
      const random = randomStream(run.manifest.seed, 'sharpness', kept.task, of);
      const { loss, sharpness } = await samSharpness(surface, kept.theta, rho, steps, (done) => told(done, most));
      const { value, residual } = await largestEigenvalue(surface, kept.theta, {
        ...{ random, most: products, tolerance },
        evaluated: (done) => told(1 + steps + done, most),
      });
      return { loss, sharpness, eigenvalue: value, residual };
    } finally {
      dispose();
    }
  });
