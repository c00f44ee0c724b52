import type { Snapshot } from './checkpoint';
import type { Clock } from './clock';
import { latestFile, writeCheckpoint } from './checkpointFiles';
import type { Position } from './contract/method';
import type { RunEvents } from './runEvents';
import type { Plan } from './steps/plan';
import { Stopped } from './stopped';
import type { Tenure } from './tenure';
import type { TrainingState } from './trainingState';

export interface CheckpointsInput {
  readonly runFolder: string;
  readonly state: TrainingState;
  readonly plan: Plan;
  readonly events: RunEvents;
  readonly tenure: Tenure;
  readonly clock: Clock;
}

/** Keeps checkpoints of a run in its folder, each announced in its log. */
export class Checkpoints {
  constructor(private readonly input: CheckpointsInput) {}

  /** @param position of the next step */
  save(position: Position): void {
    this.input.clock.during('files', () => this.write(this.input.state.snapshot(position)));
  }

  /** Does work at a position; a stop in the middle of it keeps what was before, and it is done anew. */
  async around<T>(position: Position, work: () => Promise<T>): Promise<T> {
    const before = this.input.state.snapshot(position);
    try {
      return await work();
    } catch (error) {
      if (error instanceof Stopped) this.write(before);
      throw error;
    }
  }

  private write(snapshot: Snapshot): void {
    const { runFolder, events, tenure, plan } = this.input;
    const step = plan.stepInTask(snapshot);
    tenure.confirm();
    writeCheckpoint(runFolder, snapshot, (sha256) => {
      // Writing it took its time.
      tenure.confirm();
      events.checkpoint(snapshot.task, step, latestFile, sha256);
    });
  }
}
