import { barrier } from './barrier';
import type { AnalysisCard } from './card';
import { cka } from './cka';
import { probe } from './probe';
import { sharpness } from './sharpness';

/** Every analysis of finished runs, in the order in which they are listed. */
export const analyses = { sharpness, barrier, cka, probe } satisfies Record<string, AnalysisCard>;
export type AnalysisId = keyof typeof analyses;

export const analysisIds = Object.keys(analyses) as AnalysisId[];
export const isAnalysisId = (id: string): id is AnalysisId => Object.hasOwn(analyses, id);
export const analysisCardOf = (id: AnalysisId): AnalysisCard => analyses[id];
