import { t, type TextKey } from './strings';

/** What Lethe's own methods call what they do between steps. */
const known: Readonly<Record<string, TextKey>> = {
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

/** What is done, in the language of the page; by the name in the log where it is another program's or the user's own. */
export const workWords = (name: string): string => {
  const key = Object.hasOwn(known, name) ? known[name] : undefined;
  return key ? t(key) : name;
};
