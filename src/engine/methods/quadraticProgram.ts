/**
 * The v that makes ½ vᵀ A v + bᵀ v least over all v ≥ bound, by the active-set method of Lawson & Hanson (NNLS, 1974) in
 * the form of Bro & de Jong (1997), which needs A and b alone: exact after finitely many rounds.
 *
 * @param matrix A, symmetric and positive semidefinite; where it is singular v is one of those that are least
 * @param tolerances of each entry how far below 0 the gradient A v + b may lie at its bound: what is rounding in A and b
 */
export function leastOverBound(matrix: Matrix, linear: Vector, bound: number, tolerances: Vector): number[] {
  // In w = v − bound: ½ wᵀ A w + cᵀ w over w ≥ 0.
  const c = linear.map((value, i) => value + bound * rowOf(matrix, i).reduce((sum, entry) => sum + entry, 0));
  let w = linear.map(() => 0);
  /** Entries that are free of their bound, and those that may not be freed before another was. */
  const free = new Set<number>();
  const refused = new Set<number>();
  for (;;) {
    const next = steepest(matrix, c, w, tolerances, (i) => !free.has(i) && !refused.has(i));
    if (next === undefined) return w.map((value) => value + bound);
    free.add(next);
    const found = towardsOptimum(matrix, c, w, free);
    if (found && free.has(next)) {
      w = found;
      refused.clear();
      continue;
    }
    // Its gradient is rounding, or a sum of those of entries that are free already.
    free.delete(next);
    refused.add(next);
    w = found ?? w;
  }
}

type Vector = readonly number[];
type Matrix = readonly Vector[];

const rowOf = (matrix: Matrix, i: number): Vector => matrix[i] ?? [];
const at = (values: Vector, i: number): number => values[i] ?? 0;
const dot = (a: Vector, b: Vector): number => a.reduce((sum, value, i) => sum + value * at(b, i), 0);

/** The entry at its bound along which the sum falls most; undefined where it falls along none. */
function steepest(
  matrix: Matrix,
  c: Vector,
  w: Vector,
  tolerances: Vector,
  mayBe: (i: number) => boolean,
): number | undefined {
  let found: number | undefined;
  let most = 0;
  c.forEach((value, i) => {
    const excess = -(value + dot(rowOf(matrix, i), w)) - at(tolerances, i);
    if (excess <= most || !mayBe(i)) return;
    most = excess;
    found = i;
  });
  return found;
}

/**
 * From w to the optimum over the free entries; an entry that comes to its bound on the way stays there and is not free any
 * more. Undefined where that optimum is not one point.
 */
function towardsOptimum(matrix: Matrix, c: Vector, from: Vector, free: Set<number>): number[] | undefined {
  let w = [...from];
  for (;;) {
    const target = optimumOver([...free], matrix, c);
    if (!target) return undefined;
    const shares = [...free].flatMap((i) =>
      at(target, i) > 0 ? [] : [{ i, share: at(w, i) === 0 ? 0 : at(w, i) / (at(w, i) - at(target, i)) }],
    );
    if (shares.length === 0) return target;
    const least = Math.min(...shares.map(({ share }) => share));
    w = w.map((value, i) => value + least * (at(target, i) - value));
    for (const { i, share } of shares) {
      if (share > least) continue;
      w[i] = 0;
      free.delete(i);
    }
  }
}

/** Squared length, as a share, that has to be left of a row beside those before it. */
const INDEPENDENT = 1e-7;

/** Where the gradient over some entries is 0, all others being 0: by Cholesky. Undefined where A is singular there. */
function optimumOver(entries: Vector, matrix: Matrix, c: Vector): number[] | undefined {
  const lower: number[][] = [];
  const forward: number[] = [];
  for (const [row, i] of entries.entries()) {
    const line: number[] = [];
    for (let column = 0; column < row; column++) {
      const before = rowOf(lower, column);
      const rest = at(rowOf(matrix, i), at(entries, column)) - dot(line, before.slice(0, column));
      line.push(rest / at(before, column));
    }
    const own = at(rowOf(matrix, i), i);
    const left = own - dot(line, line);
    if (!(left > INDEPENDENT * own)) return undefined;
    forward.push((-at(c, i) - dot(line, forward)) / Math.sqrt(left));
    line.push(Math.sqrt(left));
    lower.push(line);
  }
  const solution = c.map(() => 0);
  for (let row = entries.length - 1; row >= 0; row--) {
    let rest = at(forward, row);
    for (let later = row + 1; later < entries.length; later++)
      rest -= at(rowOf(lower, later), row) * at(solution, at(entries, later));
    solution[at(entries, row)] = rest / at(rowOf(lower, row), row);
  }
  return solution;
}
