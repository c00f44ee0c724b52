import { execFile, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { batchFolder, type Batch } from '../batches/batchFile';
import type { Seat } from '../batches/workerFile';
import { errorCode } from '../errorCode';
import { ExecutorError, type Executor, type JobState, type WorkerNeeds, type WorkerProgram } from './executor';

/** How long a command of Slurm's may take (ms): a controller that is away makes it wait for minutes. */
const LONGEST = 30_000;
/** Workers are told so long before their time is up (s), where that is a small part of it. */
const NOTICE = 120;
/** How the names of jobs begin. */
const NAME = 'lethe-';
/** How often a place is asked for again, and how long is waited in between (ms). */
const ASK_AGAIN = 12;
const ASK_AFTER = 10_000;
const COMMANDS = ['sbatch', 'squeue', 'scontrol', 'scancel'] as const;

const run = promisify(execFile);
const call = async (command: (typeof COMMANDS)[number], args: readonly string[]): Promise<string> =>
  (await run(command, [...args], { timeout: LONGEST, maxBuffer: 256 << 20 })).stdout;

/**
 * Slurm, reached by its commands. A batch is one job array, and an element of it a worker that trains one run after
 * another. How jobs stand is asked for all of them at once, and by `squeue` alone: accounting is often off.
 */
export const slurm: Executor = {
  name: 'slurm',

  async check() {
    try {
      for (const command of COMMANDS) await call(command, ['--version']);
      await call('scontrol', ['ping']);
      return undefined;
    } catch (error) {
      return errorCode(error) === 'ENOENT'
        ? 'Slurm is not here: its commands sbatch, squeue, scontrol and scancel are not found. This has to run on a machine from which jobs are submitted.'
        : `Slurm does not answer: ${wordsOf(error)}.`;
    }
  },

  cluster: () => configured('ClusterName'),

  async start(batch, needs, program) {
    // Where Slurm writes what workers print: it makes no folders.
    await mkdir(batchFolder(program.store, batch.id), { recursive: true });
    const workers = Math.min(needs.workers, await largestArray());
    const said = await submit(argumentsFor(batch, { ...needs, workers }, program), scriptFor(batch, program));
    const [, job, cluster] = /^(\d+)(?:;(\S+))?/.exec(said) ?? [];
    if (job === undefined) throw new ExecutorError(`sbatch did not say which job it made: ${said.trim()}`);
    return { job, ...(cluster !== undefined && { cluster }) };
  },

  async look(jobs) {
    const wanted = new Map<string, { running: Set<number>; waiting: number; reason?: string }>();
    const args = ['--noheader', '--array', `--user=${process.getuid?.() ?? ''}`, '--format=%F|%K|%T|%j|%r'];
    const listed = await call('squeue', args).catch(() => undefined);
    // A command that fails says nothing of jobs.
    if (listed === undefined) return undefined;
    for (const line of listed.split('\n')) {
      const [job = '', index = '', state = '', name = '', reason = ''] = line.trim().split('|');
      // Numbers of jobs are used again, and another cluster has its own.
      if (!jobs.includes(job) || !name.startsWith(NAME)) continue;
      const found = wanted.get(job) ?? { running: new Set<number>(), waiting: 0 };
      wanted.set(job, found);
      if (state === 'PENDING') {
        found.waiting += 1;
        found.reason ??= reason;
      } else found.running.add(Number(index));
    }
    return wanted satisfies Map<string, JobState>;
  },

  async find(batch) {
    const args = ['--noheader', `--user=${process.getuid?.() ?? ''}`, `--name=${NAME}${batch}`, '--format=%F'];
    const listed = await call('squeue', args).catch(() => undefined);
    return listed === undefined ? undefined : [...new Set(listed.split('\n').map((job) => job.trim()))].filter(Boolean);
  },

  async cancel(batch, jobs, which) {
    if (jobs.length === 0) return;
    const known = await slurm.look(jobs);
    if (!known) throw new ExecutorError('squeue does not answer: how the workers stand is not known.');
    const there = jobs.filter((job) => known.has(job));
    if (there.length === 0) return;
    const state = which === 'waiting' ? ['--state=PENDING'] : [];
    // Only what bears the name of the batch, whatever the number is now.
    await call('scancel', ['--quiet', `--name=${NAME}${batch}`, ...state, ...there]).catch((error: unknown) => {
      throw new ExecutorError(`scancel: ${wordsOf(error)}`);
    });
  },

  async again({ job, index }) {
    // All workers of a batch ask at the same time, and the controller may be away.
    for (let tries = 1; ; tries++) {
      const fault = await call('scontrol', ['requeue', `${job}_${index}`]).then(() => undefined, wordsOf);
      if (fault === undefined) return;
      if (tries === ASK_AGAIN) throw new ExecutorError(`scontrol requeue: ${fault}`);
      await delay(ASK_AFTER);
    }
  },
};

/** The place of a worker that Slurm has started, and until when it has it (ms since 1970); undefined elsewhere. */
export function slurmSeat(env: NodeJS.ProcessEnv = process.env): { seat: Seat; until?: number } | undefined {
  const job = env['SLURM_ARRAY_JOB_ID'] ?? env['SLURM_JOB_ID'];
  if (job === undefined) return undefined;
  const numberIn = (name: string) => Number(env[name] ?? '0');
  const seat = { job, index: numberIn('SLURM_ARRAY_TASK_ID'), restarts: numberIn('SLURM_RESTART_COUNT') };
  const end = numberIn('SLURM_JOB_END_TIME');
  return { seat, ...(end > 0 && { until: end * 1000 }) };
}

/** Most elements of an array that the cluster takes. */
async function largestArray(): Promise<number> {
  const most = Number((await configured('MaxArraySize')) ?? '1001');
  return Math.max(1, most - 1);
}

/** What the cluster is configured with; undefined where it does not say. */
async function configured(name: string): Promise<string | undefined> {
  const config = await call('scontrol', ['show', 'config']).catch(() => '');
  return new RegExp(`^${name}\\s*=\\s*([\\w.-]+)`, 'm').exec(config)?.[1];
}

function argumentsFor(batch: Batch, { workers, memory, options }: WorkerNeeds, { store }: WorkerProgram): string[] {
  const minutes = Math.ceil(batch.seconds / 60);
  return [
    '--parsable',
    `--job-name=${NAME}${batch.id}`,
    `--array=0-${workers - 1}`,
    '--ntasks=1',
    `--cpus-per-task=${batch.parallel * batch.threads}`,
    `--time=${minutes}`,
    ...(memory === undefined ? [] : [`--mem=${Math.ceil(memory / 1e6)}M`]),
    // A worker whose machine failed or was needed by others is started again, and goes on with what is left.
    '--requeue',
    '--open-mode=append',
    `--output=${join(batchFolder(store, batch.id), 'worker-').replaceAll('%', '%%')}%a.log`,
    `--signal=TERM@${Math.min(NOTICE, Math.floor(minutes * 15))}`,
    ...options,
  ];
}

/**
 * What an element of the array does. `srun` takes its place: signals that announce the end of the time, or that others
 * need the machine, go to steps and not to the shell of a job.
 */
const scriptFor = (batch: Batch, { node, dist, store }: WorkerProgram): string =>
  [
    '#!/bin/sh',
    '# A worker of a batch of Lethe: it trains the runs of the batch that nobody else has, one after the other.',
    // VS Code's own executable acts as Node.js with this.
    'export ELECTRON_RUN_AS_NODE=1',
    // Since 22.05 a step does not have the processors of its job by itself.
    `exec srun --ntasks=1 --cpus-per-task=${batch.parallel * batch.threads} ${[node, join(dist, 'worker.js'), store, batch.id].map(quoted).join(' ')}`,
    '',
  ].join('\n');

/** For a shell, as one word. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function submit(args: readonly string[], script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('sbatch', [...args], { stdio: ['pipe', 'pipe', 'pipe'], timeout: LONGEST });
    let [said, complaints] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (said += text.toString()));
    child.stderr.on('data', (text: Buffer) => (complaints += text.toString()));
    child.once('error', (error) => reject(new ExecutorError(`sbatch: ${error.message}`)));
    child.once('close', (code) => {
      if (code === 0) return resolve(said);
      const why = inOneLine(complaints) || (code === null ? 'sbatch did not answer' : `sbatch ended with ${code}`);
      reject(new ExecutorError(`Slurm refused the batch: ${why}`));
    });
    // One that ends before it has read all says why itself.
    child.stdin.on('error', () => undefined);
    child.stdin.end(script);
  });
}

/** A command says why it failed on stderr, and `scontrol ping` in the first line of what it prints. */
const wordsOf = (error: unknown): string => {
  const { stderr = '', stdout = '' } = error as { stderr?: string; stdout?: string };
  const said = inOneLine(stderr) || inOneLine(stdout.split('\n')[0] ?? '');
  return said || (error instanceof Error ? error.message.trim() : String(error));
};

/** Complaints without the name of the command that each line begins with. */
const inOneLine = (complaints: string): string =>
  complaints
    .split('\n')
    .map((line) => line.replace(/^\w+: (error: )?/, '').trim())
    .filter((line) => line !== '')
    .join('; ');
