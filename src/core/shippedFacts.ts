import { datasets, type DatasetFacts, type DatasetId } from './datasets';

/** What the tasks of a stream need to know of a data set. */
export type TaskFacts = Pick<DatasetFacts, 'title' | 'classes' | 'shape'>;
export type FactsOf = (dataset: string) => TaskFacts;

/** Of the data sets that an experiment file may name. */
export const shippedFacts: FactsOf = (dataset) => datasets[dataset as DatasetId];
