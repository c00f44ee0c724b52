export { RunStore, type RunChange, type RunStoreOptions } from './store';
export { RunStoreError } from './storeError';
export { planRuns, type RunPlan } from './plan';
export { specHash, specOf } from './spec';
export type { LoggedEvents } from './eventLog';
export { runFiles, storeFolder } from './layout';
export { launchTraining } from './trainingProcess';
export { acquireLock } from './lock';
export { runsAtATime } from './queue';
