/**
 * Writes an archive in the exact format and size of CIFAR-10's or CIFAR-100's binary version, whose originals only a user
 * with a network can have: noise over a pattern for each class. The same call gives the same images.
 *   node scripts/make-cifar.mjs cifar-10|cifar-100 OUT.tar.gz
 */
import { createCipheriv } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';

const IMAGE = 3 * 32 * 32;
const NAMES_10 = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ');

/** So many bytes that look random, the same each time for the same name. */
function noise(name, bytes) {
  const cipher = createCipheriv('aes-128-ctr', Buffer.from(name.padEnd(16).slice(0, 16)), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(bytes));
}

/** Records of some examples: label bytes, then the red, green and blue plane. */
function records(name, count, classes, labelsOf) {
  const labelBytes = labelsOf(0).length;
  const size = labelBytes + IMAGE;
  const bytes = noise(name, count * size);
  // A colour for each of 4 × 4 squares.
  const colours = Array.from({ length: classes }, (_, label) => noise(`pattern ${label}`, 3 * 16));
  const square = (j) => 16 * (j >> 10) + 4 * ((j >> 8) & 3) + ((j >> 3) & 3);
  const patterns = colours.map((own) => Uint8Array.from({ length: IMAGE }, (_, j) => own[square(j)]));
  for (let i = 0; i < count; i++) {
    const labels = labelsOf(i);
    const pattern = patterns[labels.at(-1)];
    const start = i * size;
    bytes.set(labels, start);
    for (let j = 0; j < IMAGE; j++) {
      const at = start + labelBytes + j;
      bytes[at] = (pattern[j] + 2 * bytes[at]) / 3;
    }
  }
  return bytes;
}

/**
 * Files of a binary version by name.
 * @param {'cifar-10' | 'cifar-100'} kind
 * @param {number} train images, the originals have 50,000
 * @param {number} test images, the originals have 10,000
 */
export function cifarFiles(kind, train = 50_000, test = 10_000) {
  if (kind === 'cifar-10') {
    const part = (name, count) => [name, records(name, count, 10, (i) => [(7 * i + 3) % 10])];
    const batches = Array.from({ length: 5 }, (_, i) => part(`data_batch_${i + 1}.bin`, train / 5));
    return new Map([
      ['batches.meta.txt', Buffer.from(`${NAMES_10.join('\n')}\n\n`)],
      ...batches,
      ['readme.html', Buffer.from('<html>made by a script</html>\n')],
      part('test_batch.bin', test),
    ]);
  }
  const names = (prefix, count) => Buffer.from(Array.from({ length: count }, (_, i) => `${prefix}_${i}\n`).join(''));
  const labels = (i) => [Math.floor(((7 * i + 3) % 100) / 5), (7 * i + 3) % 100];
  return new Map([
    ['coarse_label_names.txt', names('coarse', 20)],
    ['fine_label_names.txt', names('fine', 100)],
    ['test.bin', records('test.bin', test, 100, labels)],
    ['train.bin', records('train.bin', train, 100, labels)],
  ]);
}

/** The files as a packed archive. */
export async function cifarArchive(kind, files = cifarFiles(kind)) {
  const folder = kind === 'cifar-10' ? 'cifar-10-batches-bin' : 'cifar-100-binary';
  const header = (name, size, type) => ({ name: `${folder}/${name}`, size, type, mtime: new Date(0) });
  const entries = [...files].map(([name, body]) => ({ header: header(name, body.length, 'file'), body }));
  return gzipSync(await packTar([{ header: header('', 0, 'directory') }, ...entries]), { level: 1 });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [kind, file] = process.argv.slice(2);
  if (!['cifar-10', 'cifar-100'].includes(kind) || !file)
    throw new Error('usage: node scripts/make-cifar.mjs cifar-10|cifar-100 OUT.tar.gz');
  writeFileSync(file, await cifarArchive(kind));
}
