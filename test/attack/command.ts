import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { end } from './processes';

export interface CommandOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds after which it counts as hung and is ended. */
  readonly limit: number;
  /** Milliseconds after which it is asked to end, as by Ctrl-C. */
  readonly interruptAfter?: number;
  /** User to run it as; needs root. */
  readonly uid?: number | undefined;
}

export interface Ended {
  readonly code: number | null;
  /** It was asked to end by Ctrl-C, and did so before it could say anything. */
  readonly interrupted: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
  /** Highest resident memory that was seen, in bytes; 0 where the system does not tell. */
  readonly peakMemory: number;
  readonly hung: boolean;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

const LOOK_MS = 25;
/** How long output is still waited for when the program has ended. */
const LAST_WORDS_MS = 300;
/** Characters of output that are kept of each stream. */
const KEPT = 1 << 20;

/** Starts a program in a group of its own, so that what it leaves can be ended with it. */
export function start([program, ...args]: readonly [string, ...string[]], options: CommandOptions): Running {
  const begun = performance.now();
  const { cwd, env, limit, interruptAfter, uid } = options;
  const owner = uid === undefined ? {} : { uid, gid: uid };
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'], ...owner });
  const text = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (part: string) => {
      if (text[stream].length < KEPT) text[stream] += part;
    });
  }
  let peakMemory = 0;
  let hung = false;
  const look = setInterval(() => (peakMemory = Math.max(peakMemory, memoryOf(child.pid))), LOOK_MS);
  const giveUp = setTimeout(() => {
    hung = true;
    if (child.pid !== undefined) end(child.pid);
  }, limit);
  let isAsked = false;
  const interrupt =
    interruptAfter === undefined
      ? undefined
      : setTimeout(() => {
          isAsked = true;
          child.kill('SIGINT');
        }, interruptAfter);
  const settle = () => {
    clearInterval(look);
    clearTimeout(giveUp);
    clearTimeout(interrupt);
  };
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      settle();
      const milliseconds = performance.now() - begun;
      const interrupted = isAsked && signal === 'SIGINT';
      const tell = () => resolve({ code, interrupted, ...text, milliseconds, peakMemory, hung });
      // What a command leaves running may keep its output open for ever.
      const patience = setTimeout(tell, LAST_WORDS_MS);
      child.once('close', () => {
        clearTimeout(patience);
        tell();
      });
    });
  });
  return { child, ended };
}

export const runToEnd = (command: readonly [string, ...string[]], options: CommandOptions): Promise<Ended> =>
  start(command, options).ended;

function memoryOf(pid: number | undefined): number {
  if (process.platform !== 'linux' || pid === undefined) return 0;
  try {
    const [, kilobytes = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    return 0;
  }
}

/** A line of a stack trace, unless it is quoted (indented further), as the end of a run's own output is. */
const traceLine = /^ {4}at .+$/m;

export interface Bounds {
  readonly codes?: readonly number[];
  /** Bytes. */
  readonly memory?: number;
}

/** What is wrong with how a command ended: too slow, too large, a stack trace, an exit code that says nothing. */
export function troublesOf(name: string, ended: Ended, { codes = [0, 1, 2, 3], memory }: Bounds = {}): string[] {
  if (ended.hung) return [`${name} did not end`];
  const text = `${ended.stderr}\n${ended.stdout}`;
  const found: string[] = [];
  if (traceLine.test(text)) found.push(`${name} ended with a stack trace (${errorIn(text)})`);
  else if (!ended.interrupted && (ended.code === null || !codes.includes(ended.code)))
    found.push(`${name} ended with ${ended.code ?? 'a signal'}`);
  if (hasControl(text)) found.push(`${name} sent control characters to the terminal`);
  if (memory !== undefined && ended.peakMemory > memory) found.push(`${name} took more than ${megabytes(memory)}`);
  return found;
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

/** The kind of error a stack trace begins with: its code where it has one. */
function errorIn(text: string): string {
  const code = /\b(E[A-Z]{3,}|ERR_[A-Z_]+)\b/.exec(text)?.[1];
  const name = /^(?:Uncaught )?(\w*Error)\b/m.exec(text)?.[1];
  return code ?? name ?? 'no reason given';
}

/** C0 and C1 control characters steer a terminal; line feeds and tabs do not. */
export function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < 0x20 && code !== 0x0a && code !== 0x09) || (code >= 0x7f && code < 0xa0)) return true;
  }
  return false;
}
