import path from 'node:path';
import * as z from 'zod';
import { analysisCardOf, isAnalysisId } from '../../core/analyses/index';
import { analysisResult, analysisResultSchema, isResultOf, type AnalysisMessage } from '../../core/analyses/result';
import type { BackendChoice } from '../../core/backends';
import { isOwnPath } from '../../core/own/ownPath';
import { isOwnNetwork } from '../../core/recipe';
import { isOwnStream } from '../../core/stream';
import { openBackend } from '../backend/backend';
import { loadDatasets } from '../data/index';
import { networkFor } from '../networks/networkFor';
import { completed, readManifest } from '../runFile';
import { Stopped } from '../stopped';
import { streamOf } from '../streams/index';
import type { Report } from './analysis';
import { finishedRun, type FinishedRun } from './finishedRun';
import { analysisOf } from './index';
import { keepResult, readResult } from './resultFile';

/** What is asked for. */
export interface Asked {
  readonly analysis: string;
  /** Those that differ from their defaults. */
  readonly settings: object;
  /** Measure again what is known. */
  readonly fresh?: boolean;
}

export interface Analysing<Message = AnalysisMessage> {
  readonly tell: (message: Message) => Promise<void>;
  readonly stopRequested: () => boolean;
}

/** Longest time without letting signals in (ms). */
const YIELD_EVERY = 40;
/** Between two messages about progress (ms). */
const TELL_EVERY = 200;

/**
 * Opens the run of a folder.
 *
 * @param dist where the data sets that ship and the WASM files lie
 * @throws RangeError where its stream or network is the user's own
 */
export async function openRun(runFolder: string, dist: string, backendChoice?: BackendChoice): Promise<FinishedRun> {
  const read = readManifest(runFolder);
  // Analyses load no code of the user's own: what the tasks and the network are has to be Lethe's.
  const { stream: met, network } = read.manifest.spec;
  if (isOwnStream(met)) throw refusal('stream', met.kind);
  if (isOwnNetwork(network)) throw refusal('network', network.kind);
  const { manifest } = completed(read, (name) => (isOwnPath(name) ? anySettings(name) : undefined));
  const { spec, seed } = manifest;
  const backend = await openBackend(backendChoice ?? manifest.backend, path.join(dist, 'wasm'));
  const datasets = loadDatasets(spec, path.join(dist, 'data'));
  const stream = streamOf(datasets, spec.stream, seed);
  const experiment = networkFor(network, stream.dataset.shape, stream.outputs);
  return finishedRun(runFolder, manifest, { stream, backend, experiment });
}

const refusal = (part: string, kind: string) =>
  new RangeError(`This run has a ${part} of its own (${kind}): analyses do not load code of one's own.`);

/** What the settings of a method are plays no part. */
const anySettings = (title: string) => ({ title, settings: z.looseObject({}) });

/**
 * Analyses a run and keeps what was found in its folder, with the hashes of the checkpoints that it was measured on. A result
 * of the same analysis, settings and checkpoints that lies there is taken as it is.
 *
 * @throws RangeError for an analysis or settings that there are none of; Stopped
 */
export async function analyseRun(
  run: FinishedRun,
  runFolder: string,
  { analysis: id, settings: given, fresh = false }: Asked,
  { tell, stopRequested }: Analysing,
): Promise<void> {
  if (!isAnalysisId(id)) throw new RangeError(`There is no analysis "${id}".`);
  const { revision, settings: schema } = analysisCardOf(id);
  const settings = settingsFrom(schema, given);
  const checkpoints = run.kept.map(({ task, sha256 }) => ({ task, sha256 }));
  const key = { analysis: id, revision, settings, checkpoints };
  const known = fresh ? undefined : readResult(runFolder, id, analysisResultSchema);
  if (known && isResultOf(known, key)) {
    await tell({ type: 'result', isKnown: true, result: known });
    return;
  }
  const begun = performance.now();
  const rows = await analysisOf(id)(run, settings, reportTo(tell, stopRequested));
  const seconds = Math.round(performance.now() - begun) / 1000;
  const result = analysisResult(key, { backend: run.backend.name, seconds, rows: [...rows] });
  keepResult(runFolder, id, result);
  await tell({ type: 'result', isKnown: false, result });
}

/** Settings with their defaults. @throws RangeError for such that there are none of */
export function settingsFrom<Settings extends z.ZodObject>(schema: Settings, given: object): z.output<Settings> {
  const parsed = schema.safeParse(given);
  const [issue] = parsed.error?.issues ?? [];
  if (!parsed.success)
    throw new RangeError(`These settings are not allowed: ${issue?.path.join('.')}: ${issue?.message}.`);
  return parsed.data;
}

/** What an analysis says on its way; whether it is to stop is heard there. */
export function reportTo(
  tell: (message: { readonly type: 'progress'; readonly share: number; readonly what: string }) => Promise<void>,
  stopRequested: () => boolean,
): Report {
  let [yielded, told] = [performance.now(), -Infinity];
  return {
    async progress(share, what) {
      const now = performance.now();
      if (now - told > TELL_EVERY) {
        told = now;
        await tell({ type: 'progress', share, what });
      }
      if (now - yielded > YIELD_EVERY) {
        await new Promise((resolve) => setImmediate(resolve));
        yielded = performance.now();
      }
      if (stopRequested()) throw new Stopped('stopped on request');
    },
    warning: (message) => console.error(message),
  };
}
