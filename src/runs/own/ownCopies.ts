import { createHash } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { dirname, join, posix, sep } from 'node:path';
import { ownPartsOfRun, type RunManifest } from '../../core/manifest';
import { copyName, LARGEST_FILE, ownText, type OwnPart } from '../../core/own/ownCode';
import { writeDurably } from '../files';
import { FileFault, readTextFile } from '../regularFile';

/** The user's own code of a run cannot be used; the message says why and is fit to be shown as it is. */
export class OwnCodeError extends Error {
  override readonly name = 'OwnCodeError';
}

/** What a training process is told of the user's own code that it may run. */
export interface OwnPermission {
  /** SHA-256 of what it consists of. */
  readonly hash: string;
  /** Folder of the experiment file. */
  readonly beside: string;
}

/** A file of the user's own as a run folder keeps it. */
export interface OwnCopy {
  /** Path in the run folder, with forward slashes. */
  readonly name: string;
  readonly text: string;
}

/** The user's own code that stands beside an experiment as a run has it. */
export interface OwnBeside {
  readonly permission: OwnPermission;
  readonly copies: readonly OwnCopy[];
}

/**
 * The user's own code of a run, read from beside its experiment file, where it is what the run was planned with. Undefined
 * for a run without any.
 *
 * @param workspace folder that the path of the experiment file starts from
 * @throws OwnCodeError when it is not there, or another
 */
export async function ownBeside(workspace: string, manifest: RunManifest): Promise<OwnBeside | undefined> {
  const parts = ownPartsOfRun(manifest);
  if (parts.length === 0) return undefined;
  const { file } = manifest.experiment;
  if (file === undefined)
    throw new OwnCodeError(`${listed(parts)}: the run does not say beside which experiment file.`);
  const beside = dirname(join(workspace, file));
  const copies: OwnCopy[] = [];
  for (const [i, { path, code }] of parts.entries())
    for (const [name, sha256] of Object.entries(code.files)) {
      const copy = copyName(i, name);
      const needed = { from: join(beside, dirname(path), ...name.split('/')), sha256, copy, experiment: file };
      copies.push({ name: copy, text: await sameText({ ...needed, shown: posix.join(dirname(path), name) }) });
    }
  const hash = createHash('sha256').update(ownText(parts)).digest('hex');
  return { permission: { hash, beside }, copies };
}

const listed = (parts: readonly OwnPart[]) => parts.map(({ path }) => path).join(', ');

/** A file that a run needs. */
interface Needed {
  /** Where it has to stand. */
  readonly from: string;
  /** The same, from the folder of the experiment file. */
  readonly shown: string;
  readonly sha256: string;
  /** What the run folder calls its copy. */
  readonly copy: string;
  /** The experiment file. */
  readonly experiment: string;
}

async function sameText(needed: Needed): Promise<string> {
  const text = await textOf(needed);
  const { shown, sha256, copy, experiment } = needed;
  if (createHash('sha256').update(text).digest('hex') === sha256) return text;
  throw new OwnCodeError(
    `${shown} beside ${experiment} is not what it was when this run was planned. The run's folder keeps it as ${copy}: with that in its place the run can be resumed and verified; with the present one the experiment makes runs of its own.`,
  );
}

async function textOf({ from, shown, experiment }: Needed): Promise<string> {
  try {
    // Code that came with a store stands beside no experiment.
    if ((await realpath(from)).split(sep).includes('.lethe'))
      throw new OwnCodeError(`${from} lies in a store of runs.`);
    return await readTextFile(from, LARGEST_FILE, { follow: true });
  } catch (error) {
    if (error instanceof OwnCodeError) throw error;
    const why = error instanceof FileFault ? error.reason : 'there is no such file';
    throw new OwnCodeError(
      `The run needs ${shown} beside ${experiment}: ${why}. Code that came with a run folder never runs by itself.`,
    );
  }
}

/** Writes the copies into a run folder. */
export async function writeCopies(folder: string, copies: readonly OwnCopy[]): Promise<void> {
  for (const { name, text } of copies) {
    const file = join(folder, ...name.split('/'));
    await mkdir(dirname(file), { recursive: true });
    await writeDurably(file, text);
  }
}
