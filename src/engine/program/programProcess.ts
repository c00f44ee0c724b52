import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ownValue } from '../../core/ownValue';
import type { Tenure } from '../tenure';
import { lastLinesOf } from './lastLines';

/** What is started: the command as the experiment file has it, and its folder. */
export interface ProgramStart {
  readonly command: readonly string[];
  readonly beside: string;
  /** Variables of its own. */
  readonly env: Readonly<Record<string, string>>;
}

/** How a program came to its end: whether its log says so, and with which exit code or by which signal. */
export interface ProgramEnd {
  readonly isTold: boolean;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How often it is looked whether the run is to stop, or is another process's (ms). */
const LOOK_EVERY = 200;

/**
 * Starts the program of a run and waits for its end. A stop, by signal to this process or by the `stop` marker, is handed on
 * as SIGTERM where there is such a thing; where another process has taken the run over, the program is ended.
 *
 * @throws Error when it cannot be started
 */
export async function runProgram(runFolder: string, start: ProgramStart, tenure: Tenure): Promise<ProgramEnd> {
  const marker = path.join(runFolder, 'stop');
  const child = await started(start);
  let isAsked = false;
  const ask = () => {
    if (isAsked) return;
    isAsked = true;
    // There it would be an end by force: the program looks for the marker itself.
    if (process.platform !== 'win32') child.kill('SIGTERM');
  };
  const look = setInterval(() => {
    try {
      tenure.giveSign();
    } catch {
      child.kill('SIGKILL');
    }
    if (existsSync(marker)) ask();
  }, LOOK_EVERY);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, ask);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once('exit', (...end) => resolve(end)),
  );
  clearInterval(look);
  const isTold = hasEnded(path.join(runFolder, 'events.jsonl'), tenure.token);
  // A stop that was followed is over; one that was not says that this was no crash.
  if (isTold) rmSync(marker, { force: true });
  return { isTold, code, signal };
}

async function started({ command: [executable = '', ...args], beside, env }: ProgramStart) {
  // VS Code's own executable acts as Node.js with this; a program is none of that.
  const { ELECTRON_RUN_AS_NODE: _own, ...inherited } = process.env;
  const child = spawn(executable, args, {
    cwd: beside,
    shell: false,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...inherited, ...env },
    windowsHide: true,
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error: NodeJS.ErrnoException) => reject(new Error(cannotStart(executable, error))));
  });
  child.on('error', (error) => console.error(error));
  return child;
}

function cannotStart(executable: string, { code, message }: NodeJS.ErrnoException): string {
  const named = JSON.stringify(executable);
  if (code === 'ENOENT') return `There is no program ${named}: it was looked for as the experiment file names it.`;
  if (code === 'EACCES') return `The program ${named} may not be started: it is not executable.`;
  return `The program ${named} cannot be started: ${message}`;
}

/** Whether the log says that this start of the run has ended. */
const hasEnded = (log: string, token: string | undefined): boolean =>
  lastLinesOf(log).some((line) => {
    try {
      const event: unknown = JSON.parse(line);
      return ownValue(event, 'type') === 'ended' && ownValue(event, 'token') === token;
    } catch {
      return false;
    }
  });
