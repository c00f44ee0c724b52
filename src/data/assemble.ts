import { createHash } from 'node:crypto';
import { DataError } from './dataError';
import { shapeText, valuesOf, type Examples, type Pixels, type RawExamples, type ReadData } from './examples';
import { MOST_CLASSES, MOST_EXAMPLES } from './limits';

/** What is taken for test where the data has no part of its own for it. */
export const USUAL_TEST_SHARE = 0.2;

/** Training and test examples as files have them; `test` undefined: a share of the others is drawn. */
export interface RawParts {
  readonly train: RawExamples;
  readonly test?: RawExamples | undefined;
  /** Names of the classes in the order of their labels, where the source says them apart. */
  readonly classNames?: readonly string[] | undefined;
}

/**
 * Makes a data set of what was read: labels become numbers from 0 in the order of their values, and a share for test is
 * drawn of each class where there is none.
 *
 * @throws DataError where the parts do not fit, or a class has no training or test example
 */
export function assemble({ train, test, classNames }: RawParts, testShare = USUAL_TEST_SHARE): ReadData {
  refuseFaulty(train, 'training');
  if (test) refuseFaulty(test, 'test');
  if (test) refuseDifferent(train, test);
  const values = distinctLabels(train.labels);
  const index = new Map(values.map((value, label) => [value, label]));
  if (values.length < 2) throw new DataError('The labels name one class only: there is nothing to tell apart.');
  if (values.length > MOST_CLASSES)
    throw new DataError(`The labels name ${values.length} classes; more than ${MOST_CLASSES} are not read.`);
  const all = numbered(train, index, 'training');
  const [first, second] = test ? [all, numbered(test, index, 'test')] : divided(all, values.length, testShare, train);
  return {
    shape: train.shape,
    classNames: classNames?.length === values.length ? classNames : values.map(String),
    train: first,
    test: second,
  };
}

function refuseFaulty(part: RawExamples, name: string): void {
  const count = part.labels.length;
  if (count === 0) throw new DataError(`There are no ${name} examples.`);
  if (count > MOST_EXAMPLES)
    throw new DataError(`${count} ${name} examples: more than ${MOST_EXAMPLES.toLocaleString('en')} are not read.`);
  const images = part.images.length / valuesOf(part);
  if (images !== count)
    throw new DataError(`There are ${images} images and ${count} labels for ${name}: each image needs one label.`);
  if (part.images instanceof Float32Array) refuseNotFinite(part.images, valuesOf(part), name);
}

function refuseNotFinite(images: Float32Array, values: number, name: string): void {
  const at = images.findIndex((value) => !Number.isFinite(value));
  if (at >= 0)
    throw new DataError(
      `Value ${(at % values) + 1} of ${name} example ${Math.floor(at / values) + 1} is ${images[at]}: only finite numbers can be trained on.`,
    );
}

function refuseDifferent(train: RawExamples, test: RawExamples): void {
  if (shapeText(train.shape) !== shapeText(test.shape))
    throw new DataError(
      `Training examples are ${shapeText(train.shape)} and test examples ${shapeText(test.shape)} (height × width × channels): they must be alike.`,
    );
}

/** Numbers by size, texts by their code units; the same on every machine. */
function distinctLabels(labels: RawExamples['labels']): (number | string)[] {
  const values = [...new Set<number | string>(Array.from<number | string>(labels))];
  return values.sort((a, b) =>
    typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1,
  );
}

function numbered(part: RawExamples, index: ReadonlyMap<number | string, number>, name: string): Examples {
  const labels = Uint16Array.from({ length: part.labels.length }, (_, i) => {
    const value = part.labels[i] as number | string;
    const label = index.get(value);
    if (label === undefined)
      throw new DataError(
        `The label ${JSON.stringify(value)} of ${name} example ${i + 1} is none of the training set.`,
      );
    return label;
  });
  return { count: labels.length, images: part.images, labels };
}

/** Takes a share of the examples of each class for test. Which ones is the same each time: it follows from their place. */
function divided(all: Examples, classes: number, share: number, raw: RawExamples): [Examples, Examples] {
  const ofClass = Array.from({ length: classes }, (): number[] => []);
  all.labels.forEach((label, i) => ofClass[label]?.push(i));
  const chosen = new Uint8Array(all.count);
  for (const [label, places] of ofClass.entries()) {
    const drawn = places.map((place) => ({ place, lot: lotOf(place) })).sort((a, b) => (a.lot < b.lot ? -1 : 1));
    const count = Math.round(places.length * share);
    if (count === 0 || count === places.length)
      throw new DataError(
        `Class ${JSON.stringify(String(raw.labels[places[0] ?? 0]))} (${label}) has ${places.length} ${places.length === 1 ? 'example' : 'examples'}: too few to take a share of ${share} for test. Give a test set of its own, or another share.`,
      );
    for (const { place } of drawn.slice(0, count)) chosen[place] = 1;
  }
  return [selected(all, chosen, 0), selected(all, chosen, 1)];
}

const lotOf = (place: number): string => createHash('sha256').update(`test share ${place}`).digest('hex');

function selected({ count, images, labels }: Examples, chosen: Uint8Array, wanted: 0 | 1): Examples {
  const places = [...chosen.keys()].filter((place) => chosen[place] === wanted);
  const values = images.length / count;
  const own: Pixels =
    images instanceof Uint8Array ? new Uint8Array(places.length * values) : new Float32Array(places.length * values);
  places.forEach((place, i) => own.set(images.subarray(place * values, (place + 1) * values), i * values));
  return { count: places.length, images: own, labels: Uint16Array.from(places, (place) => labels[place] as number) };
}
