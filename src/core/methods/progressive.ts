import * as z from 'zod';
import { layerSizes } from '../parameterCount';
import type { CardFinding, Ground, Growth, MethodCard, ScenarioFit } from './card';

export const progressiveSettings = z.strictObject({
  scale: z
    .number()
    .positive()
    .max(10)
    .default(0.1)
    .describe(
      'The scalars α that multiply what an adapter hears of earlier columns begin uniformly between 0 and this: how loud old tasks are at first.',
    ),
});
export type ProgressiveSettings = z.output<typeof progressiveSettings>;

const toldTheTask: ScenarioFit = {
  fit: 'task-aware only',
  reason:
    'Progressive networks must be told the task to choose its column, so only their task-aware accuracy is defined.',
};

export const progressive: MethodCard<typeof progressiveSettings> = {
  id: 'progressive',
  title: 'Progressive networks',
  revision: 1,
  summary:
    'Adds a column of layers for each task, which hears all earlier columns by adapters; these never change again.',
  formula: 'h_l = ReLU( W h_(l−1) + b + U ReLU( V α h_(l−1)^(<k) ) )',
  expect:
    'Zero forgetting when the task is known, and new tasks that begin with what old ones have learned. It grows with each task: 93.5 % over 17 tasks of permuted MNIST, where a joint network has 95.4 % (Chaudhry et al. 2019, without adapters).',
  paper: {
    authors: 'Rusu, Rabinowitz, Desjardins, Soyer, Kirkpatrick, Kavukcuoglu, Pascanu & Hadsell',
    title: 'Progressive Neural Networks',
    venue: 'arXiv',
    year: 2016,
    link: 'https://arxiv.org/abs/1606.04671',
  },
  settings: progressiveSettings,
  scenarios: { task: { fit: 'defined' }, domain: toldTheTask, class: toldTheTask },
  needsBoundary: () => [{ reason: 'Each column of progressive networks is for one task' }],
  combines: false,
  growth: (_settings: ProgressiveSettings, ground) => columnsOf(ground),
  check(_settings: ProgressiveSettings, { network }) {
    const found: CardFinding[] = [];
    if (network.kind !== 'mlp' && network.kind !== 'cnn')
      found.push({
        severity: 'error',
        message: 'Progressive networks are of dense and convolutional layers in a row: "kind": "mlp" or "cnn".',
      });
    if (network.weights !== undefined)
      found.push({
        severity: 'error',
        message: 'Columns of progressive networks begin with weights that are drawn: leave "weights" out.',
      });
    return found;
  },
};

/** The columns of all tasks, each with the adapters by which it hears those before it. */
function columnsOf({ network, image, heads }: Ground): Growth | undefined {
  if (network.kind === 'resnet18') return undefined;
  const bias = network.bias ? 1 : 0;
  const parameters = heads.flatMap((outputs, column) =>
    layerSizes(network, image, outputs).map(({ places, inputs, units }, layer) => {
      const own = units * (places * inputs + bias);
      const adapters = column === 0 || layer === 0 ? 0 : column + column * inputs * units + places * units ** 2;
      return own + adapters;
    }),
  );
  return { parameters: parameters.reduce((sum, count) => sum + count, 0), beside: 0 };
}
