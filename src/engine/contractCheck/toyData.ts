import { ownManifestSchema, RUN_FORMAT, type OwnManifest } from '../../core/manifest';
import { cards, type MethodId } from '../../core/methods/index';
import type { ExampleList } from '../contract/method';
import type { Dataset, Examples } from '../contract/dataset';
import { examplesOf } from '../data/examplesOf';
import { randomStream } from '../random';

/** Images of 8 × 8 bytes, a random pattern for each class with noise on it; the classes take turns in the file. */
export function toyDataset({ classes = 6, train = 40, test = 20 } = {}): Dataset {
  const examples = (part: string, perClass: number): Examples => {
    const count = classes * perClass;
    const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
    const noise = randomStream(1, part);
    const images = new Uint8Array(count * 64);
    labels.forEach((label, i) => {
      const pattern = randomStream(2, 'pattern', label);
      for (let pixel = 0; pixel < 64; pixel++) images[i * 64 + pixel] = 155 * pattern() + 100 * noise();
    });
    return { count, images, labels };
  };
  return {
    id: 'toy',
    title: 'Toy',
    classes,
    shape: [8, 8, 1],
    train: examples('train', train),
    test: examples('test', test),
    checksums: { toy: '0' },
  };
}

/** Examples as the first task sees them: without views all tasks do. */
export const asTheyLie = (indices: Int32Array): ExampleList => examplesOf(0, indices);

export interface ToySpec {
  /** Method → settings that differ from its defaults. */
  readonly methods?: Partial<Record<MethodId, Record<string, unknown>>>;
  readonly stream?: Record<string, unknown>;
  readonly network?: Record<string, unknown>;
  readonly training?: Record<string, unknown>;
  readonly seed?: number;
  readonly dataset?: Dataset;
  /** On native TensorFlow: steps are not compiled. */
  readonly eager?: boolean;
}

/** Three tasks of two classes, six steps each, a network of 64-12-10-6. */
export function toyManifest({ methods = { none: {} }, stream, network, training, seed = 1 }: ToySpec): OwnManifest {
  return ownManifestSchema.parse({
    lethe: RUN_FORMAT,
    trainer: 'lethe',
    id: 'toy',
    created: 0,
    experiment: { name: 'toy' },
    variant: { key: 'toy', label: 'toy', hash: 'toy' },
    seed,
    spec: {
      stream: { dataset: 'toy', tasks: 3, ...stream },
      network: { hidden: [12, 10], ...network },
      training: { batchSize: 16, learningRate: 0.01, iterations: 6, ...training },
      evaluation: { points: 2, samples: 10 },
      methods: Object.entries(methods).map(([method, settings]) => ({
        method,
        settings: cards[method as MethodId].settings.parse(settings),
      })),
    },
  });
}
