/** Uniform numbers in [0, 1). */
export type Random = () => number;

/** 128 bits from a text (cyrb128-like mixing of its UTF-16 units). */
function seedOf(text: string): [number, number, number, number] {
  let [a, b, c, d] = [1779033703, 3144134277, 1013904242, 2773480762];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = b ^ Math.imul(a ^ unit, 597399067);
    b = c ^ Math.imul(b ^ unit, 2869860233);
    c = d ^ Math.imul(c ^ unit, 951274213);
    d = a ^ Math.imul(d ^ unit, 2716044179);
  }
  a = Math.imul(c ^ (a >>> 18), 597399067);
  b = Math.imul(d ^ (b >>> 22), 2869860233);
  c = Math.imul(a ^ (c >>> 17), 951274213);
  d = Math.imul(b ^ (d >>> 19), 2716044179);
  a ^= b ^ c ^ d;
  return [a >>> 0, (b ^ a) >>> 0, (c ^ a) >>> 0, (d ^ a) >>> 0];
}

/**
 * A named stream of random numbers: the same for the same seed, name and place in every method of a comparison, and
 * independent of how many numbers other streams were asked for. Streams are made anew for every place (task, epoch,
 * step), so a resumed run needs no saved generator state. Generator: sfc32 (Chris Doty-Humphrey, PractRand).
 */
export function randomStream(seed: number, name: string, ...place: readonly (number | string)[]): Random {
  let [a, b, c, counter] = seedOf(`${seed}/${name}/${place.join('/')}`);
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** A whole number in 0 … n − 1. */
export const randomInt = (random: Random, n: number): number => Math.floor(random() * n);

/** Standard normal numbers (Box–Muller). */
export function normalStream(random: Random): Random {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** Shuffles in place (Fisher–Yates) and returns the same array. */
export function shuffle<T extends Int32Array | number[]>(items: T, random: Random): T {
  for (let i = items.length - 1; i > 0; i--) {
    const j = randomInt(random, i + 1);
    const held = items[i] as number;
    items[i] = items[j] as number;
    items[j] = held;
  }
  return items;
}

/** `count` different items, drawn without replacement; all of them, shuffled, when there are not more. */
export function sample(items: Int32Array, count: number, random: Random): Int32Array {
  const pool = Int32Array.from(items);
  const drawn = Math.min(count, pool.length);
  for (let i = 0; i < drawn; i++) {
    const j = i + randomInt(random, pool.length - i);
    const held = pool[i] as number;
    pool[i] = pool[j] as number;
    pool[j] = held;
  }
  return pool.slice(0, drawn);
}

/** What `sample` draws of 0 … n − 1, in a time that goes by `count` alone where that is far less than n. */
export function samplePlaces(n: number, count: number, random: Random): Int32Array {
  if (4 * count > n)
    return sample(
      Int32Array.from({ length: n }, (_, place) => place),
      count,
      random,
    );
  /** What lies where something else lay. */
  const moved = new Map<number, number>();
  const at = (place: number) => moved.get(place) ?? place;
  return Int32Array.from({ length: count }, (_, i) => {
    const j = i + randomInt(random, n - i);
    const drawn = at(j);
    moved.set(j, at(i));
    return drawn;
  });
}
