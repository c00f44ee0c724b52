import { measureSteps, smallCnn, stepTables } from '../stepTimes.mjs';

export const title = 'A training step';

const names = ['compiled', 'eager', 'wasm'];
const rates = { sgd: 0.03, adam: 0.001 };
/** About how long a PyTorch step takes (ms), by hidden units, batch and optimizer. */
const work = {
  100: { 10: { sgd: 0.5, adam: 0.8 }, 128: { sgd: 1, adam: 1.4 } },
  400: { 10: { sgd: 1.4, adam: 3 }, 128: { sgd: 3, adam: 5 } },
};

const mlps = [100, 400].flatMap((units) =>
  [10, 128].flatMap((batch) =>
    ['sgd', 'adam'].map((optimizer) => ({
      name: `784-${units}-${units}-10, batch ${batch}, ${optimizer === 'sgd' ? 'SGD' : 'Adam'}`,
      hidden: [units, units],
      batch,
      optimizer,
      learningRate: rates[optimizer],
      work: work[units][batch][optimizer],
    })),
  ),
);
const cnn = { ...smallCnn, name: 'small CNN, batch 10, SGD' };

export const measure = (options) => measureSteps([...mlps, cnn], names, options);
export const tables = (results) => stepTables(results, names);
