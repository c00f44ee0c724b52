import { vi } from 'vitest';
import type { RunEvent } from '../../src/core/events';
import type { ReadView, ViewKind, ViewOf } from '../../src/core/mechanism';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import {
  ofType,
  parametersAfter,
  ToyRuns,
  toyTasks as tasks,
  type Running,
  type ToyRun,
} from '../../src/engine/contractCheck/toyRun';
import type { ToySpec } from './toyData';

export { toyDataset, toyManifest, type ToySpec } from './toyData';
export {
  digestAfter,
  numbersOf,
  ofType,
  parametersAfter,
  shownOf,
  toyStream,
  withoutVolatile,
  type ToyRun,
} from '../../src/engine/contractCheck/toyRun';

// On a busy machine even small runs take their time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const runs = new ToyRuns(() => openTestBackend());

/** Removes the folders of all runs; for `afterAll`. */
export const removeRunFolders = (): void => runs.removeFolders();

/** A run of the real trainer in this process, with real files. */
export const runToy = (spec: ToySpec, running?: Running): Promise<ToyRun> => runs.run(spec, running);

/** What a method sees of a run that has not begun. @param method which has begun, then, and whose memory is there */
export const toyLearner = (spec: ToySpec, method?: Method): Promise<Learner> => runs.learner(spec, method);

/** The views of a kind among others. */
export const ofKind = <Kind extends ViewKind>(views: readonly ReadView[], kind: Kind): ViewOf<Kind>[] =>
  views.filter((view) => view.kind === kind) as ViewOf<Kind>[];

/** All views of a kind that the methods of a run showed, in the order of the tasks. */
export const viewsOf = <Kind extends ViewKind>(events: readonly RunEvent[], kind: Kind): ViewOf<Kind>[] =>
  ofKind(
    ofType(events, 'mechanism').flatMap(({ views }) => views),
    kind,
  );

/** Largest difference between the parameters of two runs after any task. */
export function largestDifference(a: ToyRun, b: ToyRun, of = tasks): number {
  const differences = of.flatMap((task) => {
    const [first, second] = [a, b].map(({ folder }) => parametersAfter(folder, task));
    return Object.entries(first ?? {}).map(([name, { values }]) =>
      Math.max(...Array.from(values, (value, i) => Math.abs(value - (second?.[name]?.values[i] as number)))),
    );
  });
  return Math.max(...differences);
}
