import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { catalogueOf, type Catalogue } from '../core/catalogue';
import { isDatasetName, type DatasetFacts } from '../core/datasets';
import { dataFolder } from '../runs/userFolders';
import { dataFiles, factsOf, readRecord, type DataRecord } from './record';

/** More folders than this are no data sets that anybody has added. */
const MOST_SETS = 1000;

/** A data set in the user's folder, or why it is none. */
export interface OwnData {
  readonly name: string;
  readonly record?: DataRecord;
  /** Goes on a sentence about it. */
  readonly fault?: string;
}

/** The data sets in the user's folder, by name in order. */
export function ownData(root = dataFolder()): OwnData[] {
  return namesIn(root).flatMap((name): OwnData[] => {
    const record = readRecord(root, name);
    if (record === undefined) return [];
    return typeof record === 'string' ? [{ name, fault: record }] : [{ name, record }];
  });
}

function namesIn(root: string): string[] {
  try {
    return readdirSync(root).filter(isDatasetName).sort().slice(0, MOST_SETS);
  } catch {
    return []; // Nothing has been added.
  }
}

let last: { readonly stamp: string; readonly catalogue: Catalogue } | undefined;

/** All data sets that experiments may name. Reads nothing again while nothing in the user's folder has changed. */
export function readCatalogue(root = dataFolder()): Catalogue {
  const stamp = JSON.stringify([
    root,
    namesIn(root).map((name) => [name, stampOf(join(root, name, dataFiles.record))]),
  ]);
  if (last?.stamp === stamp) return last.catalogue;
  const facts = ownData(root).flatMap(({ name, record }): [string, DatasetFacts][] =>
    record ? [[name, factsOf(record)]] : [],
  );
  last = { stamp, catalogue: catalogueOf(new Map(facts)) };
  return last.catalogue;
}

function stampOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? `${found.ino} ${found.mtimeMs} ${found.size}` : '';
}
