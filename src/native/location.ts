import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../runs/userFolders';
import { findDamage, type Checksums } from './checksums';

/** Version of what an installation holds: that of tfjs-node, and how we lay it out. Another one is installed beside it. */
export const ENGINE_VERSION = '4.22.0-2';

/** Written last into an installation: with it, and with all files as it says, the installation is whole. */
export const RECORD_FILE = 'engine.json';

/** What an installation is made of. */
export interface EngineRecord {
  readonly version: string;
  /** Version of the TensorFlow library; `unknown` until it has been loaded. */
  readonly tensorflow: string;
  /** The native addon, one of the files. */
  readonly binding: string;
  /** All files that a training process may load, relative to the installation's folder. */
  readonly files: Checksums;
}

/** Folder of the package tfjs-node in an installation. */
export const packageFolder = (engine: string): string => join(engine, 'node_modules', '@tensorflow', 'tfjs-node');

/** Where installations are kept: `LETHE_ENGINE_DIR`, else a folder in the user's cache. */
export const engineRoot = (env: NodeJS.ProcessEnv = process.env, platform = process.platform): string =>
  env['LETHE_ENGINE_DIR'] || join(cacheFolder(env, platform), 'engine');

/** The folder of the engine that this version of Lethe uses, whether it is there or not. */
export const engineFolder = (root = engineRoot()): string => join(root, ENGINE_VERSION);

/** What is found in an engine's folder: nothing, a whole installation, or one with something wrong. */
export type FoundEngine =
  { state: 'none' } | { state: 'whole'; record: EngineRecord } | { state: 'damaged'; why: string };

/** Looks without loading anything: reads the record and compares the files with it, see `findDamage`. */
export function findEngine(folder = engineFolder()): FoundEngine {
  if (!existsSync(folder)) return { state: 'none' };
  const record = readRecord(join(folder, RECORD_FILE));
  if (!record) return { state: 'damaged', why: `${RECORD_FILE} is missing or unreadable` };
  const why = findDamage(folder, record.files);
  return why === undefined ? { state: 'whole', record } : { state: 'damaged', why };
}

function readRecord(file: string): EngineRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(file, 'utf8')) as Partial<EngineRecord> | null;
    const { version, binding = '', files = {} } = record ?? {};
    return version === ENGINE_VERSION && Object.hasOwn(files, binding) ? (record as EngineRecord) : undefined;
  } catch {
    return undefined;
  }
}
