import path from 'node:path';
import { manifestSchema, trainerText, type CommandManifest } from '../../core/manifest';
import { trainingSchema } from '../../core/recipe';
import { isOwnStream, recordedStreamSchema } from '../../core/stream';
import { SHIPPED } from '../../core/datasets';
import { dataFolder } from '../../data/place';
import { loadDatasets } from '../data/index';
import { EventLog } from '../log';
import { readRegular } from '../regularFile';
import { streamOf } from '../streams/index';
import type { Tenure } from '../tenure';
import { writeBatches } from './batchFiles';
import { clientPath } from './clientPath';
import { runProgram, type ProgramEnd } from './programProcess';
import { streamFileOf } from './streamFile';
import { writeWhole } from './writeWhole';

const MOST_BYTES = 1e6;

export interface ProgramRun {
  readonly runFolder: string;
  readonly command: readonly string[];
  /** Folder of the experiment file. */
  readonly beside: string;
  /** Folder with the data that ships. */
  readonly shipped: string;
  /** Folder with the Python client that ships. */
  readonly client: string;
  readonly tenure: Tenure;
  /** Whether the run goes on from its last checkpoint. */
  readonly resume: boolean;
}

/**
 * Has a program train a run: makes its stream as data, starts it, and waits for its end. The program writes the log; what
 * cannot be started says so there. @returns the exit code of the program. @throws Superseded
 */
export async function trainByProgram(run: ProgramRun): Promise<number> {
  const { runFolder, tenure } = run;
  await tenure.begin();
  try {
    const { env } = prepared(run);
    const end = await runProgram(runFolder, { ...run, env }, tenure);
    if (!end.isTold) console.error(untold(end));
    return end.code ?? 1;
  } catch (thrown) {
    tenure.confirm();
    const error = thrown instanceof Error ? thrown.message : String(thrown);
    console.error(thrown);
    const log = new EventLog(path.join(runFolder, 'events.jsonl'));
    log.write({ type: 'ended', status: 'failed', error, ...(tenure.token !== undefined && { token: tenure.token }) });
    log.close();
    return 1;
  }
}

/** Writes the stream of the run as data, and says what the program finds in its environment. */
function prepared({ runFolder, shipped, client, tenure, resume }: ProgramRun): {
  readonly env: Record<string, string>;
} {
  const { spec, seed, batches } = readCommandManifest(runFolder);
  const stream = recordedStreamSchema.parse(spec.stream);
  if (isOwnStream(stream)) throw new Error("A program needs one of Lethe's own streams.");
  const training = trainingSchema.parse(spec.training);
  const datasets = loadDatasets({ stream, data: spec.data }, shipped);
  const met = streamOf(datasets, stream, seed);
  const file = streamFileOf({ datasets, stream: met, spec: stream, training, seed });
  writeWhole(path.join(runFolder, 'stream.json'), `${JSON.stringify(file)}\n`);
  if (batches) writeBatches(runFolder, met, training, seed);
  const folders = datasets.map(({ id }) => [id, path.join(id === SHIPPED ? shipped : dataFolder(), id)] as const);
  return {
    env: {
      LETHE_RUN: path.resolve(runFolder),
      LETHE_DATA: JSON.stringify(Object.fromEntries(folders)),
      ...(tenure.token !== undefined && { LETHE_TOKEN: tenure.token }),
      ...(resume && { LETHE_RESUME: '1' }),
      // What a Python program prints is to be read while it runs.
      PYTHONUNBUFFERED: '1',
      ...clientPath(client, process.env['PYTHONPATH']),
    },
  };
}

function readCommandManifest(runFolder: string): CommandManifest {
  const given: unknown = JSON.parse(readRegular(path.join(runFolder, 'run.json'), MOST_BYTES).toString('utf8'));
  const parsed = manifestSchema.parse(given);
  if (parsed.trainer === 'command') return parsed;
  throw new Error(`run.json says that ${trainerText(parsed)} trains this run.`);
}

function untold({ code, signal }: ProgramEnd): string {
  const how = signal ? `by ${signal}` : `with exit code ${code}`;
  return `The program ended ${how}, and its log does not say how the run ended ("ended" with the token of this start).`;
}
