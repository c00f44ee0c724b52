import { datasets, SHIPPED, type DatasetFacts } from './datasets';

/** A data set that experiments may name, and whether it is on this machine. */
export interface CatalogueEntry extends DatasetFacts {
  readonly present: boolean;
}

/** Data sets by name: the known ones and those of the user. */
export type Catalogue = ReadonlyMap<string, CatalogueEntry>;

/** @param own what is in the user's data folder, by name */
export const catalogueOf = (own: ReadonlyMap<string, DatasetFacts>): Catalogue =>
  new Map([
    ...Object.entries<DatasetFacts>(datasets).map(
      ([name, facts]) => [name, { ...facts, present: name === SHIPPED }] as const,
    ),
    ...[...own].map(([name, facts]) => [name, { ...facts, present: true }] as const),
  ]);

/** What there is where nothing has been added. */
export const shippedCatalogue = catalogueOf(new Map());

/** Entry of a data set that an experiment names. @throws RangeError when there is none: such a file is refused before */
export function entryIn(catalogue: Catalogue, name: string): CatalogueEntry {
  const entry = catalogue.get(name);
  if (!entry) throw new RangeError(`no data set ${name}`);
  return entry;
}

/** How checks, plans and views come to what is known of a data set that an experiment names. */
export type FactsOf = (dataset: string) => DatasetFacts;

/** @returns a function that throws as `entryIn` does */
export const factsIn =
  (catalogue: Catalogue): FactsOf =>
  (name) =>
    entryIn(catalogue, name);

/** Says how to get a known data set that is not on this machine. */
export const howToGet = (name: string): string =>
  `Download it: lethe data download ${name} (in VS Code: "Lethe: Data Sets…"). Or add the original: lethe data add ${name} <archive or folder>.`;

/** Of an experiment on data that is not there. */
export const missingData = (name: string, { title }: DatasetFacts): string =>
  `${title} is not on this machine. ${howToGet(name)}`;
