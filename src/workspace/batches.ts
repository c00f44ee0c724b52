import { isFinished, type Run } from '../core/run';

/** Runs of one experiment that were at work together, all of them over now. */
export interface FinishedBatch {
  readonly folder: string;
  readonly runs: readonly Run[];
}

const experimentOf = ({ manifest: { experiment } }: Run) => experiment.file ?? experiment.name;

/**
 * Which runs of an experiment are at work together: from when none was until none is. One that failed before anybody saw it
 * at work counts too.
 */
export class Batches {
  /** Ids of runs, by folder and experiment. */
  private readonly open = new Map<string, Set<string>>();
  /** Runs whose end was told, by folder and id. */
  private readonly told = new Set<string>();

  /** @param since runs that were made from then on are seen from their beginning (milliseconds since 1970) */
  constructor(private readonly since: number) {}

  /**
   * Looks at all runs of a folder. @returns what came to its end since it looked last: each batch once. Of runs that are
   * gone by then nothing is said.
   */
  finished(folder: string, runs: readonly Run[]): FinishedBatch[] {
    const byExperiment = new Map<string, Run[]>();
    for (const run of runs) {
      const key = JSON.stringify([folder, experimentOf(run)]);
      byExperiment.set(key, [...(byExperiment.get(key) ?? []), run]);
    }
    return [...byExperiment].flatMap(([key, own]) => this.look(key, folder, own));
  }

  private look(key: string, folder: string, runs: readonly Run[]): FinishedBatch[] {
    const active = runs.filter(({ status }) => !isFinished(status));
    const ids = this.open.get(key) ?? new Set();
    for (const { manifest } of active) ids.add(manifest.id);
    for (const { manifest } of runs)
      if (manifest.created >= this.since && !this.told.has(`${folder} ${manifest.id}`)) ids.add(manifest.id);
    if (active.length > 0) this.open.set(key, ids);
    if (active.length > 0 || ids.size === 0) return [];
    this.open.delete(key);
    for (const id of ids) this.told.add(`${folder} ${id}`);
    const over = runs.filter(({ manifest }) => ids.has(manifest.id));
    return over.length === 0 ? [] : [{ folder, runs: over }];
  }
}
