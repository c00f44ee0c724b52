/** The dashboard's page alone, in a browser, of as many runs as a cluster has: what it takes to draw what is new of some. */
import type { RunEvent } from '../../src/core/events';
import { RUN_FORMAT, type RunManifest } from '../../src/core/manifest';
import { parseExperiment } from '../../src/core/parse';
import type { RunStatus } from '../../src/core/run';
import { viewOf } from '../../src/dashboard/view';
import { specHash, specOf } from '../../src/runs/index';
import { DashboardPage } from '../../test/webview/dashboardPage';
import type { LoggedDelta, LoggedRun } from '../../test/webview/loggedRuns';
import { settings } from './cluster';
import { framesOf } from './frames';
import { FILE, startedWith, TASKS } from './madeUpRuns';

const POINTS = 2;
/** Shares of the seeds whose runs are done, and of those whose runs are over or in training. The others wait. */
const DONE = 0.5;
const BEGUN = 0.6;

/** The log of a run, as the made-up cluster writes it. */
function eventsOf(variant: number, seed: number): RunEvent[] {
  const scatter = (task: number) => 0.02 * Math.sin(17 * seed + 5 * variant + task);
  const events: RunEvent[] = [startedWith(POINTS)];
  let at = 0;
  for (let task = 0; task < TASKS; task++) {
    events.push({ type: 'task-start', at, task, steps: POINTS });
    const row = Array.from({ length: TASKS }, (_, k) => (k > task ? 0 : 0.9 - 0.1 * (task - k) + scatter(k)));
    const seen = row.slice(0, task + 1);
    for (let step = 1; step <= POINTS; step++) {
      at += 6000;
      events.push({ type: 'eval', at, task, step, accuracy: seen, taskAware: seen, samples: 200 });
    }
    events.push({ type: 'task-end', at, task, accuracy: row, taskAware: row, memoryBytes: 0 });
  }
  return [...events, { type: 'ended', at, status: 'done', seconds: at / 1000 }];
}

const statusAt = (share: number) =>
  (share <= DONE ? 'done' : share <= BEGUN ? 'running' : 'queued') satisfies RunStatus;

/** Runs that go on, a little with each delta. */
class GoingOn {
  readonly runs: LoggedRun[] = [];
  private readonly waiting: { readonly id: string; readonly events: readonly RunEvent[] }[] = [];
  private active: { readonly id: string; readonly events: readonly RunEvent[]; written: number }[] = [];
  readonly view;

  constructor(runs: number) {
    const { experiment } = parseExperiment(JSON.stringify(settings(runs)));
    if (!experiment) throw new Error('the experiment is not one');
    this.view = viewOf(experiment, { file: FILE, uri: `file:///ws/${FILE}`, trusted: true, thumbnails: {} });
    const specs = experiment.variants.map((variant) => ({ variant, spec: specOf(experiment, variant) }));
    for (const seed of experiment.seeds)
      for (const [place, { variant, spec }] of specs.entries()) {
        const id = `${variant.key}-s${seed}`;
        const manifest: RunManifest = {
          ...{ lethe: RUN_FORMAT, trainer: 'lethe', id, created: this.runs.length, seed, spec },
          experiment: { name: 'load', file: FILE },
          variant: { key: variant.key, label: variant.label, hash: specHash(spec) },
          backend: 'native',
        };
        const events = eventsOf(place, seed);
        const status = statusAt(seed / experiment.seeds.length);
        const begun = 1 + ((place + seed) % (events.length - 2));
        const written = { done: events.length, running: begun, queued: 0 }[status];
        this.runs.push({ manifest, status, events: events.slice(0, written), malformed: 0, unknownTypes: [] });
        if (status === 'running') this.active.push({ id, events, written });
        if (status === 'queued') this.waiting.push({ id, events });
      }
  }

  /** What is new when so many runs have gone on; one that ends makes room for one that waits. */
  next(count: number): LoggedDelta[] {
    const some = this.active.splice(0, count);
    return some.flatMap((run): LoggedDelta[] => {
      const events = run.events.slice(run.written, run.written + 2);
      run.written += events.length;
      if (run.written < run.events.length) {
        this.active.push(run);
        return [{ id: run.id, events }];
      }
      const next = this.waiting.shift();
      if (next) this.active.push({ ...next, written: 1 });
      return [
        { id: run.id, events, status: 'done' },
        ...(next ? [{ id: next.id, events: next.events.slice(0, 1), status: 'running' as const }] : []),
      ];
    });
  }
}

/**
 * Seconds of the processor of each frame that draws what is new, the shortest first; once for each number of runs that go
 * on at a time.
 */
export async function drawing(runs: number, deltas: number, atATime: readonly number[]) {
  const goingOn = new GoingOn(runs);
  const page = await DashboardPage.open({ size: { width: 590, height: 1000 } });
  try {
    await page.snapshot(goingOn.runs, {}, goingOn.view);
    // How curves are made is measured elsewhere: those of the beginning stay.
    page.isSilent = true;
    const frames: number[][] = [];
    for (const count of atATime) {
      const all = await framesOf(page.page, async () => {
        for (let i = 0; i < deltas; i++) await page.delta(goingOn.next(count));
      });
      // Each is drawn in one; in the others the page has nothing to do.
      frames.push(all.slice(-deltas));
    }
    return frames;
  } finally {
    await page.close();
  }
}
