import { classNames } from './classNames';
import type { ImageShape } from './recipe';

/** What is known of a data set without reading it. */
export interface DatasetFacts {
  readonly title: string;
  readonly classes: number;
  /** What they are called, in the order of their labels; where they are called by more than their numbers. */
  readonly classNames?: readonly string[];
  /** Height, width, channels of an image. */
  readonly shape: ImageShape;
  /** Training examples, of all classes together. */
  readonly train: number;
  /** Test examples, of all classes together. */
  readonly test: number;
  /**
   * SHA-256 (hex) of each of its files, by name: the content that every number comes from. Of a data set that does not
   * ship, the arrays in the user's data folder; undefined until it has been read there, where it is not known before.
   */
  readonly files?: Readonly<Record<string, string>>;
}

/**
 * Known data sets. MNIST ships with Lethe: the engine reads no file of it whose checksum is not the one given here. Of
 * the others `originals.ts` says where they come from.
 */
export const datasets = {
  mnist: {
    title: 'MNIST',
    classes: 10,
    shape: [28, 28, 1],
    train: 60_000,
    test: 10_000,
    files: {
      'train-images-idx3-ubyte': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
      'train-labels-idx1-ubyte': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
      't10k-images-idx3-ubyte': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
      't10k-labels-idx1-ubyte': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    },
  },
  'fashion-mnist': {
    title: 'Fashion-MNIST',
    classes: 10,
    classNames: classNames['fashion-mnist'],
    shape: [28, 28, 1],
    train: 60_000,
    test: 10_000,
    files: {
      'train-images.npy': 'b7820949634d297721c5d98131ddf7987d38371b8ce4939b51d66f2cecc40bfa',
      'train-labels.npy': 'b51472908c2e928f90c6b8c48086f9ab858e9969585a5fbcd33013a18ae0bb16',
      'test-images.npy': '808e9818bf78178377232e2582d179bbdcc2212fba07a836cd54cc56d22714ce',
      'test-labels.npy': 'a0a0fbae72687d8b5c12957e6d6d2af02fc0ae82c2c9d4ac64164c13611e2d93',
    },
  },
  'cifar-10': {
    title: 'CIFAR-10',
    classes: 10,
    classNames: classNames['cifar-10'],
    shape: [32, 32, 3],
    train: 50_000,
    test: 10_000,
  },
  'cifar-100': {
    title: 'CIFAR-100',
    classes: 100,
    classNames: classNames['cifar-100'],
    shape: [32, 32, 3],
    train: 50_000,
    test: 10_000,
  },
  'cifar-100-coarse': {
    title: 'CIFAR-100, coarse labels',
    classes: 20,
    classNames: classNames['cifar-100-coarse'],
    shape: [32, 32, 3],
    train: 50_000,
    test: 10_000,
  },
} as const satisfies Record<string, DatasetFacts>;
export type DatasetId = keyof typeof datasets;

export const isDatasetId = (id: string): id is DatasetId => Object.hasOwn(datasets, id);

/** The one that is there without being added. */
export const SHIPPED = 'mnist' satisfies DatasetId;

/** A name of a data set is the name of its folder, in a command and in an experiment file. */
const NAME = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;
/** Folders that Windows does not make. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/;

/** Whether a text may be the name of a data set: nothing that leads out of the folder it names. */
export const isDatasetName = (name: string): boolean => NAME.test(name) && !name.includes('..') && !DEVICES.test(name);
