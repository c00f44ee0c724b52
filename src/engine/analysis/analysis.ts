import type { AnalysisRow } from '../../core/analyses/result';
import type { FinishedRun } from './finishedRun';

/** How it goes. */
export interface Report {
  /** @param share of the whole, 0 to 1. Throws `Stopped` when asked to stop. */
  readonly progress: (share: number, what: string) => Promise<void>;
  readonly warning: (message: string) => void;
}

/** Measures something on the kept parameters of a finished run: a function of these and its settings alone. */
export type Analysis<Settings> = (
  run: FinishedRun,
  settings: Settings,
  report: Report,
) => Promise<readonly AnalysisRow[]>;
