import { t, type TextKey } from './strings';

/** What Lethe's own methods call what they do between steps. */
const known: Readonly<Record<string, TextKey>> = {
  fisher: 'workFisher',
  gradients: 'workGradients',
  importance: 'workImportance',
  prune: 'workPrune',
  representations: 'workRepresentations',
  retrain: 'workRetrain',
  scale: 'workScale',
  'singular values': 'workSingularValues',
  sleep: 'workSleep',
  train: 'workTrain',
  'warm-up': 'workWarmUp',
};

/** What is done, in the language of the page; by the name in the log where it is another program's or the user's own. */
export const workWords = (name: string): string => {
  const key = Object.hasOwn(known, name) ? known[name] : undefined;
  return key ? t(key) : name;
};
