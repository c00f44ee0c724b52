import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { createInterface } from 'node:readline';
import type * as vscode from 'vscode';
import type { App } from './app';

/**
 * Runs `lethe … --json` in a process of its own, and resolves with what it complained of when it has ended.
 *
 * @param onLine given each line, read as JSON
 * @param token asks the process to end
 */
export async function commandLine(
  { config, programs }: Pick<App, 'config' | 'programs'>,
  words: readonly string[],
  onLine: (line: unknown) => void,
  token?: vscode.CancellationToken,
): Promise<string> {
  const child = spawn(config.nodePath ?? process.execPath, [path.join(programs.dist, 'cli.js'), ...words, '--json'], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  token?.onCancellationRequested(() => child.kill());
  let complaint = '';
  child.stderr.on('data', (chunk) => (complaint += String(chunk)));
  createInterface(child.stdout).on('line', (text) => onLine(JSON.parse(text)));
  await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  return complaint.replace(/^lethe: /, '').trim();
}
