import type { EventOf } from '../../src/core/events';
import type { LiveRun } from '../liveRuns';

/** What a run said of its answers, row by row. */
export interface RunAnswers {
  readonly confusions: readonly EventOf<'confusion'>[];
  readonly forgotten: readonly EventOf<'forgotten'>[];
}

export const answersOf = ({ state: { confusions, forgotten } }: LiveRun): RunAnswers => ({ confusions, forgotten });
