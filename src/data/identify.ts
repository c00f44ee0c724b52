import type { Original } from '../core/originals';
import type { DatasetFacts } from '../core/datasets';
import { DataError } from './dataError';
import { shapeText, type ReadData } from './examples';
import type { SourceFile } from './files';
import type { Source } from './source';

/** How a known data set was told from any other. */
export type IdentifiedBy = 'content' | 'archive';

const short = (checksum: string): string => `${checksum.slice(0, 12)}…`;
const DIFFERENT = 'It is damaged, or another one. Under a name of its own it can be added all the same.';

/** @throws DataError when an archive is not the original one: says which checksum was expected */
export function refuseOtherArchive(archive: SourceFile, { files }: Original, title: string): void {
  const [expected] = files;
  if (!expected) return;
  const [kind, wanted, found] = expected.sha256
    ? ['SHA-256', expected.sha256, archive.sha256]
    : ['MD5', expected.md5, archive.md5];
  if (archive.md5 === expected.md5 && found === wanted) return;
  throw new DataError(
    `${archive.name} is not the original of ${title}: its ${kind} is ${short(found)}, expected ${short(wanted)} (${archive.bytes} bytes, expected ${expected.bytes}). ${DIFFERENT}`,
  );
}

/**
 * Says by what a source is the known original.
 *
 * @throws DataError when it is not, or when that cannot be told
 */
export function identified({ kind, files, inside }: Source, original: Original, title: string): IdentifiedBy {
  const { unpacked, unpackedMd5 } = original;
  if (unpacked ?? unpackedMd5) {
    const found = inside ?? files;
    for (const [name, wanted] of Object.entries(unpacked ?? unpackedMd5 ?? {})) {
      const file = found.find((other) => other.name === name || other.name === name.replace('-idx', '.idx'));
      const own = unpacked ? file?.sha256 : file?.md5;
      if (own === wanted) continue;
      const kindOf = unpacked ? 'SHA-256' : 'MD5';
      throw new DataError(
        file
          ? `${name} is not that of ${title}: its ${kindOf} is ${short(own ?? '')}, expected ${short(wanted)} (${file.bytes} bytes). ${DIFFERENT}`
          : `${name} is missing: ${title} has ${Object.keys(unpacked ?? unpackedMd5 ?? {}).join(', ')}.`,
      );
    }
    return 'content';
  }
  // Of an archive it was seen before it was unpacked.
  if (kind === 'CIFAR archive') return 'archive';
  throw new DataError(
    `Of ${title} only the checksum of its archive is known: give ${original.files[0]?.name ?? 'the archive'} itself, or choose another name for what is in this folder.`,
  );
}

/** @throws DataError when data is not of the sizes that a known data set has */
export function refuseOtherSizes(data: ReadData, facts: DatasetFacts): void {
  const found = [data.train.count, data.test.count, data.classNames.length, shapeText(data.shape)];
  const wanted = [facts.train, facts.test, facts.classes, shapeText(facts.shape)];
  if (found.join() === wanted.join()) return;
  const said = ([train, test, classes, shape]: readonly unknown[]) =>
    `${String(train)} + ${String(test)} examples of ${String(classes)} classes, ${String(shape)}`;
  throw new DataError(`${facts.title} has ${said(wanted)}; this has ${said(found)}.`);
}
