import { createHash } from 'node:crypto';
import type * as z from 'zod';
import { landscape, landscapeResultSchema } from '../../core/analyses/landscape';
import { path as pathCard, pathResultSchema } from '../../core/analyses/path';
import {
  SEVERAL_FORMAT,
  textOf,
  type Checkpoint,
  type SeveralId,
  type SeveralMessage,
} from '../../core/analyses/several';
import type { Report } from './analysis';
import { reportTo, settingsFrom, type Analysing } from './analyseRun';
import type { FinishedRun } from './finishedRun';
import { measureLandscape } from './measureLandscape';
import { measurePath } from './measurePath';
import { fileFor, keepResult, readResult } from './resultFile';
import { checkpointOf, severalRuns, type SeveralRuns } from './severalRuns';

/** What is asked for. */
export interface AskedOfSeveral {
  readonly analysis: SeveralId;
  /** The runs, and which of their parameters are meant: all where no task is named. */
  readonly runs: readonly { readonly run: FinishedRun; readonly task?: number | undefined }[];
  /** Where what is found is kept: the folder of the first run. */
  readonly folder: string;
  /** Those that differ from their defaults. */
  readonly settings: object;
  /** Measure again what is known. */
  readonly fresh?: boolean;
}

/** An analysis of parameters that several runs kept. */
interface Several {
  readonly revision: number;
  readonly settings: z.ZodObject;
  readonly result: z.ZodType<object>;
  /** Those that it depends on. */
  readonly checkpoints: (several: SeveralRuns) => readonly Checkpoint[];
  /** What its result holds beside what all have. */
  readonly measure: (
    several: SeveralRuns,
    settings: never,
    report: Report,
    coarse: (found: object) => Promise<void>,
  ) => Promise<object>;
}

const analyses: Record<SeveralId, Several> = {
  path: {
    ...pathCard,
    result: pathResultSchema,
    checkpoints: ({ points }) => points.flatMap((of) => of.slice(-1)).map(checkpointOf),
    measure: measurePath,
  },
  landscape: {
    ...landscape,
    result: landscapeResultSchema,
    checkpoints: ({ points, all }) => [...points.flatMap((of) => of.slice(-1)), ...all].map(checkpointOf),
    measure: measureLandscape,
  },
};

/**
 * Analyses the parameters of several runs, and keeps what was found in the folder of the first, in a file that is named by
 * what it depends on. One that lies there is taken as it is.
 *
 * @throws RangeError for settings that there are none of, or runs that do not lie in one space; Stopped
 */
export async function analyseSeveral(
  { analysis, runs, folder, settings: given, fresh = false }: AskedOfSeveral,
  { tell, stopRequested }: Analysing<SeveralMessage>,
): Promise<void> {
  const { revision, settings: schema, result: resultSchema, checkpoints, measure } = analyses[analysis];
  const settings = settingsFrom(schema, given);
  const several = severalRuns(runs);
  const key = textOf({ analysis, revision, settings, checkpoints: checkpoints(several) });
  const name = `${analysis}-${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
  const file = fileFor(folder, name);
  const known = fresh ? undefined : readResult(folder, name, resultSchema);
  if (known) return tell({ type: 'result', isKnown: true, file, result: known });
  const head = { lethe: SEVERAL_FORMAT, analysis, revision, settings, backend: several.first.backend.name };
  const coarse = (found: object) => tell({ type: 'coarse', result: { ...head, ...found } });
  const result = { ...head, ...(await measure(several, settings as never, reportTo(tell, stopRequested), coarse)) };
  keepResult(folder, name, result);
  return tell({ type: 'result', isKnown: false, file, result });
}
