import type { CkaSettings } from '../../core/analyses/cka';
import type { Passed } from '../measures/layerPasses';
import { linearCka } from '../measures/linearCka';
import { randomStream, sample } from '../random';
import type { Analysis } from './analysis';
import { layersOf } from './layersOf';
import { rowsOfPairs } from './pairs';

/**
 * Of each layer 1 − linear CKA between what it passes on of test images of a task after that task, and after a later one
 * (Kornblith et al. 2019): 0 where the representation is the same up to a rotation and a scale. Of networks that grew since,
 * layers are compared as far as both have them.
 */
export const measureCka: Analysis<CkaSettings> = (run, { estimator, samples }, report) => {
  const before = new Map<number, readonly Passed[]>();
  return rowsOfPairs(
    run,
    report,
    ({ kept, of, rowFunctions }) => {
      const start = run.kept.find(({ task }) => task === of);
      if (!start) return Promise.resolve({});
      const all = run.stream.tasks[of]?.test ?? new Int32Array();
      const indices = sample(all, samples, randomStream(run.manifest.seed, 'analysed test examples', of)).sort();
      const examples = { task: of, indices };
      const first = before.get(of) ?? layersOf(rowFunctions, start, 'test', examples);
      before.set(of, first);
      const later = layersOf(rowFunctions, kept, 'test', examples);
      const drifts = first.flatMap((layer, i) => {
        const same = later[i];
        return same ? [[nameOf(i, first.length), 1 - linearCka(layer, same, estimator)] as const] : [];
      });
      return Promise.resolve(Object.fromEntries(drifts));
    },
    1,
  );
};

const nameOf = (layer: number, layers: number) => (layer === layers - 1 ? 'outputs' : `layer ${layer + 1}`);
