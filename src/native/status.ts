import { engineFolder, engineRoot, findEngine } from './location';
import { unsupported } from './support';

/** What an installation takes, in bytes. */
export interface EngineNeeds {
  readonly download: number;
  readonly installed: number;
  /** Free disk space needed until it is done. */
  readonly whileInstalling: number;
}
export const needs: EngineNeeds = { download: 265e6, installed: 600e6, whileInstalling: 1.5e9 };

export interface EngineStatus {
  readonly installed: boolean;
  /** Where it is, or would be. */
  readonly folder: string;
  /** Why it is not installed, in one sentence that says what to do. */
  readonly why?: string;
  /** Whether this machine can have it. */
  readonly supported: boolean;
  readonly version?: string;
  readonly tensorflow?: string;
  /** Bytes on disk. */
  readonly bytes?: number;
  readonly needs: EngineNeeds;
}

/** Looks at the installation without loading it; reads what has changed since it was read last. */
export function engineStatus(root = engineRoot()): EngineStatus {
  const folder = engineFolder(root);
  const found = findEngine(folder);
  const refused = unsupported();
  const common = { folder, supported: refused === undefined, needs };
  if (found.state === 'whole') {
    const { version, tensorflow, files } = found.record;
    const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
    return { installed: true, ...common, version, tensorflow, bytes };
  }
  const why =
    found.state === 'damaged'
      ? `The engine in ${folder} is damaged (${found.why}). Install it again.`
      : (refused ?? 'The native engine is not installed.');
  return { installed: false, ...common, why };
}
