import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { letheToEnd, newSandbox, type Sandbox } from './sandbox';
import type { Attack } from './section';

/** Trains the tiny experiment for real, once. @returns the folder with its runs */
export async function goodRuns(attack: Attack): Promise<string> {
  const sandbox = newSandbox(attack);
  const ended = await letheToEnd(attack, sandbox, ['run', sandbox.file, '--backend', 'wasm', '--no-report']);
  if (ended.code !== 0) throw new Error(`The good runs ended with ${ended.code}: ${ended.stderr}`);
  return join(sandbox.workspace, '.lethe/runs');
}

/** Puts copies of them into the store of a sandbox. */
export const putRuns = (runs: string, { workspace }: Sandbox): void =>
  cpSync(runs, join(workspace, '.lethe/runs'), { recursive: true });

/** Gives a folder, and links in it rather than what they name, to a user. */
export const giveTo = (uid: number, folder: string): void => void spawnSync('chown', ['-hR', `${uid}:${uid}`, folder]);
