import { RowFunctions } from '../steps/rowFunctions';
import type { Checkpoint } from '../../core/analyses/several';
import type { Network } from '../contract/network';
import { differenceOf, differenceOfNetworks } from './alike';
import type { FinishedRun, KeptParameters } from './finishedRun';

/** Parameters among those of several runs. */
export interface Point extends KeptParameters {
  /** Its id. */
  readonly run: string;
}

/** Runs whose parameters lie in one space, with one loss for each task. */
export interface SeveralRuns {
  /** Whose examples, backend and seed are taken. */
  readonly first: FinishedRun;
  readonly network: Network;
  /** Of each named run the points that are meant, as far as they lie in the space of its last. */
  readonly points: readonly (readonly Point[])[];
  /** All points of all runs that lie in the space of those, each once. */
  readonly all: readonly Point[];
  /** The runs, each once. */
  readonly runs: readonly FinishedRun[];
}

export const checkpointOf = ({ run, task, sha256 }: Point): Checkpoint => ({ run, task, sha256 });

/**
 * Several runs as one space.
 *
 * @throws RangeError with what differs: data, or a layer of the networks; or where a run kept no such parameters
 */
export function severalRuns(
  opened: readonly { readonly run: FinishedRun; readonly task?: number | undefined }[],
): SeveralRuns {
  const first = opened[0]?.run;
  if (!first) throw new RangeError('No run was named.');
  const named = opened.map(({ run, task }) => namedOf(run, task));
  const network = named[0]?.at(-1)?.network;
  if (!network) throw new RangeError(`${first.manifest.id} kept no parameters.`);
  const known = new Map<string, Point>();
  const points = opened.map(({ run }, i) => {
    const { id } = run.manifest;
    const of = (kept: KeptParameters): Point => {
      const key = JSON.stringify([id, kept.task]);
      const point = known.get(key) ?? { ...kept, network, run: id };
      known.set(key, point);
      return point;
    };
    const difference = differenceOf(first, run);
    if (difference !== undefined) throw refused(first, run, difference);
    const last = named[i]?.at(-1);
    const unlike = last && differenceOfNetworks(network, last.network);
    if (last && unlike !== undefined) throw refused(first, run, `${unlike} (after task ${last.task + 1})`);
    // Those of before a network grew lie in another space.
    const isAlike = (kept: KeptParameters) => differenceOfNetworks(network, kept.network) === undefined;
    const alike = run.kept.filter(isAlike);
    alike.forEach(of);
    return alike.filter((kept) => named[i]?.includes(kept)).map(of);
  });
  const runs = [...new Map(opened.map(({ run }) => [run.manifest.id, run])).values()];
  return { first, network, points, all: [...known.values()], runs };
}

/** The points of a run that are meant: after one task, or all of them, the last above all. */
function namedOf({ manifest: { id }, kept }: FinishedRun, task: number | undefined): readonly KeptParameters[] {
  const found = task === undefined ? kept : kept.filter((one) => one.task === task);
  if (found.length === 0 && task !== undefined)
    throw new RangeError(
      `${id} kept no parameters after task ${task + 1}: it did after ${kept.map((one) => one.task + 1).join(', ')}.`,
    );
  return found;
}

const refused = (a: FinishedRun, b: FinishedRun, difference: string) =>
  new RangeError(
    a.manifest.id === b.manifest.id
      ? `The parameters of ${a.manifest.id} do not lie in one space: ${difference}.`
      : `${a.manifest.id} and ${b.manifest.id} do not lie in one space: ${difference}.`,
  );

/** Works with compiled functions of the examples of a run. */
export async function withRowFunctions<T>(
  { stream, backend }: FinishedRun,
  warning: (message: string) => void,
  work: (rowFunctions: RowFunctions) => Promise<T>,
): Promise<T> {
  const rowFunctions = new RowFunctions(stream, backend.name === 'native', warning);
  try {
    return await work(rowFunctions);
  } finally {
    rowFunctions.dispose();
  }
}
