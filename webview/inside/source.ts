import type { LiveRun } from '../liveRuns';
import type { Inspected } from './panels';

/** What a run showed of its inside, task after task. */
export const inspectedOf = (run: LiveRun): readonly Inspected[] => run.state.mechanisms;
