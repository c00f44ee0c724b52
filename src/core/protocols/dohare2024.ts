import type { Protocol } from './protocol';

const source = 'Dohare et al. 2024, Nature (continual backprop)';

/** Online permuted MNIST as the authors' small network has it, with one of its step sizes. */
const withStepSize = (id: string, learningRate: number): Protocol => ({
  id,
  title: `Online permuted MNIST, 500 tasks, one example at a time, step size ${learningRate}`,
  source,
  settings: {
    stream: { dataset: 'mnist', kind: 'permuted', tasks: 500, scenario: 'domain', identityFirst: false },
    network: { kind: 'mlp', hidden: [100, 100, 100], init: 'he-uniform' },
    training: {
      optimizer: 'sgd',
      learningRate,
      batchSize: 1,
      epochs: 1,
      samplesPerTask: 10_000,
      sampling: 'drawn',
    },
    // Answers, for what happens to units over the stream: of more than 100 tasks they are kept where they are asked for.
    evaluation: { points: 0, matrixTasks: 10, matrixSamples: 500, keep: 'last', answers: true },
    seeds: 1,
    bounds: false,
  },
  methods: [
    { entry: { method: 'none' }, values: [] },
    { entry: { method: 'none', label: 'L2', training: { weightDecay: 1e-4 } }, values: [] },
    { entry: { method: 'l2-init' }, values: [] },
    { entry: { method: 'shrink-and-perturb', weightDecay: 1e-4, sigma: 1e-5 }, values: [] },
    { entry: { method: 'continual-backprop', replacementRate: 1e-4, maturityThreshold: 100 }, values: [] },
  ],
  told: ['onlineAccuracy', 'plasticityLost'],
  differences: [
    'Published as curves of online accuracy, of which no number was read. L2 towards the start is not among them.',
    'There a task has all 60,000 images, and there are 800 tasks; here 500 of 10,000, which are drawn anew for each.',
    'The network of the remedies has 3 × 2,000 units there and a step size of 0.003; that of 3 × 100 is theirs for plain SGD.',
    'Each permutation is applied to the last one there; here each is drawn by itself, which is as likely.',
    'Accuracy on test images is measured nowhere there; here on ten tasks after each, 500 images of each.',
  ],
});

export const dohare2024: readonly Protocol[] = [
  withStepSize('permuted-mnist/dohare-2024', 0.01),
  withStepSize('permuted-mnist/dohare-2024-small-steps', 0.003),
];
