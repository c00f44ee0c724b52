import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { checkMessageSchema, type CheckMessage } from '../core/own/checkMessages';
import { exitCodes, InputError } from './exitCodes';
import type { Terminal } from './terminal';
import { typeFaults } from './typeCheck';

/** A file that has not come to its end by then never will (ms). */
const LONGEST = 180_000;

const signs = { passed: '✓', failed: '✗', skipped: '–' } as const;

/** `lethe check mine.ts`: whether a file of the user's own keeps to what every one of its kind must. */
export async function ownCheckCommand(
  file: string,
  { settings = '{}' }: { readonly settings?: string },
  terminal: Terminal,
  dist: string,
): Promise<number> {
  requireObject(settings);
  const types = await checkTypes(file, terminal, dist);
  const contract = await checkContract(file, settings, terminal, dist);
  return types && contract ? exitCodes.done : exitCodes.failed;
}

function requireObject(settings: string): void {
  try {
    const value: unknown = JSON.parse(settings);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  } catch {
    // Said below.
  }
  throw new InputError(`--settings ${settings}: give an object as JSON, as '{"strength": 2}'.`);
}

async function checkTypes(file: string, terminal: Terminal, dist: string): Promise<boolean> {
  const found = await typeFaults(resolve(file), dist);
  const name = 'its types are right';
  if (typeof found === 'string') terminal.out(`${signs.skipped} ${name}: not checked: ${found}`);
  else if (found.length === 0) terminal.out(`${signs.passed} ${name}`);
  else terminal.out([`${signs.failed} ${name}`, ...found].join('\n'));
  return typeof found === 'string' || found.length === 0;
}

function checkContract(file: string, settings: string, terminal: Terminal, dist: string): Promise<boolean> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [join(dist, 'own.js'), '--check', file, '--settings', settings], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
    });
    const picture = terminal.live ? terminal.picture() : undefined;
    let failed = 0;
    let running = 'loading it';
    let isDone = false;
    let words = '';
    child.stderr?.on('data', (bytes: Buffer) => (words = (words + bytes.toString()).slice(-2000)));
    const patience = setTimeout(() => {
      words = `It has not come to an end after ${LONGEST / 1000} s.`;
      child.kill('SIGKILL');
    }, LONGEST);
    const take = (message: CheckMessage) => {
      picture?.clear();
      if (message.type === 'done') isDone = true;
      else if (message.type === 'begins') {
        running = message.check;
        picture?.draw([`… ${message.check}`]);
      } else {
        if (message.outcome === 'failed') failed += 1;
        terminal.out(lineOf(message));
      }
    };
    child.on('message', (message) => {
      const parsed = checkMessageSchema.safeParse(message);
      if (parsed.success) take(parsed.data);
    });
    child.once('error', fail);
    child.once('close', () => {
      clearTimeout(patience);
      picture?.clear();
      if (!isDone) terminal.out(`${signs.failed} ${running}: ${words.trim() || 'the process ended.'}`);
      done(isDone && failed === 0);
    });
  });
}

function lineOf({ check, outcome, seconds, message }: Extract<CheckMessage, { type: 'ends' }>): string {
  const said = outcome === 'skipped' ? `: not checked: ${message}` : ` (${seconds.toFixed(1)} s)`;
  return [`${signs[outcome]} ${check}${said}`, ...(outcome === 'failed' && message ? [message] : [])].join('\n');
}
