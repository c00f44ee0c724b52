import { formatDuration } from '../core/format';
import { RunStore, type RunStoreOptions } from '../runs/index';
import type { Picture, Terminal } from './terminal';

/** Nobody has to be told of what takes no longer (ms). */
const SHORT = 1000;
const REDRAW_EVERY = 100;

/** The store of a workspace folder; says how far it is where reading it takes a while, as ten thousand new runs do. */
export function openStore(workspace: string, options: RunStoreOptions, terminal: Terminal): RunStore {
  if (!terminal.live) return new RunStore(workspace, options);
  const begun = performance.now();
  let picture: Picture | undefined;
  let drawn = begun + SHORT;
  const onReading = (done: number, total: number) => {
    const now = performance.now();
    if (done === total) picture?.clear();
    else if (now - drawn > REDRAW_EVERY) {
      drawn = now;
      picture ??= terminal.picture();
      const left = Math.ceil(((now - begun) / done / 1000) * (total - done));
      picture.draw([`Reading runs: ${done} of ${total}, ${formatDuration(left)} left`]);
    }
  };
  return new RunStore(workspace, { ...options, onReading });
}
