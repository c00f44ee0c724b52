import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { version } from '../../../package.json';
import { isBackendChoice, type BackendChoice } from '../../core/backends';
import type { Run } from '../../core/run';
import { planRuns, runsAtATime, storeFolder, type RunPlan } from '../../runs/index';
import { keeperFolder } from '../../runs/layout';
import { isHeld } from '../../runs/lock';
import { exitCodeOf, exitCodes } from '../exitCodes';
import { withEngine } from '../experimentFile';
import { openStore } from '../openStore';
import { recordedPath } from '../places';
import { showPrograms } from '../programs';
import { sayTroubles, waitFor } from '../runCommand';
import type { Terminal } from '../terminal';
import type { LockedCell, LockSubject } from './subject';

/**
 * Trains variants again, each with its seed, in a store of their own that is removed afterwards: on the backend that was
 * asked for, else on that of the lock. Returns the runs, whether or not they came to a result.
 */
export async function trainAgain(
  { experiment, file, options }: LockSubject,
  cells: readonly LockedCell[],
  terminal: Terminal,
  dist: string,
): Promise<readonly Run[] | 'stopped'> {
  const keys = [...new Set(cells.map(({ variant }) => variant))];
  await showPrograms(experiment, resolve(file), keys, terminal);
  const workspace = await mkdtemp(join(tmpdir(), 'lethe-lock-'));
  try {
    const { parallel = runsAtATime() } = options;
    const store = openStore(workspace, { dist, parallel }, terminal);
    const seeds = [...new Set(cells.map(({ seed }) => seed))];
    const planning = { file: recordedPath(workspace, file), keys, seeds, version, fresh: true };
    // One plan: where a backend is missing, no run of another has begun.
    const create = [...byBackend(cells, options.backend)].flatMap(([backend, own]) =>
      onlyThese(planRuns(experiment, [], { ...planning, backend }).create, own),
    );
    await store.plan(() => withEngine({ create, resume: [], reuse: [] }));
    const ids = create.map(({ id }) => id);
    const runs = await waitFor(store, ids, parallel, {}, terminal);
    if (exitCodeOf(runs) === exitCodes.stopped) return 'stopped';
    await sayTroubles(store, runs, terminal, { isKept: false });
    return runs;
  } finally {
    await keeperLeft(workspace);
    await rm(workspace, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A keeper sees within a second that nothing is left to run. What it wrote after its store was removed would stay. */
async function keeperLeft(workspace: string): Promise<void> {
  const keeper = keeperFolder(storeFolder(workspace));
  for (let tries = 0; tries < 50 && (await isHeld(keeper)); tries += 1) await delay(100);
}

function byBackend(
  cells: readonly LockedCell[],
  asked: BackendChoice | undefined,
): ReadonlyMap<BackendChoice, readonly LockedCell[]> {
  const found = new Map<BackendChoice, LockedCell[]>();
  for (const cell of cells) {
    const backend = asked ?? lockedBackend(cell);
    found.set(backend, [...(found.get(backend) ?? []), cell]);
  }
  return found;
}

/** The one that the lock names first. Programs have others than Lethe. */
function lockedBackend({ lines }: LockedCell): BackendChoice {
  const [name = ''] = lines[0]?.backend.split(' ') ?? [];
  return isBackendChoice(name) ? name : 'auto';
}

const onlyThese = (manifests: RunPlan['create'], cells: readonly LockedCell[]): RunPlan['create'] =>
  manifests.filter(({ variant, seed }) => cells.some((cell) => cell.hash === variant.hash && cell.seed === seed));
