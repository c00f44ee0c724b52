/**
 * Area under the ROC curve of one score: the share of all pairs of a positive and a negative example in which the positive
 * one scores higher, a tie counting half. This is the area of the trapezoids under the curve (Hanley & McNeil 1982).
 *
 * @param positives scores; sorted in place, as are those of the negatives
 * @returns 0 to 1; NaN where there is no pair, or a score is no number
 */
export function rocAuc(positives: Float64Array, negatives: Float64Array): number {
  positives.sort();
  negatives.sort();
  // What is no number is sorted to the end.
  if (Number.isNaN(positives.at(-1)) || Number.isNaN(negatives.at(-1))) return NaN;
  let [below, upTo, halves] = [0, 0, 0];
  for (const score of positives) {
    while (below < negatives.length && (negatives[below] as number) < score) below++;
    while (upTo < negatives.length && (negatives[upTo] as number) <= score) upTo++;
    halves += below + upTo;
  }
  return halves / (2 * positives.length * negatives.length);
}

/** How one output is scored against the others of its head: as it is, or by its share of their softmax. */
export type Scoring = 'as it is' | 'softmax';

/** The outputs of a task for its test examples, of which the mean area under the ROC curve is made. */
export class HeadScores {
  private readonly columns: number[][];

  /**
   * @param head output units of the task
   * @param outputs of the network in all
   */
  constructor(
    private readonly head: readonly number[],
    private readonly outputs: number,
    private readonly scoring: Scoring,
  ) {
    this.columns = head.map(() => []);
  }

  /** @param found outputs for further examples, [n, outputs]: handed through */
  add(found: Float32Array): Float32Array {
    for (let start = 0; start < found.length; start += this.outputs) {
      const values = this.head.map((unit) => found[start + unit] as number);
      this.columns.forEach((column, i) =>
        column.push(this.scoring === 'softmax' ? logOdds(values, i) : (values[i] as number)),
      );
    }
    return found;
  }

  /**
   * One output against the rest, for each output of the head: the mean of their areas, none of which is left out.
   *
   * @param targets the output unit that is right for each example, in the order they were added
   * @returns NaN where one of the areas is undefined: no example of its class, or none of another
   */
  meanRocAuc(targets: Int32Array): number {
    const areas = this.head.map((unit, i) => {
      const scores = Float64Array.from(this.columns[i] ?? []);
      const isOf = (wanted: boolean) => scores.filter((_, example) => (targets[example] === unit) === wanted);
      return rocAuc(isOf(true), isOf(false));
    });
    return areas.reduce((sum, area) => sum + area, 0) / areas.length;
  }
}

/** Logarithm of p / (1 − p) for the share p of one value in a softmax: in the order of p, also where p would round to 0 or 1. */
function logOdds(values: readonly number[], place: number): number {
  const rest = values.toSpliced(place, 1);
  const most = Math.max(...rest);
  return (values[place] as number) - most - Math.log(rest.reduce((sum, value) => sum + Math.exp(value - most), 0));
}
