import type { Content, DashboardView, RunDelta, RunSnapshot } from '../src/core/messages';
import type { RunWithHistory } from '../src/core/run';
import { foldEvents, reduceHistory, type RunHistory } from '../src/core/runModel';

/** A run as the dashboard keeps it: the fold of its events, and the end of its output when it went wrong. */
export interface LiveRun extends RunWithHistory {
  readonly outputTail?: string | undefined;
}

/** Everything the host has told so far. */
export interface DashboardModel {
  readonly view?: DashboardView;
  readonly runs: ReadonlyMap<string, LiveRun>;
  /** Number of the last snapshot or delta taken in. */
  readonly seq: number;
}

export const emptyModel: DashboardModel = { runs: new Map(), seq: 0 };

/** `gap`: something was missed, and the model is unchanged. */
export interface Received {
  readonly model: DashboardModel;
  readonly outcome: 'changed' | 'unchanged' | 'gap';
}

/** Takes in one message. Consumes the model: keep only the result. */
export function receive(model: DashboardModel, message: Content): Received {
  switch (message.type) {
    case 'snapshot': {
      const runs = new Map(message.runs.map((run) => [run.manifest.id, liveRun(run)]));
      return { model: { view: message.view, runs, seq: message.seq }, outcome: 'changed' };
    }
    case 'delta': {
      if (!model.view || message.seq !== model.seq + 1) return { model, outcome: 'gap' };
      const runs = new Map(model.runs);
      for (const delta of message.runs) applyDelta(runs, delta);
      return { model: { ...model, runs, seq: message.seq }, outcome: 'changed' };
    }
    case 'heartbeat':
      return { model, outcome: message.seq === model.seq ? 'unchanged' : 'gap' };
  }
}

function liveRun(snapshot: RunSnapshot): LiveRun {
  const { manifest, status, malformed, firstMalformed, unknownTypes, outputTail, events } = snapshot;
  return { manifest, status, outputTail, state: { ...foldEvents(events), malformed, firstMalformed, unknownTypes } };
}

function applyDelta(runs: Map<string, LiveRun>, delta: RunDelta): void {
  if (delta.removed) {
    runs.delete(delta.id);
    return;
  }
  if (delta.snapshot) {
    runs.set(delta.id, liveRun(delta.snapshot));
    return;
  }
  const run = runs.get(delta.id);
  if (!run) return;
  const state: RunHistory = (delta.events ?? []).reduce(reduceHistory, run.state);
  runs.set(delta.id, {
    ...run,
    status: delta.status ?? run.status,
    outputTail: delta.outputTail ?? run.outputTail,
    state: {
      ...state,
      malformed: delta.malformed ?? state.malformed,
      firstMalformed: delta.firstMalformed ?? state.firstMalformed,
      unknownTypes: delta.unknownTypes ?? state.unknownTypes,
    },
  });
}
