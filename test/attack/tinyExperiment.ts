const training = { samplesPerTask: 64, batchSize: 16, epochs: 2 };

/** Five methods on a small part of MNIST: a run takes a second or two on WebAssembly. */
export const tinyExperiment = {
  name: 'Tiny',
  seeds: 1,
  network: { hidden: [20] },
  training,
  evaluation: { points: 3, samples: 20 },
  bounds: false,
  methods: [
    { method: 'none', label: 'None' },
    { method: 'ewc', label: 'EWC' },
    { method: 'replay', label: 'Replay' },
    { method: 'packnet', label: 'PackNet' },
    {
      method: 'sleep',
      label: 'Sleep',
      network: { hidden: [20] },
      training,
      steps: 40,
      stepsGrowth: 10,
      thresholds: [14, 44],
    },
  ],
} as const;

export const tinyKeys = tinyExperiment.methods.map(({ method }) => method);
