import { classNames } from './classNames';
import type { DatasetId, SHIPPED } from './datasets';

/** A file at its original address. */
export interface OriginalFile {
  readonly name: string;
  readonly address: string;
  readonly bytes: number;
  /** Checksums (hex) of the file as it is downloaded. */
  readonly md5: string;
  readonly sha256?: string;
}

/** How the files of an original are read. */
export type OriginalFormat = 'idx' | 'cifar-10' | 'cifar-100' | 'cifar-100-coarse';

/** Where a known data set comes from, and how its original is told from any other. */
export interface Original {
  readonly format: OriginalFormat;
  /** Where its authors describe it. */
  readonly page: string;
  readonly licence: string;
  readonly files: readonly OriginalFile[];
  /** SHA-256 (hex) of unpacked files by name, where they are known: that of an archive says less. */
  readonly unpacked?: Readonly<Record<string, string>>;
  /** MD5 (hex) of unpacked files by name, where only that is known. */
  readonly unpackedMd5?: Readonly<Record<string, string>>;
  readonly classNames: readonly string[];
}

const fashion = (name: string, bytes: number, md5: string): OriginalFile => ({
  name,
  address: `https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/${name}`,
  bytes,
  md5,
});

const cifar100 = {
  page: 'https://www.cs.toronto.edu/~kriz/cifar.html',
  licence: 'none stated; its authors ask to be cited',
  files: [
    {
      name: 'cifar-100-binary.tar.gz',
      address: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
      bytes: 168_513_733,
      md5: '03b5dce01913d631647c71ecec9e9cb8',
    },
  ],
  unpackedMd5: { 'train.bin': '6172c7755cfe09b2fe270c85cebc1b15', 'test.bin': '4499cfba6c016c1be1438163640a0898' },
} as const;

/** Of each known data set that does not ship. Checksums as several independent libraries have them. */
export const originals: Readonly<Record<Exclude<DatasetId, typeof SHIPPED>, Original>> = {
  'fashion-mnist': {
    format: 'idx',
    page: 'https://github.com/zalandoresearch/fashion-mnist',
    licence: 'MIT',
    files: [
      fashion('train-images-idx3-ubyte.gz', 26_421_880, '8d4fb7e6c68d591d4c3dfef9ec88bf0d'),
      fashion('train-labels-idx1-ubyte.gz', 29_515, '25c81989df183df01b3e8a0aad5dffbe'),
      fashion('t10k-images-idx3-ubyte.gz', 4_422_102, 'bef4ecab320f06d8554ea6380940ec79'),
      fashion('t10k-labels-idx1-ubyte.gz', 5_148, 'bb300cfdad3c16e7a12a480ee83cd310'),
    ],
    unpacked: {
      'train-images-idx3-ubyte': 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
      'train-labels-idx1-ubyte': 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
      't10k-images-idx3-ubyte': '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
      't10k-labels-idx1-ubyte': '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
    },
    classNames: classNames['fashion-mnist'],
  },
  'cifar-10': {
    format: 'cifar-10',
    page: 'https://www.cs.toronto.edu/~kriz/cifar.html',
    licence: 'none stated; its authors ask to be cited',
    files: [
      {
        name: 'cifar-10-binary.tar.gz',
        address: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
        bytes: 170_052_171,
        md5: 'c32a1d4ab5d03f1284b67883e8d87530',
        sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
      },
    ],
    classNames: classNames['cifar-10'],
  },
  'cifar-100': {
    ...cifar100,
    format: 'cifar-100',
    classNames: classNames['cifar-100'],
  },
  'cifar-100-coarse': {
    ...cifar100,
    format: 'cifar-100-coarse',
    classNames: classNames['cifar-100-coarse'],
  },
};

/** Undefined for what ships, and for what is not known. */
export const originalOf = (name: string): Original | undefined =>
  Object.hasOwn(originals, name) ? originals[name as keyof typeof originals] : undefined;
