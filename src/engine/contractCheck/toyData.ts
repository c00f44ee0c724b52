import { ownManifestSchema, RUN_FORMAT, type OwnManifest } from '../../core/manifest';
import { volumeOf, type ImageShape } from '../../core/recipe';
import { cards, type MethodId } from '../../core/methods/index';
import type { ExampleList } from '../contract/method';
import type { MakeNetwork } from '../contract/network';
import type { Dataset, Examples } from '../contract/dataset';
import type { Stream } from '../contract/stream';
import { examplesOf } from '../data/examplesOf';
import { randomStream } from '../random';

/** Images of bytes, 8 × 8 unless said otherwise, a random pattern for each class with noise on it; the classes take turns in the file. */
export function toyDataset({
  id = 'toy',
  classes = 6,
  train = 40,
  test = 20,
  shape = [8, 8, 1] as ImageShape,
} = {}): Dataset {
  const place = id === 'toy' ? [] : [id];
  const inputs = volumeOf(shape);
  const examples = (part: string, perClass: number): Examples => {
    const count = classes * perClass;
    const labels = Uint16Array.from({ length: count }, (_, i) => i % classes);
    const noise = randomStream(1, part, ...place);
    const images = new Uint8Array(count * inputs);
    labels.forEach((label, at) => {
      const pattern = randomStream(2, 'pattern', label, ...place);
      for (let i = at * inputs; i < (at + 1) * inputs; i++) images[i] = 155 * pattern() + 100 * noise();
    });
    return { count, images, labels };
  };
  return {
    id,
    title: id === 'toy' ? 'Toy' : 'Other',
    classes,
    shape,
    train: examples('train', train),
    test: examples('test', test),
    checksums: { toy: '0' },
  };
}

/** Those that parts of a stream may name: another one has four classes. */
export const toyDatasets = (): readonly Dataset[] => [toyDataset(), toyDataset({ id: 'other', classes: 4 })];

/** Examples as the first task sees them: without views all tasks do. */
export const asTheyLie = (indices: Int32Array): ExampleList => examplesOf(0, indices);

export interface ToySpec {
  /** Method → settings that differ from its defaults. */
  readonly methods?: Partial<Record<MethodId, Record<string, unknown>>>;
  readonly stream?: Record<string, unknown>;
  readonly network?: Record<string, unknown>;
  readonly training?: Record<string, unknown>;
  readonly evaluation?: Record<string, unknown>;
  /** What changes on the way: settings of methods and training that differ from those at first. */
  readonly changes?: readonly {
    readonly afterTask: number;
    readonly methods?: ToySpec['methods'];
    readonly training?: Record<string, unknown>;
  }[];
  readonly seed?: number;
  readonly dataset?: Dataset;
  /** What each task sees, instead of what the stream says. */
  readonly views?: readonly Int32Array[];
  /** Instead of the stream of the settings. */
  readonly makeStream?: (datasets: readonly Dataset[], seed: number) => Stream;
  /** Instead of the network of the settings. */
  readonly makeNetwork?: MakeNetwork;
  /** On native TensorFlow: steps are not compiled. */
  readonly eager?: boolean;
}

/** Three tasks of two classes, six steps each, a network of 64-12-10-6. */
export function toyManifest({
  methods = { none: {} },
  stream,
  network,
  training,
  evaluation,
  changes,
  seed = 1,
}: ToySpec): OwnManifest {
  const trained = { batchSize: 16, learningRate: 0.01, iterations: 6, ...training };
  return ownManifestSchema.parse({
    lethe: RUN_FORMAT,
    trainer: 'lethe',
    id: 'toy',
    created: 0,
    experiment: { name: 'toy' },
    variant: { key: 'toy', label: 'toy', hash: 'toy' },
    seed,
    spec: {
      // Of parts each has its own.
      stream: { ...(stream?.['kind'] !== 'parts' && { dataset: 'toy', tasks: 3 }), ...stream },
      network: network?.['kind'] === 'resnet18' ? network : { hidden: [12, 10], ...network },
      training: trained,
      evaluation: { points: 2, samples: 10, ...evaluation },
      methods: withDefaults(methods),
      changes: changes?.map(({ afterTask, ...changed }) => ({
        afterTask,
        training: { ...trained, ...changed.training },
        methods: withDefaults(changed.methods ?? methods),
      })),
    },
  });
}

const withDefaults = (methods: NonNullable<ToySpec['methods']>) =>
  Object.entries(methods).map(([method, settings]) => ({
    method,
    settings: cards[method as MethodId].settings.parse(settings),
  }));
