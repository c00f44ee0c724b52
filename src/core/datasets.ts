import type { ImageShape } from './recipe';

/** What is known of a data set without reading it. */
export interface DatasetFacts {
  readonly title: string;
  readonly classes: number;
  /** Height, width, channels of an image. */
  readonly shape: ImageShape;
  /** Test examples, of all classes together. */
  readonly test: number;
  /** SHA-256 (hex) of each of its files, by name: the content that every number comes from. */
  readonly files: Readonly<Record<string, string>>;
}

/** Data sets that ship with Lethe. The engine reads no file whose checksum is not the one given here. */
export const datasets = {
  mnist: {
    title: 'MNIST',
    classes: 10,
    shape: [28, 28, 1],
    test: 10_000,
    files: {
      'train-images-idx3-ubyte': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
      'train-labels-idx1-ubyte': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
      't10k-images-idx3-ubyte': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
      't10k-labels-idx1-ubyte': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    },
  },
} as const satisfies Record<string, DatasetFacts>;
export type DatasetId = keyof typeof datasets;

export const isDatasetId = (id: string): id is DatasetId => Object.hasOwn(datasets, id);
