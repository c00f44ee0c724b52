import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Host } from '../vscode/harness';
import { installation } from '../vscode/installation';

/** Runs the command line that ships with the extension in the workspace, on the Node.js of the window. */
export function lethe(host: Host, ...args: string[]): Promise<{ stdout: string }> {
  const extensions = path.join(path.dirname(host.workspace), 'ext');
  const installed = readdirSync(extensions).find((name) => name.startsWith('lethe.lethe-')) ?? '';
  const cli = path.join(extensions, installed, 'dist', 'cli.js');
  return promisify(execFile)(installation().node, [cli, ...args], { cwd: host.workspace });
}
