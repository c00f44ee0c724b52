/** Eigenvalues in falling order, and an orthonormal eigenvector of each, row after row: [size · size]. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix: Householder reflections make it tridiagonal, and QL steps with
 * implicit shifts diagonal (tred2 and tql2 of EISPACK; Golub & Van Loan 2013, sections 8.3.1 and 8.3.3). In float64: an
 * eigenvalue is off by about 10⁻¹⁶ of the largest. About 7 size³ multiplications.
 *
 * @param matrix [size · size], left alone
 * @throws Error when it has entries that are not finite
 */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  const { diagonal, vectors } = turned(matrix, size, size);
  const order = Array.from(diagonal.keys()).sort((a, b) => (diagonal[b] as number) - (diagonal[a] as number));
  const sorted = new Float64Array(size * size);
  order.forEach((from, to) => sorted.set(vectors.subarray(from * size, (from + 1) * size), to * size));
  return { values: Float64Array.from(order, (from) => diagonal[from] as number), vectors: sorted };
}

/** The eigenvalues alone, in falling order: the same ones, in a fraction of the time. @throws Error as above */
export const symmetricEigenvalues = (matrix: Float64Array, size: number): Float64Array =>
  turned(matrix, size, 0).diagonal.sort().reverse();

/** The eigenvalues, in any order, and the first so many components of their eigenvectors. */
function turned(matrix: Float64Array, size: number, components: number) {
  if (!matrix.every(Number.isFinite)) throw new Error('a matrix with entries that are not finite has no eigenvalues');
  const { diagonal, beside, vectors } = tridiagonal(Float64Array.from(matrix), size, components);
  diagonalise(diagonal, beside, vectors, components);
  return { diagonal, vectors };
}

/**
 * A tridiagonal T with A = Zᵀ T Z, Z orthogonal.
 *
 * @param a A, [size · size], of which nothing is left
 * @param components columns of Z that are made: [size · components]
 */
function tridiagonal(a: Float64Array, size: number, components: number) {
  const vectors = new Float64Array(size * components);
  for (let i = 0; i < components; i++) vectors[i * components + i] = 1;
  const [v, q, sums] = [new Float64Array(size), new Float64Array(size), new Float64Array(components)];
  for (let k = 0; k + 2 < size; k++) if (reflection(a, size, k, v)) reflect(a, vectors, size, k, v, q, sums);
  const diagonal = Float64Array.from({ length: size }, (_, i) => a[i * size + i] as number);
  const beside = Float64Array.from({ length: size }, (_, i) => (i + 1 < size ? (a[(i + 1) * size + i] as number) : 0));
  return { diagonal, beside, vectors };
}

/** The unit vector v of the reflection I − 2 v vᵀ after which column k is 0 below its second place; false where it is. */
function reflection(a: Float64Array, size: number, k: number, v: Float64Array): boolean {
  let below = 0;
  for (let i = k + 2; i < size; i++) below += (a[i * size + k] as number) ** 2;
  if (below === 0) return false;
  const first = a[(k + 1) * size + k] as number;
  const head = first + (first < 0 ? -1 : 1) * Math.sqrt(first * first + below);
  const norm = Math.sqrt(head * head + below);
  v[k + 1] = head / norm;
  for (let i = k + 2; i < size; i++) v[i] = (a[i * size + k] as number) / norm;
  return true;
}

/** A ← H A H and Z ← H Z, of which row and column k of A change in their places k + 1 … alone. */
function reflect(
  a: Float64Array,
  vectors: Float64Array,
  size: number,
  k: number,
  v: Float64Array,
  q: Float64Array,
  sums: Float64Array,
): void {
  // H A H = A − v qᵀ − q vᵀ with q = 2 (A v − (vᵀ A v) v). Row k lies beside the block: it is taken along.
  let inner = 0;
  for (let i = k; i < size; i++) {
    let sum = 0;
    for (let j = k + 1; j < size; j++) sum += (a[i * size + j] as number) * (v[j] as number);
    q[i] = sum;
    if (i > k) inner += sum * (v[i] as number);
  }
  v[k] = 0;
  for (let i = k; i < size; i++) q[i] = 2 * ((q[i] as number) - inner * (v[i] as number));
  for (let i = k; i < size; i++) {
    const [vi, qi] = [v[i] as number, q[i] as number];
    const row = i * size;
    for (let j = k; j < size; j++) a[row + j] = (a[row + j] as number) - vi * (q[j] as number) - qi * (v[j] as number);
  }
  const components = sums.length;
  sums.fill(0);
  for (let i = k + 1; i < size; i++) {
    const vi = v[i] as number;
    for (let j = 0; j < components; j++) sums[j] = (sums[j] as number) + vi * (vectors[i * components + j] as number);
  }
  for (let i = k + 1; i < size; i++) {
    const [vi, row] = [2 * (v[i] as number), i * components];
    for (let j = 0; j < components; j++) vectors[row + j] = (vectors[row + j] as number) - vi * (sums[j] as number);
  }
}

/** Turns a tridiagonal matrix into its eigenvalues, in `diagonal`, and the rows of `vectors` along with it. */
function diagonalise(diagonal: Float64Array, beside: Float64Array, vectors: Float64Array, components: number): void {
  const size = diagonal.length;
  let scale = 0;
  for (let i = 0; i < size; i++)
    scale = Math.max(scale, Math.abs(diagonal[i] as number) + Math.abs(beside[i] as number));
  const negligible = Number.EPSILON * scale;
  for (let from = 0; from < size; from++) {
    for (;;) {
      let end = from;
      while (end + 1 < size && Math.abs(beside[end] as number) > negligible) end++;
      if (end === from) break;
      qlStep(diagonal, beside, vectors, components, from, end);
    }
  }
}

/** One QL step with Wilkinson's shift on the block of rows `from` … `end`. */
function qlStep(
  diagonal: Float64Array,
  beside: Float64Array,
  vectors: Float64Array,
  components: number,
  from: number,
  end: number,
): void {
  const first = diagonal[from] as number;
  const near = ((diagonal[from + 1] as number) - first) / (2 * (beside[from] as number));
  const shift = first - (beside[from] as number) / (near + (near < 0 ? -1 : 1) * Math.hypot(near, 1));
  let g = (diagonal[end] as number) - shift;
  let [sine, cosine, moved] = [1, 1, 0];
  for (let i = end - 1; i >= from; i--) {
    const f = sine * (beside[i] as number);
    const b = cosine * (beside[i] as number);
    const r = Math.hypot(f, g);
    beside[i + 1] = r;
    if (r === 0) {
      // The block came apart.
      diagonal[i + 1] = (diagonal[i + 1] as number) - moved;
      beside[end] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = (diagonal[i + 1] as number) - moved;
    const turned = ((diagonal[i] as number) - g) * sine + 2 * cosine * b;
    moved = sine * turned;
    diagonal[i + 1] = g + moved;
    g = cosine * turned - b;
    rotateRows(vectors, components, i, sine, cosine);
  }
  diagonal[from] = (diagonal[from] as number) - moved;
  beside[from] = g;
  beside[end] = 0;
}

/** Rows i and i + 1, turned. */
function rotateRows(vectors: Float64Array, width: number, i: number, sine: number, cosine: number): void {
  const [upper, lower] = [i * width, (i + 1) * width];
  for (let j = 0; j < width; j++) {
    const [above, below] = [vectors[upper + j] as number, vectors[lower + j] as number];
    vectors[lower + j] = sine * above + cosine * below;
    vectors[upper + j] = cosine * above - sine * below;
  }
}
