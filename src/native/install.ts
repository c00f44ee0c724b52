import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir, statfs, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { acquireLock } from '../runs/index';
import { checksumsOf } from './checksums';
import { ADDON, compileAddon, findCompiler } from './compile';
import { EngineError } from './engineError';
import { gatherEngine } from './gather';
import { ENGINE_VERSION, engineRoot, packageFolder, RECORD_FILE, type EngineRecord } from './location';
import { installPackages } from './packages';
import { failure, runProgram } from './program';
import { engineStatus, needs, type EngineNeeds, type EngineStatus } from './status';
import type { InstallProgress, Installation } from './installation';
import { unsupported } from './support';
import { downloadWheel, findPip, unpackWheel, wheel, type Wheel } from './wheel';

export interface InstallOptions {
  /** Folder with train.js, which tests the engine as runs will use it. */
  readonly dist: string;
  readonly onProgress: (progress: InstallProgress) => void;
  readonly signal: AbortSignal;
  /** Asked before anything is downloaded; false: nothing happens. */
  readonly consent: (needs: EngineNeeds) => Promise<boolean>;
  readonly root?: string;
  readonly wheel?: Wheel;
  /** Why this machine cannot have the engine; undefined where it can. */
  readonly refused?: string | undefined;
}

/**
 * Installs the native engine, or finds it installed. Everything is made in a folder beside and tested there; only a
 * rename makes it the engine, so a half-made one is never picked up. After a failure or an abort nothing is left.
 *
 * @returns the engine's status, or undefined when consent was not given
 * @throws EngineError with what to do; the signal's reason after an abort
 */
export async function installEngine(options: InstallOptions): Promise<EngineStatus | undefined> {
  const root = options.root ?? engineRoot();
  const refused = 'refused' in options ? options.refused : unsupported();
  if (refused !== undefined) throw new EngineError('unsupported', refused);
  if (engineStatus(root).installed) return engineStatus(root);
  if (!(await options.consent(needs))) return undefined;
  options.signal.throwIfAborted();
  await locked(root, async () => {
    await removeLeftovers(root);
    // Somebody else may have installed it while this one waited.
    if (engineStatus(root).installed) return;
    await checkSpace(root);
    await make(root, options);
    await removeLeftovers(root);
  });
  return engineStatus(root);
}

/** Removes the engine and everything that installations left. Runs that have loaded it go on. */
export async function removeEngine(root = engineRoot()): Promise<void> {
  await locked(root, () => removeAll(root, () => true));
  // Empty folders go too; where there is something else in them, or somebody has just come, they stay.
  for (const folder of [join(root, LOCK), root]) await rmdir(folder).catch(() => undefined);
}

const LOCK = 'lock';

async function locked(root: string, work: () => Promise<void>): Promise<void> {
  const lock = await writable(root, acquireLock(join(root, LOCK), 5));
  if (!lock) throw new EngineError('busy', 'The engine is being installed or removed by another process already.');
  try {
    await writable(root, work());
  } finally {
    await lock.release();
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a file stands in the way',
  EEXIST: 'a file stands in the way',
};

async function writable<T>(root: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new EngineError('disk full', `The disk of ${root} is full.`);
    const reason = reasons[code];
    if (reason === undefined) throw error;
    throw new EngineError('not writable', `The engine cannot be written to ${root}: ${reason} (${code}).`);
  }
}

/** Folders of killed installations and of other versions. Only who holds the lock may call it. */
const removeLeftovers = (root: string) => removeAll(root, (name) => name !== ENGINE_VERSION);

/** Names of what installations make: nothing else in the folder is touched, since the user may have named it. */
const OURS = /^(staging-[0-9a-f]+|removed-[0-9a-f]+|\d+\.\d+\.\d+-\d+)$/;

async function removeAll(root: string, chosen: (name: string) => boolean): Promise<void> {
  for (const name of await readdir(root)) {
    if (!OURS.test(name) || !chosen(name)) continue;
    // Out of the way first: what is only partly removed must not look like an engine.
    const doomed = join(root, `removed-${randomBytes(4).toString('hex')}`);
    await rename(join(root, name), doomed);
    await rm(doomed, { recursive: true, force: true });
  }
}

async function checkSpace(root: string): Promise<void> {
  const { bavail, bsize } = await statfs(root);
  const free = bavail * bsize;
  if (free >= needs.whileInstalling) return;
  const [wanted, found] = [needs.whileInstalling, free].map((bytes) => `${(bytes / 1e9).toFixed(1)} GB`);
  throw new EngineError(
    'disk full',
    `Installing the engine needs ${wanted} of free disk space, and ${root} has ${found}. Make room, or name another ` +
      'folder with the environment variable LETHE_ENGINE_DIR.',
  );
}

async function make(root: string, { dist, onProgress, signal, wheel: wanted = wheel }: InstallOptions): Promise<void> {
  const enclosing = join(root, `staging-${randomBytes(6).toString('hex')}`);
  // Named as an engine is, so that the self-test finds it as runs find theirs.
  const engine = join(enclosing, ENGINE_VERSION);
  const installation: Installation = {
    staging: join(enclosing, 'build'),
    temporary: join(enclosing, 'tmp'),
    signal,
    onProgress,
  };
  try {
    for (const folder of [installation.staging, installation.temporary, engine])
      await mkdir(folder, { recursive: true });
    await build(installation, wanted);
    await gatherEngine(installation.staging, engine);
    await prove(installation, engine, dist);
    signal.throwIfAborted();
    await activate(engine, root);
  } finally {
    await rm(enclosing, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function build(installation: Installation, wanted: Wheel): Promise<void> {
  // Both are looked for first: nobody should wait for a download that cannot be used.
  const compiler = await findCompiler(installation);
  const python = await findPip(installation);
  await installPackages(installation);
  const file = await downloadWheel(installation, python, wanted);
  await unpackWheel(installation, python, file, wanted);
  await compileAddon(installation, compiler, Object.keys(wanted.libraries));
}

/** Writes the record, and has a training process check the engine by it, load it and compute with it. */
async function prove({ signal, onProgress }: Installation, engine: string, dist: string): Promise<void> {
  onProgress({ phase: 'test' });
  const binding = relative(engine, join(packageFolder(engine), ADDON));
  const record: EngineRecord = {
    version: ENGINE_VERSION,
    tensorflow: 'unknown',
    binding,
    files: checksumsOf(engine),
  };
  const write = (tensorflow: string) =>
    writeFile(join(engine, RECORD_FILE), JSON.stringify({ ...record, tensorflow }, undefined, 2));
  await write(record.tensorflow);
  const outcome = await runProgram(process.execPath, [join(dist, 'train.js'), '--self-test'], {
    cwd: engine,
    signal,
    env: { LETHE_ENGINE_DIR: join(engine, '..'), TF_CPP_MIN_LOG_LEVEL: '2' },
  });
  if (!outcome.ok)
    throw failure('self-test', 'The engine was built but does not work here, so it was not kept', outcome);
  await write(/^TensorFlow (\S+)$/m.exec(outcome.output)?.[1] ?? 'unknown');
}

async function activate(engine: string, root: string): Promise<void> {
  // A damaged engine may stand there.
  await removeAll(root, (name) => name === ENGINE_VERSION);
  await rename(engine, join(root, ENGINE_VERSION));
}
