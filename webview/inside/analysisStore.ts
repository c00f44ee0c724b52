import type { RunAnalyses } from '../../src/core/analyses/courses';
import { isForeign } from '../../src/core/run';
import { whyOf, type Why } from '../asked';
import type { Host } from '../host';
import type { LiveRun } from '../liveRuns';

/** Whether there can be analyses of it: of a run that is over, and that Lethe trained. */
export const canBeAnalysed = (run: LiveRun): boolean => run.status === 'done' && !isForeign(run);

/** What has been measured on the parameters that runs kept: asked for once, and again when the host tells of more. */
export class AnalysisStore {
  private readonly known = new Map<string, RunAnalyses>();
  /** Of each run the version of it that was asked for last. */
  private readonly asked = new Map<string, string>();
  private readonly stop = new AbortController();
  /** Why what was asked for last did not come. */
  refused: Why | undefined;
  /** Counts what came. */
  version = 0;

  constructor(
    private readonly host: Pick<Host, 'ask'>,
    private readonly changed: () => void,
  ) {}

  /** Nobody waits any more. */
  dispose(): void {
    this.stop.abort();
  }

  /** What has been measured of a run, as far as it is here; undefined before anything is, and where there can be nothing. */
  of(run: LiveRun): RunAnalyses | undefined {
    if (!canBeAnalysed(run)) return undefined;
    const { id } = run.manifest;
    const version = `${run.manifest.created} ${run.state.resumes} ${run.analysed ?? 0}`;
    if (this.asked.get(id) !== version) {
      this.asked.set(id, version);
      void this.ask(id, version);
    }
    return this.known.get(id);
  }

  /** Asks again for what was refused. */
  again(): void {
    this.refused = undefined;
    for (const id of this.asked.keys()) if (!this.known.has(id)) this.asked.delete(id);
    this.changed();
  }

  private async ask(run: string, version: string): Promise<void> {
    try {
      const found = await this.host.ask<'analyses'>({ kind: 'analyses', run }, this.stop.signal);
      if (this.asked.get(run) !== version) return;
      this.known.set(run, found);
      this.version++;
    } catch (error) {
      this.refused = whyOf(error);
    }
    if (!this.stop.signal.aborted) this.changed();
  }
}
