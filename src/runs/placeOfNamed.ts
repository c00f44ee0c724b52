import { resolve } from 'node:path';

/** Absolute path of a file that an experiment file names. */
export const placeOfNamed = (name: string, experimentFile: string): string => resolve(experimentFile, '..', name);
