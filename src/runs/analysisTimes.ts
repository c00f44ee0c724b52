import { analysisCardOf, type AnalysisId } from '../core/analyses/index';
import { canonicalJson } from '../core/canonicalJson';
import type { Run } from '../core/run';
import { summarise } from '../core/statistics';
import { resultIn } from './analysisReader';

/** An analysis of a run. */
export interface AskedAnalysis {
  readonly analysis: AnalysisId;
  /** Those that differ from their defaults. */
  readonly settings?: object;
  /** On which it is to be measured, where that is not what the run was trained on. */
  readonly backend?: string | undefined;
  /** Measure again what is known. */
  readonly fresh?: boolean | undefined;
}

/** Runs whose results are looked at, the newest first. */
const MOST_RUNS = 50;

/**
 * How many seconds an analysis of a run will take: as long as the same one took, with the same settings on the same backend,
 * of runs of the same stream and network; the median of them. `known` where the run has such a result, which is not measured
 * again unless its checkpoints have changed; undefined where there is nothing to go by.
 *
 * @param runs of the store
 * @param folderOf the folder of a run by its id
 */
export async function timeOfAnalysis(
  run: Run,
  runs: readonly Run[],
  { analysis, settings = {}, backend = run.state.backend, fresh = false }: AskedAnalysis,
  folderOf: (id: string) => string,
): Promise<number | 'known' | undefined> {
  const card = analysisCardOf(analysis);
  const { data } = card.settings.safeParse(settings);
  if (!data) return undefined;
  const asked = canonicalJson({ revision: card.revision, settings: data });
  const resultOf = async ({ manifest: { id } }: Run) => {
    const result = await resultIn(folderOf(id), analysis);
    const isSame = result && canonicalJson({ revision: result.revision, settings: result.settings }) === asked;
    return isSame ? result : undefined;
  };
  if (!fresh && (await resultOf(run))) return 'known';
  const alike = runs
    .filter((other) => other.status === 'done' && kindOf(other) === kindOf(run))
    .sort((a, b) => b.manifest.created - a.manifest.created)
    .slice(0, MOST_RUNS);
  const results = await Promise.all(alike.map(resultOf));
  const { n, median } = summarise(
    results.flatMap((result) => (result?.backend === backend ? (result?.seconds ?? []) : [])),
  );
  return n === 0 ? undefined : median;
}

/** What the effort of an analysis depends on: tasks and their data, the network, after which tasks parameters were kept. */
const kindOf = ({ manifest: { spec } }: Run): string =>
  canonicalJson({ stream: spec.stream, network: spec.network, keep: spec.evaluation.keep });
