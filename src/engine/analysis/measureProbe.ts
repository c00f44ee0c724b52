import type { ProbeSettings } from '../../core/analyses/probe';
import type { Passed } from '../measures/layerPasses';
import { trainedProbe } from '../measures/linearProbe';
import { placesInHead } from '../measures/placesInHead';
import type { RowFunctions } from '../steps/rowFunctions';
import type { Analysis } from './analysis';
import type { KeptParameters } from './finishedRun';
import { layersOf } from './layersOf';
import { rowsOfPairs } from './pairs';
import { drawnExamples } from './taskSurface';

/**
 * Forgetting of the representation (Davari et al. 2022): a linear classifier is trained anew on what the last hidden layer
 * passes on of training examples of a task, with the network frozen, and tested on all test images of that task. It tells
 * the classes of the task apart, in every scenario. The drop since the task ended is what the representation lost; what
 * accuracy lost beyond that, the head lost.
 */
export const measureProbe: Analysis<ProbeSettings> = (run, settings, report) => {
  const ended = new Map<number, number>();
  return rowsOfPairs(run, report, async ({ kept, of, rowFunctions, told }) => {
    const { samples, ...options } = settings;
    const { stream } = run;
    const train = { task: of, indices: drawnExamples(run, of, samples) };
    const test = { task: of, indices: stream.tasks[of]?.test ?? new Int32Array() };
    const features = lastHidden(rowFunctions, kept, 'train', train);
    const probe = await trainedProbe(features, placesInHead(stream, 'train', train), {
      ...options,
      classes: new Set(stream.heads[of]).size,
      stepped: (steps) => told(steps, options.iterations),
    });
    const said = probe.predict(lastHidden(rowFunctions, kept, 'test', test));
    const right = placesInHead(stream, 'test', test);
    const accuracy = said.reduce((sum, one, i) => sum + (one === right[i] ? 1 : 0), 0) / said.length;
    if (kept.task === of) ended.set(of, accuracy);
    return { accuracy, drop: (ended.get(of) ?? NaN) - accuracy, slope: probe.slope };
  });
};

function lastHidden(
  rowFunctions: RowFunctions,
  kept: KeptParameters,
  part: 'train' | 'test',
  examples: { readonly task: number; readonly indices: Int32Array },
): Passed {
  const features = layersOf(rowFunctions, kept, part, examples).at(-2);
  if (!features) throw new RangeError('A probe needs a hidden layer, and the network of this run has none.');
  return features;
}
