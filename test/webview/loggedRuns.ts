/** Runs as tests make them up: with their logs. To a page goes what a host makes of them. */
import type { RunEvent } from '../../src/core/events';
import type { RunManifest } from '../../src/core/manifest';
import type { RunDelta, RunSnapshot } from '../../src/core/messages';
import type { Run, RunStatus } from '../../src/core/run';
import { emptyRun, takeLine } from '../../src/core/runModel';
import { changeSince, shownState, toldState, type ToldState } from '../../src/core/stateChange';

export interface LoggedRun {
  readonly manifest: RunManifest;
  readonly status: RunStatus;
  readonly events: readonly RunEvent[];
  readonly malformed: number;
  readonly firstMalformed?: string;
  readonly unknownTypes: readonly string[];
  readonly outputTail?: string;
}

/** What is new of a run. */
export interface LoggedDelta {
  readonly id: string;
  readonly events?: readonly RunEvent[];
  readonly status?: RunStatus;
}

/** A host that has read runs, and tells of them. */
export class LoggedRuns {
  private readonly runs = new Map<string, { run: LoggedRun; told: ToldState }>();

  snapshot(runs: readonly LoggedRun[]): RunSnapshot[] {
    this.runs.clear();
    return runs.map((run) => {
      const { manifest, status, state } = stateOf(run);
      this.runs.set(manifest.id, { run, told: toldState(state) });
      const { outputTail } = run;
      return { manifest, status, state: shownState(state), ...(outputTail !== undefined && { outputTail }) };
    });
  }

  deltas(deltas: readonly LoggedDelta[]): RunDelta[] {
    return deltas.map(({ id, events = [], status }) => {
      const known = this.runs.get(id);
      if (!known) throw new Error(`There is no run ${id}`);
      const run = { ...known.run, events: [...known.run.events, ...events], status: status ?? known.run.status };
      const { change, told } = changeSince(known.told, stateOf(run).state);
      this.runs.set(id, { run, told });
      return { id, ...(status && { status }), ...(change && { state: change }) };
    });
  }

  shown(id: string): Run | undefined {
    const known = this.runs.get(id);
    return known && stateOf(known.run);
  }

  logOf(id: string): readonly RunEvent[] {
    return this.runs.get(id)?.run.events ?? [];
  }
}

function stateOf({ manifest, status, events, malformed, firstMalformed, unknownTypes }: LoggedRun): Run {
  const state = emptyRun();
  for (const event of events) takeLine(state, { kind: 'event', event });
  return { manifest, status, state: { ...state, malformed, firstMalformed, unknownTypes } };
}
