import type { RunAnalyses } from '../../src/core/analyses/courses';
import type { SeveralResult } from '../../src/core/analyses/severalResults';
import { isForeign } from '../../src/core/run';
import { AskingStore } from '../askingStore';
import type { LiveRun } from '../liveRuns';

/** Whether there can be analyses of it: of a run that is over, and that Lethe trained. */
export const canBeAnalysed = (run: LiveRun): boolean => run.status === 'done' && !isForeign(run);

/** What has been measured on the parameters that runs kept: asked for once, and again when the host tells of more. */
export class AnalysisStore extends AskingStore {
  private readonly measured = this.answers<RunAnalyses>();
  private readonly results = this.answers<SeveralResult>();

  /** What has been measured of a run, as far as it is here; undefined before anything is, and where there can be nothing. */
  of(run: LiveRun): RunAnalyses | undefined {
    if (!canBeAnalysed(run)) return undefined;
    const { id, created } = run.manifest;
    const version = `${created} ${run.state.resumes} ${run.analysed ?? 0}`;
    this.measured.want([id], version, async () => [await this.ask<'analyses'>({ kind: 'analyses', run: id })]);
    return this.measured.valueOf(id);
  }

  /** Whether of some of these runs it is not known yet what has been measured. */
  isWaitingFor(runs: readonly LiveRun[]): boolean {
    return this.refused === undefined && runs.some((run) => canBeAnalysed(run) && this.of(run) === undefined);
  }

  /** A result of several runs that lies beside one, by its name; undefined while it is not here. */
  severalOf(run: LiveRun, name: string): SeveralResult | undefined {
    const { id } = run.manifest;
    const key = `${id} ${name}`;
    this.results.want([key], `${run.analysed ?? 0}`, async () => [
      await this.ask<'several'>({ kind: 'several', run: id, name }),
    ]);
    return this.results.valueOf(key);
  }
}
