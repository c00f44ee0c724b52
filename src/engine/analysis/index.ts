import type { SharpnessSettings } from '../../core/analyses/sharpness';
import type { AnalysisId } from '../../core/analyses/index';
import type { Analysis } from './analysis';
import { measureSharpness } from './measureSharpness';

/** The settings were parsed by the analysis's card. */
const measures: Record<AnalysisId, Analysis<never>> = {
  sharpness: measureSharpness satisfies Analysis<SharpnessSettings>,
};

export const analysisOf = (id: AnalysisId): Analysis<object> => measures[id] as Analysis<object>;
