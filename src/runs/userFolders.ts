import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where Lethe keeps what only this user may write: which processes it started. Never inside a store, which may be cloned
 * or shared. `LETHE_STATE_DIR`, else where the system keeps such things.
 */
export function stateFolder(env: Environment = process.env, platform = process.platform): string {
  if (env['LETHE_STATE_DIR']) return env['LETHE_STATE_DIR'];
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'lethe');
  if (platform === 'win32') return join(localAppData(env), 'lethe', 'state');
  return join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'lethe');
}

/** Where Lethe keeps what can be made again: deleting it costs time and nothing else. `LETHE_CACHE_DIR`, else as usual. */
export function cacheFolder(env: Environment = process.env, platform = process.platform): string {
  if (env['LETHE_CACHE_DIR']) return env['LETHE_CACHE_DIR'];
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'lethe');
  if (platform === 'win32') return join(localAppData(env), 'lethe');
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'lethe');
}

/**
 * Where the data sets lie that the user added: large, and wanted for long. `LETHE_DATA_DIR`, else where the system keeps
 * such things.
 */
export function dataFolder(env: Environment = process.env, platform = process.platform): string {
  if (env['LETHE_DATA_DIR']) return env['LETHE_DATA_DIR'];
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'lethe', 'data');
  if (platform === 'win32') return join(localAppData(env), 'lethe', 'data');
  return join(env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'lethe');
}

const localAppData = (env: Environment) => env['LOCALAPPDATA'] || join(homedir(), 'AppData', 'Local');
