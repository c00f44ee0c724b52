import type { RunMeasureName } from './measures/table';

/** Measures that families can be selected by: those of an accuracy matrix. */
export const selectMeasures = [
  'accuracy',
  'forgetting',
  'backwardTransfer',
  'learningAccuracy',
  'incrementalAccuracy',
  'taskAwareAccuracy',
  'taskAwareForgetting',
] as const satisfies readonly RunMeasureName[];
export type SelectMeasure = (typeof selectMeasures)[number];

/** How one variant of each family is chosen. */
export interface Select {
  readonly by: SelectMeasure;
  /** The validation sets of the training data; or seeds, or as many first tasks, that no row counts. */
  readonly on: 'validation' | { readonly seeds: readonly number[] } | { readonly tasks: number };
}
