import * as z from 'zod';
import { isWorkerClaim } from '../batches/claims';
import { runFiles } from '../layout';

/** Version of packs. */
export const PACK_FORMAT = 1;
/** The first entry of a pack, which lists all others. */
export const INDEX = 'pack.json';
/** Largest index that is read (bytes): some hundred thousand files. */
export const LARGEST_INDEX = 2 ** 26;

/** Why a pack cannot be made or taken; the message is fit to be shown as it is. */
export class PackError extends Error {
  override readonly name = 'PackError';
}

/** What says how a run stands on one machine, and would say something else on another. */
const own: ReadonlySet<string> = new Set([runFiles.queued, runFiles.claimed, runFiles.process, runFiles.stop]);
const DEEPEST = 5;
/** Names that Windows keeps for devices. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

const isPlainName = (name: string): boolean =>
  /^\w[\w.+@=-]{0,199}$/.test(name) && !name.endsWith('.') && !DEVICE.test(name);

/** A file below a folder, with forward slashes: names that mean the same on every system, and none of another folder. */
export const isPlainPath = (path: string): boolean => {
  const names = path.split('/');
  return names.length <= DEEPEST && names.every(isPlainName);
};

/** A file of a run that goes with it to another machine. */
export const isPortable = (path: string): boolean => isPlainPath(path) && !own.has(path) && !isWorkerClaim(path);

const file = z.strictObject({
  path: z.string().refine(isPortable),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type PackedFile = z.output<typeof file>;

export const packIndexSchema = z.strictObject({
  lethe: z.literal(PACK_FORMAT),
  experiment: z.strictObject({ name: z.string().max(1000) }),
  /** What goes with the runs: the experiment file, the report. */
  beside: z.array(file).max(10),
  runs: z.array(z.strictObject({ id: z.string().refine(isPlainPath), files: z.array(file) })),
});
export type PackIndex = z.output<typeof packIndexSchema>;

/** Names of the entries of a pack, in their order, with what each should be. */
export const entriesOfPack = ({ beside, runs }: PackIndex): { readonly name: string; readonly file: PackedFile }[] => [
  ...beside.map((one) => ({ name: `beside/${one.path}`, file: one })),
  ...runs.flatMap(({ id, files }) => files.map((one) => ({ name: `runs/${id}/${one.path}`, file: one }))),
];
