export { EngineError } from './engineError';
export { installEngine, removeEngine } from './install';
export { engineStatus, type EngineNeeds, type EngineStatus } from './status';
export type { InstallPhase, InstallProgress } from './installation';
