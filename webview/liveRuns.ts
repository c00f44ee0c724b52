import type { Content, DashboardView, RunDelta, ToWebview } from '../src/core/messages';
import type { Run } from '../src/core/run';
import { withChange } from '../src/core/stateChange';

/** A run as the dashboard keeps it: how it stands, and the end of its output when it went wrong. */
export interface LiveRun extends Run {
  readonly outputTail?: string | undefined;
  /** How often the host has told that something else lies beside it (`analysed`). */
  readonly analysed?: number;
}

/** Everything the host has told so far. */
export interface DashboardModel {
  readonly view?: DashboardView;
  readonly runs: ReadonlyMap<string, LiveRun>;
  /** Number of the last snapshot or delta taken in. */
  readonly seq: number;
}

export const emptyModel: DashboardModel = { runs: new Map(), seq: 0 };

type Analysed = Extract<ToWebview, { type: 'analysed' }>;

/** `gap`: something was missed, and the model is unchanged. */
export interface Received {
  readonly model: DashboardModel;
  readonly outcome: 'changed' | 'unchanged' | 'gap';
}

/** Takes in one message. Consumes the model: keep only the result. */
export function receive(model: DashboardModel, message: Content | Analysed): Received {
  switch (message.type) {
    case 'analysed': {
      const run = model.runs.get(message.run);
      if (!run) return { model, outcome: 'unchanged' };
      const runs = new Map(model.runs).set(message.run, { ...run, analysed: (run.analysed ?? 0) + 1 });
      return { model: { ...model, runs }, outcome: 'changed' };
    }
    case 'snapshot': {
      const runs = new Map(message.runs.map((run) => [run.manifest.id, run]));
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

function applyDelta(runs: Map<string, LiveRun>, delta: RunDelta): void {
  const { id, removed, snapshot, status, state, outputTail } = delta;
  if (removed) {
    runs.delete(id);
    return;
  }
  if (snapshot) {
    runs.set(id, snapshot);
    return;
  }
  const run = runs.get(id);
  if (!run) return;
  runs.set(id, {
    ...run,
    status: status ?? run.status,
    outputTail: outputTail ?? run.outputTail,
    state: state ? withChange(run.state, state) : run.state,
  });
}
