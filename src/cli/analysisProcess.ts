import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type * as z from 'zod';
import { formatPercent } from '../core/format';
import { isForeign, type Run } from '../core/run';
import { waitText } from '../core/timeLeft';
import type { RunStore } from '../runs/index';
import { exitCodes, InputError } from './exitCodes';
import { timeLeftOf } from './rate';
import { runNamed } from './storeCommands';
import type { Terminal } from './terminal';

const signals = ['SIGINT', 'SIGTERM'] as const;

/** What every process that analyses says, whatever it finds. */
type Said =
  | { readonly type: 'progress'; readonly share: number; readonly what: string }
  | { readonly type: 'coarse' }
  | { readonly type: 'result' }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'stopped' };
type Ended<Message extends Said> =
  Exclude<Message, { type: 'progress' | 'coarse' }> | { type: 'failed'; message: string };

/** A run whose parameters can be analysed. @throws InputError */
export function analysable(name: string, runs: readonly Run[]): Run {
  const run = runNamed(name, runs);
  const { id } = run.manifest;
  if (isForeign(run)) throw new InputError(`${id} was not trained by Lethe: its parameters cannot be read.`);
  if (run.status !== 'done') throw new InputError(`${id} is ${run.status}: only a done run can be analysed.`);
  return run;
}

/**
 * Starts a process with arguments, and resolves with the last it said.
 *
 * @param drawn what is shown, in a live terminal, of what there is so far
 */
export type Follow = <Message extends Said>(
  args: readonly string[],
  schema: z.ZodType<Message>,
  drawn?: (coarse: Extract<Message, { type: 'coarse' }>) => readonly string[],
) => Promise<Ended<Message>>;

/**
 * Analyses something when it is this command's turn: in a workspace folder one analysis runs at a time, and others wait.
 *
 * @param work follows processes, and says how it ended: 'stopped' where one of them was
 * @returns the exit code
 */
export async function analysing(
  store: RunStore,
  terminal: Terminal,
  dist: string,
  work: (follow: Follow) => Promise<'done' | 'failed' | 'stopped'>,
): Promise<number> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  for (const event of signals) process.on(event, stop);
  const { signal } = stopping;
  const onWaiting = () => terminal.note('Another analysis is running in this workspace folder: waiting for it.');
  const turn = await store.waitToAnalyse({ signal, onWaiting });
  let ended: 'done' | 'failed' | 'stopped' = 'stopped';
  try {
    if (turn) ended = await work((args, schema, drawn) => followed(args, schema, { signal, terminal, dist, drawn }));
  } finally {
    for (const event of signals) process.off(event, stop);
    await turn?.release();
  }
  if (ended === 'failed') return exitCodes.failed;
  if (ended === 'done' && !signal.aborted) return exitCodes.done;
  terminal.note('Stopped. Of what was not over nothing was kept.');
  return exitCodes.stopped;
}

interface Following<Message extends Said> {
  readonly drawn: ((coarse: Extract<Message, { type: 'coarse' }>) => readonly string[]) | undefined;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
  readonly dist: string;
}

/** Starts the process and shows how it goes. @returns the last it said */
function followed<Message extends Said>(
  args: readonly string[],
  schema: z.ZodType<Message>,
  { signal, terminal, dist, drawn }: Following<Message>,
): Promise<Ended<Message>> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [join(dist, 'train.js'), ...args], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
    });
    const picture = terminal.live ? terminal.picture() : undefined;
    let last: Ended<Message> | undefined;
    let words = '';
    let soFar: readonly string[] = [];
    const progress = progressOn(terminal, (line) => picture?.draw([...soFar, line]));
    const stop = () => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop);
    child.stderr?.on('data', (bytes: Buffer) => (words = (words + bytes.toString()).slice(-2000)));
    child.on('message', (message) => {
      const { data } = schema.safeParse(message);
      if (data?.type === 'progress') progress(data);
      else if (data?.type === 'coarse') soFar = drawn?.(data as Extract<Message, { type: 'coarse' }>) ?? [];
      else if (data) last = data as Ended<Message>;
    });
    child.once('error', fail);
    child.once('close', () => {
      signal.removeEventListener('abort', stop);
      picture?.clear();
      done(last ?? { type: 'failed', message: words.trim() || 'The process ended.' });
    });
  });
}

/**
 * Says how far it is and how long it takes yet, by what has been measured so far: in a live terminal all the while, elsewhere
 * once, as soon as that says something.
 */
function progressOn(terminal: Terminal, draw: (line: string) => void) {
  const leftOf = timeLeftOf();
  let isSaid = false;
  return ({ share, what }: Extract<Said, { readonly type: 'progress' }>): void => {
    const left = leftOf('analysis', share, 1);
    const words = left === undefined ? undefined : `about ${waitText(left)} left`;
    draw([formatPercent(share), what, ...(words === undefined ? [] : [words])].join('  '));
    if (terminal.live || isSaid || words === undefined) return;
    isSaid = true;
    terminal.note(`${formatPercent(share)}, ${words}.`);
  };
}
