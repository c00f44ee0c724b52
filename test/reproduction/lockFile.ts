/** lethe.lock: the numbers of every run behind docs/reproduction.md, one a line, against which later builds are checked. */
import { onceEach, type LockedRun } from '../../src/core/lockedRuns';

export interface ReproducedRun extends LockedRun {
  readonly protocol: string;
  readonly seconds: number;
}

export const readLock = (text: string): ReproducedRun[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ReproducedRun);

/** The text of the file: each run once, in the order of the protocols. @param order ids */
export function lockText(runs: readonly ReproducedRun[], order: readonly string[]): string {
  const once = onceEach(runs);
  const place = ({ protocol }: ReproducedRun) => order.indexOf(protocol);
  // Within a protocol variants stay in the order in which they came, seeds together.
  const first = new Map<string, number>();
  for (const { protocol, variant } of once) {
    const name = `${protocol} ${variant}`;
    if (!first.has(name)) first.set(name, first.size);
  }
  const among = ({ protocol, variant }: ReproducedRun) => first.get(`${protocol} ${variant}`) ?? 0;
  once.sort((a, b) => place(a) - place(b) || among(a) - among(b) || a.seed - b.seed);
  return once.map((run) => `${JSON.stringify(run)}\n`).join('');
}

/**
 * The runs of a cell that count together: those with its present settings, each seed once, by seed. What differs between
 * backends and processors is rounding; a seed that was run on several counts as the one has it that has most of the cell.
 */
export function runsOfCell(runs: readonly ReproducedRun[], { hash }: { readonly hash: string }): ReproducedRun[] {
  const places = new Map<string, ReproducedRun[]>();
  for (const run of runs.filter((one) => one.hash === hash)) {
    const place = JSON.stringify([run.backend, run.processor]);
    places.set(place, [...(places.get(place) ?? []), run]);
  }
  const bySeed = new Map<number, ReproducedRun>();
  for (const some of [...places.values()].sort((a, b) => b.length - a.length))
    for (const run of some) if (!bySeed.has(run.seed)) bySeed.set(run.seed, run);
  return [...bySeed.values()].sort((a, b) => a.seed - b.seed);
}
