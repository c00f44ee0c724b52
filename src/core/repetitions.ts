/** Runs of the same settings and seed are repetitions of each other: which of them counts, for the planner and for comparisons alike. */
import { hasWholeResult } from './doubts';
import type { BackendChoice } from './backends';
import { isFinished, type Run } from './run';

/** Which runs count before others. */
export interface Preference {
  /** The backend that is asked for; `auto`: none. */
  readonly backend: BackendChoice;
  /** Ids of runs whose whole results count before all others: those that a command has made or found. */
  readonly own?: ReadonlySet<string>;
}

export const noPreference: Preference = { backend: 'auto' };

/** What is asked for. */
export interface Asked extends Preference {
  /** Hashes of the settings of its variants. */
  readonly hashes: Iterable<string>;
  readonly seeds: readonly number[];
}

export interface Repetitions<R extends Run> {
  /** Runs of these settings and this seed, the one that counts first. */
  readonly of: (hash: string, seed: number) => readonly R[];
  /** Of these settings the run that counts of each seed that has one, by seed. */
  readonly counted: (hash: string) => readonly R[];
  /** Names of the backends on which there are whole results of these settings beside those that count. */
  readonly elsewhere: (hash: string) => readonly string[];
}

/** The backend that a run used last; before it has started, the one that was asked for. */
export const backendOf = ({ state, manifest }: Run): string => state.backend ?? manifest.backend;

/**
 * The runs of what is asked for. Of several with the same settings and seed, in this order: the command's own with a whole
 * result; those on the backend that is asked for; those with a whole result, then those that run or wait; those on the backend on which most of what is asked
 * for is done, of equally many the one of the newest run; the newest.
 */
export function repetitionsOf<R extends Run>(
  runs: Iterable<R>,
  { hashes, seeds, backend, own }: Asked,
): Repetitions<R> {
  const cells = cellsOf(runs, new Set(hashes), new Set(seeds));
  const all = [...cells.values()].flatMap((bySeed) => [...bySeed.values()]);
  // Of most cells there is one run, which needs no comparison.
  const several = all.filter(({ length }) => length > 1);
  const usual = several.length > 0 ? usualBackend(all.map((cell) => cell.map(ranked))) : undefined;
  const valueOf = (run: Ranked<R>): number[] => [
    Number(isWhole(run) && own?.has(run.run.manifest.id) === true),
    // "auto" asks for none: a run that never began has no other name for its backend.
    Number(backend !== 'auto' && run.backend === backend),
    run.progress,
    Number(run.backend === usual),
    run.run.manifest.created,
  ];
  for (const cell of several) {
    const inOrder = cell.map(ranked).sort((a, b) => difference(valueOf(b), valueOf(a)));
    cell.splice(0, cell.length, ...inOrder.map(({ run }) => run));
  }
  const cellsWith = (hash: string) => [...(cells.get(hash)?.values() ?? [])];
  return {
    of: (hash, seed) => cells.get(hash)?.get(seed) ?? [],
    counted: (hash) =>
      cellsWith(hash)
        .flatMap(([first]) => first ?? [])
        .sort((a, b) => a.manifest.seed - b.manifest.seed),
    elsewhere: (hash) => [
      ...new Set(
        cellsWith(hash).flatMap(([first, ...others]) =>
          others.filter(hasWholeResult).flatMap((run) => {
            const own = backendOf(run);
            return first && own !== backendOf(first) ? [own] : [];
          }),
        ),
      ),
    ],
  };
}

interface Ranked<R> {
  readonly run: R;
  readonly backend: string;
  /** 2: has a whole result; 1: is on its way to one. */
  readonly progress: 0 | 1 | 2;
}

const ranked = <R extends Run>(run: R): Ranked<R> => ({
  ...{ run, backend: backendOf(run) },
  progress: hasWholeResult(run) ? 2 : isFinished(run.status) ? 0 : 1,
});

const isWhole = ({ progress }: Ranked<unknown>): boolean => progress === 2;

/** By hash and seed. */
function cellsOf<R extends Run>(runs: Iterable<R>, hashes: ReadonlySet<string>, seeds: ReadonlySet<number>) {
  const cells = new Map<string, Map<number, R[]>>();
  for (const run of runs) {
    const { variant, seed } = run.manifest;
    if (!hashes.has(variant.hash) || !seeds.has(seed)) continue;
    const bySeed = cells.get(variant.hash) ?? new Map<number, R[]>();
    cells.set(variant.hash, bySeed);
    const cell = bySeed.get(seed) ?? [];
    bySeed.set(seed, cell);
    cell.push(run);
  }
  return cells;
}

/** The backend with whole results of the most cells; of equally many that of the newest. */
function usualBackend(cells: readonly (readonly Ranked<Run>[])[]): string | undefined {
  const counts = new Map<string, { cells: number; newest: number }>();
  for (const cell of cells) {
    const whole = cell.filter(isWhole);
    for (const name of new Set(whole.map(({ backend }) => backend))) {
      const created = whole.flatMap(({ run, backend }) => (backend === name ? [run.manifest.created] : []));
      const { cells: before, newest } = counts.get(name) ?? { cells: 0, newest: 0 };
      counts.set(name, { cells: before + 1, newest: Math.max(newest, ...created) });
    }
  }
  const [most] = [...counts].sort(([, a], [, b]) => difference([b.cells, b.newest], [a.cells, a.newest]));
  return most?.[0];
}

/** Of the first entries that differ. */
const difference = (a: readonly number[], b: readonly number[]): number => {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
};
