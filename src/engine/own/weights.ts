import type { Batch, Batches } from '../contract/method';

/** Weights are float32 numbers, of which many are added. */
const TOLERANCE = 5e-6;

const sumOf = (batches: readonly Batch[]): number =>
  batches.reduce((sum, { weights }) => weights.reduce((part, weight) => part + weight, sum), 0);

/** The weights of the loss add up to 1 over its batches, those of a term by themselves. @returns what is wrong */
export function weightsFault(batches: Batches): string | undefined {
  const ofLoss = Object.values(batches).filter(({ apart, term }) => !apart && !term);
  const sum = sumOf(ofLoss);
  if (!(Math.abs(sum - 1) < TOLERANCE)) return `the weights of its batches add up to ${sum}, not to 1`;
  for (const [name, batch] of Object.entries(batches)) {
    const own = batch.term ? sumOf([batch]) : 1;
    if (!(Math.abs(own - 1) < TOLERANCE)) return `the weights of the batch "${name}" add up to ${own}, not to 1`;
  }
  return undefined;
}
