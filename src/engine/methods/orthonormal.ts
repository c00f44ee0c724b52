import * as tf from '@tensorflow/tfjs-core';

/** What is left of a unit vector that lies within the directions before it: rounding of float32, with room to spare. */
const ROUNDING = 1e-5;

/**
 * Orthonormal directions that become more: classical Gram–Schmidt in float32, some vectors at a time. From each what lies
 * within the directions before it is taken away twice: of a vector near them what is left after the first time is rounding
 * in part, and after the second it is orthogonal to rounding (Giraud, Langou & Rozložník 2005: "twice is enough").
 */
export class OrthonormalBasis {
  private readonly parts: Float32Array[] = [];
  private readonly tensors: tf.Tensor2D[] = [];

  /**
   * @param size length of a direction
   * @param directions orthonormal already, one after the other
   */
  constructor(
    private readonly size: number,
    directions: Float32Array,
  ) {
    if (directions.length > 0) this.append(directions);
  }

  /** The directions, one after the other: [count · size]. */
  get values(): Float32Array {
    return joined(this.parts);
  }

  /**
   * Adds directions until the vectors lie within all of them.
   *
   * @returns how many: fewer than there are vectors where these depend on each other or lie within the directions
   */
  add(vectors: readonly Float32Array[]): number {
    let left = vectors.flatMap((vector) => unit(vector, 0));
    for (let time = 0; time < 2 && left.length > 0; time++) left = orthonormal(this.without(left));
    if (left.length > 0) this.append(joined(left));
    return left.length;
  }

  /** To be called in the end: the directions are tensors too. */
  dispose(): void {
    tf.dispose(this.tensors.splice(0));
  }

  private append(directions: Float32Array) {
    this.parts.push(directions);
    this.tensors.push(tf.keep(tf.tensor2d(directions, [directions.length / this.size, this.size])));
  }

  /** The vectors without what of them lies within the directions. */
  private without(vectors: readonly Float32Array[]): Float32Array[] {
    const { size } = this;
    const left = tf.tidy(() => {
      const rows = tf.tensor2d(joined(vectors), [vectors.length, size]);
      // Transposed once: a product with the transpose of a part is slow on WASM.
      const columns = tf.transpose(rows);
      return this.tensors.reduce(
        (rest, part) => tf.tidy(() => tf.sub(rest, tf.matMul(tf.transpose(tf.matMul(part, columns)), part))),
        rows,
      );
    });
    const values = left.dataSync();
    left.dispose();
    return vectors.map((_, i) => Float32Array.from(values.subarray(i * size, (i + 1) * size)));
  }
}

/** Vectors of length 1 or less made orthonormal, one after the other; those of which only rounding is left are left out. */
function orthonormal(vectors: readonly Float32Array[]): Float32Array[] {
  return vectors.flatMap((vector, k) => {
    const made = unit(vector, ROUNDING);
    for (const direction of made) subtractFromEach(vectors.slice(k + 1), direction);
    return made;
  });
}

/** Made of length 1; nothing where it is not longer than so much. */
function unit(vector: Float32Array, least: number): [] | [Float32Array] {
  const [square] = products([vector], vector);
  const length = Math.sqrt(square as number);
  if (!(length > least)) return [];
  const made = new Float32Array(vector.length);
  for (let i = 0; i < made.length; i++) made[i] = (vector[i] as number) / length;
  return [made];
}

/** Takes from each vector what lies within a direction: of four at a time, whose sums do not wait for each other. */
function subtractFromEach(vectors: readonly Float32Array[], direction: Float32Array): void {
  for (let start = 0; start < vectors.length; start += 4) {
    const some = vectors.slice(start, start + 4);
    const shares = products(some, direction);
    some.forEach((vector, k) => subtract(vector, direction, shares[k] as number));
  }
}

/** Scalar products of one to four vectors with another. In float64. */
function products(some: readonly Float32Array[], other: Float32Array): number[] {
  const [first = other, second = first, third = first, fourth = first] = some;
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < other.length; i++) {
    const factor = other[i] as number;
    a += (first[i] as number) * factor;
    b += (second[i] as number) * factor;
    c += (third[i] as number) * factor;
    d += (fourth[i] as number) * factor;
  }
  return [a, b, c, d].slice(0, some.length);
}

/** a ← a − share · b */
function subtract(a: Float32Array, b: Float32Array, share: number): void {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) - share * (b[i] as number);
}

function joined(rows: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const whole = new Float32Array(rows.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const row of rows) {
    whole.set(row, at);
    at += row.length;
  }
  return whole;
}
