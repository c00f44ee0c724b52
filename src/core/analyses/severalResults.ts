/** Results of analyses of several runs, as they lie beside the first of them, and what a list of them says of each. */
import { landscape, landscapeResultSchema, type LandscapeResult } from './landscape';
import { path, pathResultSchema, type PathResult } from './path';
import type { Checkpoint, SeveralId } from './several';

export type SeveralResult = LandscapeResult | PathResult;

/** Name of the file of a result, without its ending: analysis and hash of what it depends on. */
export const severalName = /^(path|landscape)-[0-9a-f]{12}$/;

/** What a list says of a result. */
export interface KnownSeveral {
  /** Of its file. */
  readonly name: string;
  /** When its file was written (ms since 1970). */
  readonly at: number;
  readonly analysis: SeveralId;
  /** The parameters of a run have changed since, or an earlier version measured it. */
  readonly isStale: boolean;
  /** Runs whose parameters it is about, each once; of a path those of start and end. */
  readonly runs: readonly string[];
  /** Tasks, from 0, that it was measured on. */
  readonly tasks: readonly number[];
  /** Checkpoints that it goes through, or between which it lies: few or none. */
  readonly through: readonly Pick<Checkpoint, 'run' | 'task'>[];
  /** What spans the plane of a landscape. */
  readonly plane?: LandscapeResult['plane']['kind'];
}

/** What a file holds; undefined where it is none of these, or not whole. */
export function severalResultOf(value: unknown): SeveralResult | undefined {
  const found = landscapeResultSchema.safeParse(value).data ?? pathResultSchema.safeParse(value).data;
  return found && isWhole(found) ? found : undefined;
}

/** Whether as many numbers are there as there are points. */
function isWhole(result: SeveralResult): boolean {
  if (result.analysis === 'path') {
    const { shares, profiles } = result;
    return profiles.every(({ loss, accuracy }) => loss.length === shares.length && accuracy.length === shares.length);
  }
  const { x, y, around = [] } = result;
  const all = [result, ...around].map(({ surfaces }) => surfaces);
  const points = x.length * y.length;
  const isGrid = (values: readonly unknown[]) => values.length === points;
  return (
    points > 0 &&
    all.every((surfaces) => surfaces.length === 2 && surfaces.every((one) => isGrid(one.loss) && isGrid(one.accuracy)))
  );
}

/** The checkpoints that a result was measured on. */
export const checkpointsOf = (result: SeveralResult): readonly Checkpoint[] =>
  result.analysis === 'path' ? result.ends : result.points;

/** @param file its name, and when it was written @param hashOf SHA-256 of the parameters of a run after a task, as they are now */
export function knownSeveral(
  { name, at }: Pick<KnownSeveral, 'name' | 'at'>,
  result: SeveralResult,
  hashOf: (run: string, task: number) => string | undefined,
): KnownSeveral {
  const checkpoints = checkpointsOf(result);
  const isLandscape = result.analysis === 'landscape';
  const { revision } = isLandscape ? landscape : path;
  return {
    ...{ name, at, analysis: result.analysis },
    isStale: result.revision !== revision || checkpoints.some(({ run, task, sha256 }) => hashOf(run, task) !== sha256),
    runs: [...new Set(checkpoints.map(({ run }) => run))],
    tasks: [...new Set((isLandscape ? result.surfaces : result.profiles).map(({ of }) => of))],
    through: (isLandscape ? result.plane.through : result.ends).map(({ run, task }) => ({ run, task })),
    ...(isLandscape && { plane: result.plane.kind }),
  };
}
