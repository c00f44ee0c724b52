export { DEFAULT_STOP_TIMEOUT } from './queue';
export { RunStore, type RunChange, type RunStoreOptions, type StopOutcome } from './store';
export { RunStoreError, type StoreFault } from './storeError';
export { planRuns, type PlanOptions, type RunPlan } from './plan';
export { specHash, specOf } from './spec';
export { readLog, type LoggedEvents } from './eventLog';
export { parseManifest } from './trackedRun';
export { runFiles, runsFolder, storeFolder } from './layout';
export { launchTraining } from './trainingProcess';
