import type { BarrierSettings } from '../../core/analyses/barrier';
import type { CkaSettings } from '../../core/analyses/cka';
import type { ProbeSettings } from '../../core/analyses/probe';
import type { SharpnessSettings } from '../../core/analyses/sharpness';
import type { AnalysisId } from '../../core/analyses/index';
import type { Analysis } from './analysis';
import { measureBarrier } from './measureBarrier';
import { measureCka } from './measureCka';
import { measureProbe } from './measureProbe';
import { measureSharpness } from './measureSharpness';

/** The settings were parsed by the analysis's card. */
const measures: Record<AnalysisId, Analysis<never>> = {
  sharpness: measureSharpness satisfies Analysis<SharpnessSettings>,
  barrier: measureBarrier satisfies Analysis<BarrierSettings>,
  cka: measureCka satisfies Analysis<CkaSettings>,
  probe: measureProbe satisfies Analysis<ProbeSettings>,
};

export const analysisOf = (id: AnalysisId): Analysis<object> => measures[id] as Analysis<object>;
