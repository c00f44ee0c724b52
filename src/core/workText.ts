import { named } from './text';

/** What is done between steps, in English: for lenses, tree and terminal, and for the page. A translation has the same keys. */
export const workTexts = {
  workBase: 'base initialisation',
  workDrop: 'drop units',
  workDuplicate: 'duplicate units',
  workExpand: 'train new units',
  workFeatures: 'features',
  workFisher: 'Fisher information',
  workGradients: 'gradients',
  workGrow: 'grow',
  workImportance: 'importance',
  workLine: 'train on the line',
  workMinimum: 'train towards its minimum',
  workPrune: 'prune',
  workQuantise: 'quantise features',
  workRepresentations: 'representations',
  workRetrain: 'retrain',
  workScale: 'scale',
  workSelect: 'train the head',
  workSelection: 'select units',
  workSingularValues: 'singular values',
  workSleep: 'sleep',
  workSplit: 'train after the split',
  workStream: 'one example at a time',
  workTrain: 'train',
  workWarmUp: 'warm-up',
} as const;

export type WorkKey = keyof typeof workTexts;

/** By what Lethe's own methods call it in the log. */
const keys: Readonly<Record<string, WorkKey>> = {
  base: 'workBase',
  drop: 'workDrop',
  duplicate: 'workDuplicate',
  expand: 'workExpand',
  features: 'workFeatures',
  fisher: 'workFisher',
  gradients: 'workGradients',
  grow: 'workGrow',
  importance: 'workImportance',
  line: 'workLine',
  minimum: 'workMinimum',
  prune: 'workPrune',
  quantise: 'workQuantise',
  representations: 'workRepresentations',
  retrain: 'workRetrain',
  scale: 'workScale',
  select: 'workSelect',
  selection: 'workSelection',
  'singular values': 'workSingularValues',
  sleep: 'workSleep',
  split: 'workSplit',
  stream: 'workStream',
  train: 'workTrain',
  'warm-up': 'workWarmUp',
};

/** Undefined where it is another program's or the user's own: then it is called what the log calls it. */
export const workKey = (name: string): WorkKey | undefined => (Object.hasOwn(keys, name) ? keys[name] : undefined);

/** What is done, in the language of the reader. */
export function workText(name: string): string {
  const key = workKey(name);
  return key ? named(workTexts[key]) : name;
}
