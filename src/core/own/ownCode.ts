import * as z from 'zod';
import { canonicalJson } from '../canonicalJson';
import { isOwnPath } from './ownPath';

/** Files of one module of the user's own, those that it imports included. */
export const MOST_FILES = 64;
/** Bytes of one of them. */
export const LARGEST_FILE = 1_000_000;

/** From the folder of the module: nothing above it, nothing hidden. */
const fileName = z
  .string()
  .max(200)
  .regex(/^(?![./])(?!.*\/[./])[^\\]+\.(?:ts|mts|js|mjs)$/, 'is not the name of a file beside the module');

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256');

/**
 * What a module of the user's own consists of: of each file that it is made of its SHA-256 (hex), by name from the folder
 * of the module. It is part of a run's spec, so that an edited module is another one.
 */
export const ownCodeSchema = z.object({
  /** The file that is named. */
  entry: fileName,
  files: z
    .record(fileName, sha256)
    .refine((files) => Object.keys(files).length <= MOST_FILES, `holds more than ${MOST_FILES} files`),
});
export type OwnCode = z.output<typeof ownCodeSchema>;

/** A module of the user's own in a run's spec. */
export interface OwnPart {
  /** As the experiment file names it: from the folder of that file. */
  readonly path: string;
  readonly code: OwnCode;
}

/** Modules of the user's own by path: what each consists of. */
export const ownCodesSchema = z.record(
  z.string().refine(isOwnPath, "is not the path of a file of one's own"),
  ownCodeSchema,
);
export type OwnCodes = Readonly<Record<string, OwnCode>>;

/** The modules of the user's own that a spec is made of. */
export const ownPartsOf = ({ own = {} }: { readonly own?: OwnCodes | undefined }): OwnPart[] =>
  Object.entries(own).map(([path, code]) => ({ path, code }));

/** The text by whose hash it is said which code of the user's own a process may run. */
export const ownText = (parts: readonly OwnPart[]): string => canonicalJson(parts);

/** Where a run folder keeps the copy of a file: `own/1/mine.ts`, of the first of its parts. */
export const copyName = (part: number, file: string): string => `own/${part + 1}/${file}`;
