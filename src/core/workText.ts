import { t } from './text';

/** What Lethe's own methods call what they do between steps. A table of functions: each text is said when it is asked for. */
const known: Readonly<Record<string, () => string>> = {
  base: () => t('base initialisation'),
  drop: () => t('drop units'),
  duplicate: () => t('duplicate units'),
  expand: () => t('train new units'),
  features: () => t('features'),
  fisher: () => t('Fisher information'),
  gradients: () => t('gradients'),
  grow: () => t('grow'),
  importance: () => t('importance'),
  line: () => t('train on the line'),
  minimum: () => t('train towards its minimum'),
  prune: () => t('prune'),
  quantise: () => t('quantise features'),
  representations: () => t('representations'),
  retrain: () => t('retrain'),
  scale: () => t('scale'),
  select: () => t('train the head'),
  selection: () => t('select units'),
  'singular values': () => t('singular values'),
  sleep: () => t('sleep'),
  split: () => t('train after the split'),
  stream: () => t('one example at a time'),
  train: () => t('train'),
  'warm-up': () => t('warm-up'),
};

/** What is done between steps, in the language of the reader; by its name in the log where that is somebody else's. */
export const workText = (name: string): string => (Object.hasOwn(known, name) ? known[name]?.() : undefined) ?? name;
