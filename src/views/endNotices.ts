import { Batches } from '../workspace/batches';
import type { Config } from '../workspace/config';
import { Owner } from '../workspace/disposable';
import type { RunsModel } from '../workspace/runsModel';
import { Throttle } from '../workspace/throttle';

const LOOK_INTERVAL = 1000;

/** Says once that all runs of an experiment are over, or that some failed, with what one would do next. */
export class EndNotices extends Owner {
  private readonly batches = new Batches(Date.now());

  constructor(
    private readonly runs: RunsModel,
    private readonly config: Config,
  ) {
    super();
    const look = this.own(new Throttle(() => this.look(), LOOK_INTERVAL));
    this.own(runs.onDidChange(look.trigger));
  }

  private look(): void {
    for (const folder of this.runs.folderPaths())
      for (const batch of this.batches.finished(folder, this.runs.runs(folder)))
        // Not awaited: whoever looks away answers late, or never.
        if (this.config.notifyAtEnd) void import('./tellEnd').then(({ tell }) => tell(batch));
  }
}
