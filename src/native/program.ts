import { spawn } from 'node:child_process';
import { EngineError } from './engineError';

export interface ProgramOptions {
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Outcome {
  /** The program was found and ended with 0. */
  readonly ok: boolean;
  readonly missing: boolean;
  /** The end of what it wrote, both streams together. */
  readonly output: string;
}

/** How much of the output is kept (characters): enough for the reason, which stands at the end. */
const KEPT = 20_000;

/**
 * Runs a program to its end. Never rejects for what the program does: that is in the outcome.
 *
 * @throws the signal's reason after an abort; the program and all it started are gone then
 */
export async function runProgram(command: string, args: readonly string[], options: ProgramOptions): Promise<Outcome> {
  options.signal.throwIfAborted();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what the program started ends with it.
    detached: true,
  });
  let output = '';
  const keep = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-KEPT));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const end = () => endGroup(child.pid);
  options.signal.addEventListener('abort', end);
  try {
    const outcome = await new Promise<Outcome>((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') resolve({ ok: false, missing: true, output });
        else reject(error);
      });
      child.once('close', (code, killer) => {
        if (killer !== null) output += `\nIt was ended by ${killer}.`;
        resolve({ ok: code === 0, missing: false, output });
      });
    });
    options.signal.throwIfAborted();
    return outcome;
  } finally {
    options.signal.removeEventListener('abort', end);
  }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/** The first of some programs that exists here and answers these arguments with success. */
export async function findProgram(
  candidates: readonly string[],
  args: readonly string[],
  options: ProgramOptions,
): Promise<string | undefined> {
  for (const candidate of candidates) if ((await runProgram(candidate, args, options)).ok) return candidate;
  return undefined;
}

/** Turns the end of a failed program's output into an error with the line that matters. */
export function failure(fault: 'download' | 'compile' | 'self-test', what: string, { output }: Outcome): EngineError {
  if (/No space left on device|ENOSPC|Disk quota exceeded|EDQUOT/.test(output))
    return new EngineError('disk full', `${what}: the disk is full.`);
  const trouble = fault === 'download' ? networkTrouble(output) : undefined;
  if (trouble !== undefined)
    return new EngineError(fault, `${what}: ${trouble}. Check the network, and its settings for mirrors and proxies.`);
  return new EngineError(fault, `${what}: ${tellingLine(output)}`);
}

/** How npm, pip and what they are made of name what keeps them from the network. */
const troubles: readonly (readonly [RegExp, string])[] = [
  [/ProxyError|proxy.*(refused|40[37])|tunneling socket/i, 'the proxy cannot be reached or refuses'],
  [/ECONNREFUSED|Connection refused/, 'the connection was refused'],
  [
    /ENOTFOUND|EAI_AGAIN|NameResolutionError|Name or service not known|name resolution/,
    'the name of the host cannot be resolved',
  ],
  [/ETIMEDOUT|ConnectTimeout|ReadTimeout|EIDLETIMEOUT/, 'there was no answer in time'],
  [/SSLError|CERTIFICATE_VERIFY_FAILED|UNABLE_TO_\w*CERT|SELF_SIGNED_CERT|CERT_\w+/, 'the certificate is not trusted'],
  [/ENETUNREACH|EHOSTUNREACH|Network is unreachable/, 'the network cannot be reached'],
  [/ECONNRESET|Connection reset|IncompleteRead|RemoteDisconnected/, 'the connection broke off'],
];

const networkTrouble = (output: string): string | undefined => troubles.find(([pattern]) => pattern.test(output))?.[1];

/** The line of an output that most likely says what went wrong: the last that speaks of an error, else the last. */
export function tellingLine(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/A complete log of this run|^npm (error|ERR!) *$/.test(line));
  const telling = lines.findLast((line) => /error|fail|cannot|unable|not found/i.test(line)) ?? lines.at(-1);
  return telling?.slice(0, 300) ?? 'it ended without a word.';
}
