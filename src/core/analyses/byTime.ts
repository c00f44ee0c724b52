import type { KnownSeveral } from './severalResults';

/** Order of results: the newest first. It is apart from their schemas, which the dashboard's page does without. */
export const byTime = (a: DatedResult, b: DatedResult): number => b.at - a.at || (a.name < b.name ? -1 : 1);

/** The file of a result. */
export type DatedResult = Pick<KnownSeveral, 'name' | 'at'>;
