import * as z from 'zod';
import { canonicalJson } from '../canonicalJson';
import { MOST_TASKS } from '../recipe';

/** Version of the file. */
const ANALYSIS_FORMAT = 1;

const task = z.int().min(0).max(MOST_TASKS);

/** What an analysis found, as it lies in the folder `analyses` of a run: `<analysis>.json`. */
export const analysisResultSchema = z.object({
  lethe: z.literal(ANALYSIS_FORMAT),
  analysis: z.string(),
  revision: z.int().min(1),
  settings: z.record(z.string(), z.unknown()),
  backend: z.string(),
  /** How long it took to measure; older results do not say. */
  seconds: z.number().min(0).optional(),
  /** The files that it was measured on. */
  checkpoints: z.array(z.object({ task, sha256: z.string() })).max(MOST_TASKS),
  /** Numbers with the parameters after a task, `of` a task; null where one is not defined or not finite. */
  rows: z
    .array(z.object({ after: task, of: task, values: z.record(z.string(), z.number().nullable()) }))
    .max(MOST_TASKS * MOST_TASKS),
});
export type AnalysisResult = z.output<typeof analysisResultSchema>;
export type AnalysisRow = AnalysisResult['rows'][number];

/** What a result depends on: one with the same of these need not be measured again. */
export type AnalysisKey = Pick<AnalysisResult, 'analysis' | 'revision' | 'settings' | 'checkpoints'>;

export const isResultOf = (result: AnalysisResult, key: AnalysisKey): boolean =>
  canonicalJson(keyOf(result)) === canonicalJson(keyOf(key));

const keyOf = ({ analysis, revision, settings, checkpoints }: AnalysisKey): AnalysisKey => ({
  analysis,
  revision,
  settings,
  checkpoints,
});

export const analysisResult = (
  key: AnalysisKey,
  { backend, seconds, rows }: Pick<AnalysisResult, 'backend' | 'seconds' | 'rows'>,
): AnalysisResult => ({ lethe: ANALYSIS_FORMAT, ...keyOf(key), backend, seconds, rows });

/** What a process that analyses says on the way. */
export const analysisMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), share: z.number().min(0).max(1), what: z.string() }),
  z.object({ type: z.literal('result'), isKnown: z.boolean(), result: analysisResultSchema }),
  z.object({ type: z.literal('failed'), message: z.string() }),
  z.object({ type: z.literal('stopped') }),
]);
export type AnalysisMessage = z.output<typeof analysisMessageSchema>;
