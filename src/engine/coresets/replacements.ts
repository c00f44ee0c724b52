import type { Random } from '../random';

/** Added to the range of scores, as in the authors' code: where all are equal nothing is divided by zero. */
const SOFTENING = 0.01;

/** A place of the buffer whose example gives way, and which of the offered ones comes there. */
export interface Replacement {
  readonly place: number;
  readonly offered: number;
}

/**
 * Which stored examples give way to which of those offered, in a full buffer (Aljundi, Lin, Goujon & Bengio 2019, algorithm
 * 2, lines 9–14, as in the authors' code, which offers a batch at a time). A candidate is drawn for each offered example,
 * without replacement, with a probability in proportion to its score, scaled to 0 … 1 among all that are stored. It gives
 * way with probability C / (C + c), with C and c the scores of the candidate and of the offered, moved to 0 … 1: an
 * example that looks like others in the buffer makes room for one that looks like none.
 *
 * @param scores of what is stored, −1 … 1
 * @param offered scores of what is offered
 */
export function replacements(scores: Float32Array, offered: Float32Array, random: Random): Replacement[] {
  const least = scores.reduce((min, score) => Math.min(min, score), Infinity);
  const most = scores.reduce((max, score) => Math.max(max, score), -Infinity);
  const weights = Float64Array.from(scores, (score) => (score - least) / (most - least + SOFTENING));
  const candidates = drawnByWeight(weights, offered.length, random);
  return candidates.flatMap((place, i) => {
    const [stored, own] = [((scores[place] as number) + 1) / 2, ((offered[i] as number) + 1) / 2];
    return random() * (stored + own) < stored ? [{ place, offered: i }] : [];
  });
}

/** Places drawn one after the other, each with a probability in proportion to its weight among those left; none of weight 0. */
export function drawnByWeight(weights: Float64Array, count: number, random: Random): number[] {
  const left = weights.slice();
  const drawn: number[] = [];
  while (drawn.length < count) {
    let rest = random() * left.reduce((sum, weight) => sum + weight, 0);
    const place = left.findIndex((weight) => (rest -= weight) < 0);
    if (place < 0) break;
    drawn.push(place);
    left[place] = 0;
  }
  return drawn;
}
