import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { byTime, type DatedResult } from '../core/analyses/byTime';
import { analysisIds, type AnalysisId } from '../core/analyses/index';
import { coursesOf, isStale, type KnownAnalysis, type RunAnalyses } from '../core/analyses/courses';
import { analysisResultSchema, type AnalysisResult } from '../core/analyses/result';
import {
  checkpointsOf,
  knownSeveral,
  severalName,
  severalResultOf,
  type KnownSeveral,
  type SeveralResult,
} from '../core/analyses/severalResults';
import { entriesOf } from './disk';
import { ifThere } from './files';
import { FileFault, openRegularFile, readTextFile } from './regularFile';
import { turn } from './turns';

/** Of a result that is larger (bytes) nothing is drawn. */
const LARGEST_RESULT = 16 * 2 ** 20;
/** Bytes of parameters that are hashed in one go. */
const AT_ONCE = 2 ** 20;

/** What has been measured on the parameters that runs kept, and whether it is still of them. */
export class AnalysisReader {
  /** Hashes of files, by what tells that they are as they were. */
  private readonly hashes = new Map<string, string>();

  /** Stops reading when the signal says so. @param folder of the run */
  async read(folder: string, signal: AbortSignal): Promise<RunAnalyses> {
    const kept = await keptParameters(folder);
    const results = await resultsIn(folder);
    const several = await this.severalIn(folder, signal);
    if (results.length === 0) return { known: [], several, kept: kept.length };
    const hashes = new Map<number, string>();
    for (const { task, file } of kept) hashes.set(task, await this.hashOf(file, signal));
    const known = results.map((result): KnownAnalysis => ({
      analysis: result.analysis as AnalysisId,
      isStale: isStale(result, hashes),
      courses: coursesOf(result),
    }));
    return { known, several, kept: kept.length };
  }

  /** A result that was measured on parameters of several runs. Throws FileFault. @param name of its file, without ending */
  async readSeveral(folder: string, name: string): Promise<SeveralResult> {
    const file = join(folder, 'analyses', `${name}.json`);
    const text = await readTextFile(file, LARGEST_RESULT, { follow: false });
    const found = severalName.test(name) ? severalResultOf(parsed(text)) : undefined;
    if (!found) throw new FileFault(file, 'is no result of an analysis');
    return found;
  }

  /** The newest of those that lie beside a run; what cannot be read is none. */
  private async severalIn(folder: string, signal: AbortSignal): Promise<KnownSeveral[]> {
    const known: KnownSeveral[] = [];
    for (const { name, at } of await severalFiles(folder)) {
      signal.throwIfAborted();
      const result = await this.readSeveral(folder, name).catch(orNothing);
      if (!result) continue;
      const hashes = new Map<string, string>();
      for (const { run, task } of checkpointsOf(result)) {
        // Ids come from the file: what is no name of a folder beside this one leads nowhere.
        if (!/^[\w.-]+$/.test(run) || run.startsWith('.')) continue;
        const file = join(dirname(folder), run, 'checkpoints', `task-${task + 1}.safetensors`);
        const hash = await this.hashOf(file, signal).catch(orNothing);
        if (hash !== undefined) hashes.set(`${run} ${task}`, hash);
      }
      known.push(knownSeveral({ name, at }, result, (run, task) => hashes.get(`${run} ${task}`)));
    }
    return known;
  }

  private async hashOf(file: string, signal: AbortSignal): Promise<string> {
    const { opened, stats } = await openRegularFile(file, { follow: false });
    try {
      const stamp = `${file} ${stats.ino} ${stats.size} ${stats.mtimeMs}`;
      const known = this.hashes.get(stamp);
      if (known !== undefined) return known;
      const hash = createHash('sha256');
      const buffer = Buffer.alloc(Math.min(AT_ONCE, Math.max(1, stats.size)));
      for (let place = 0, read = -1; read !== 0; place += read) {
        await turn();
        signal.throwIfAborted();
        read = await opened.read(buffer, 0, buffer.length, place);
        hash.update(buffer.subarray(0, read));
      }
      const digest = hash.digest('hex');
      this.hashes.set(stamp, digest);
      return digest;
    } finally {
      await opened.close();
    }
  }
}

/** Results beside a run that are listed. */
const MOST_SEVERAL = 40;

/** Files that hold results of several runs, with when they were written (ms since 1970): the newest first. */
async function severalFiles(folder: string): Promise<DatedResult[]> {
  const place = join(folder, 'analyses');
  const entries = (await ifThere(entriesOf(place))) ?? [];
  const names = entries.flatMap((entry) => {
    const name = entry.isFile() && entry.name.endsWith('.json') ? entry.name.slice(0, -'.json'.length) : '';
    return severalName.test(name) ? [name] : [];
  });
  const dated = await Promise.all(
    names.map(async (name) => ({ name, at: (await ifThere(stat(join(place, `${name}.json`))))?.mtimeMs ?? 0 })),
  );
  return dated.sort(byTime).slice(0, MOST_SEVERAL);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of what cannot be read there is nothing. */
function orNothing(error: unknown): undefined {
  if (error instanceof FileFault) return undefined;
  throw error;
}

/** The files of the parameters that a run kept after its tasks. */
async function keptParameters(folder: string): Promise<{ readonly task: number; readonly file: string }[]> {
  const checkpoints = join(folder, 'checkpoints');
  const entries = (await ifThere(entriesOf(checkpoints))) ?? [];
  return entries.flatMap((entry) => {
    const number = /^task-([1-9]\d{0,5})\.safetensors$/.exec(entry.name)?.[1];
    return number === undefined || !entry.isFile()
      ? []
      : [{ task: Number(number) - 1, file: join(checkpoints, entry.name) }];
  });
}

async function resultsIn(folder: string): Promise<AnalysisResult[]> {
  const found = await Promise.all(analysisIds.map((id) => resultIn(folder, id)));
  return found.flatMap((result) => result ?? []);
}

/** What an analysis found of a run; undefined where that is not there, cannot be read or is no result. @param folder of the run */
export async function resultIn(folder: string, id: AnalysisId): Promise<AnalysisResult | undefined> {
  try {
    const text = await readTextFile(join(folder, 'analyses', `${id}.json`), LARGEST_RESULT, { follow: false });
    const { data } = analysisResultSchema.safeParse(JSON.parse(text));
    return data?.analysis === id ? data : undefined;
  } catch (error) {
    if (error instanceof FileFault || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
