import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { analyses, analysisCardOf, analysisIds, isAnalysisId, type AnalysisId } from '../core/analyses/index';
import { analysisMessageSchema, type AnalysisMessage, type AnalysisResult } from '../core/analyses/result';
import type { BackendChoice } from '../core/backends';
import { formatPercent } from '../core/format';
import { isForeign } from '../core/run';
import { columns } from './columns';
import { exitCodes, InputError } from './exitCodes';
import { runNamed, storeHere } from './storeCommands';
import type { Terminal } from './terminal';
import { nameOf } from './words';

export interface AnalyseOptions {
  readonly settings?: string;
  readonly backend?: BackendChoice;
  readonly fresh?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

/** The names of all analyses, for the help. */
export const analysisNames = analysisIds.map((id) => `${id}: ${analyses[id].summary}`).join('\n  ');

/**
 * `lethe analyse`: measures something on the parameters that a finished run kept, in a process of its own, and then the
 * next thing. In a workspace folder one analysis runs at a time: others wait for their turn.
 */
export async function analyseCommand(
  name: string,
  names: readonly string[],
  options: AnalyseOptions,
  terminal: Terminal,
  dist: string,
): Promise<number> {
  const wanted = names.map(analysisNamed);
  if (wanted.length > 1 && options.settings !== undefined)
    throw new InputError('--settings are those of one analysis: name one at a time.');
  const store = storeHere(options.out, dist, terminal);
  const run = runNamed(name, await store.list());
  const { id } = run.manifest;
  if (isForeign(run)) throw new InputError(`${id} was not trained by Lethe: its parameters cannot be read.`);
  if (run.status !== 'done') throw new InputError(`${id} is ${run.status}: only a done run can be analysed.`);
  const args = ['--settings', options.settings ?? '{}'];
  if (options.backend) args.push('--backend', options.backend);
  if (options.fresh) args.push('--fresh');
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  for (const event of signals) process.on(event, stop);
  const { signal } = stopping;
  const onWaiting = () => terminal.note('Another analysis is running in this workspace folder: waiting for it.');
  let isStopped = false;
  const turn = await store.waitToAnalyse({ signal, onWaiting });
  try {
    for (const analysis of turn ? wanted : []) {
      terminal.note(`${analysisCardOf(analysis).title} of ${nameOf(run)} …`);
      const last = await followed(['--analyse', store.folderOf(id), analysis, ...args], signal, terminal, dist);
      isStopped = last.type === 'stopped';
      if (isStopped) break;
      if (last.type !== 'result') {
        terminal.note(last.type === 'failed' ? last.message : 'The process ended.');
        return exitCodes.failed;
      }
      terminal.out(options.json ? JSON.stringify(last.result) : tableOf(last.result));
      const file = join(store.folderOf(id), 'analyses', `${analysis}.json`);
      terminal.note(`${last.isKnown ? 'Known from before' : 'Kept'}: ${file}`);
    }
  } finally {
    for (const event of signals) process.off(event, stop);
    await turn?.release();
  }
  if (!isStopped && !signal.aborted) return exitCodes.done;
  terminal.note('Stopped. Of what was not over nothing was kept.');
  return exitCodes.stopped;
}

const signals = ['SIGINT', 'SIGTERM'] as const;

function analysisNamed(name: string): AnalysisId {
  if (!isAnalysisId(name))
    throw new InputError(`There is no analysis "${name}". There are: ${analysisIds.join(', ')}.`);
  return name;
}

/** Starts the process and shows how it goes. @returns the last it said */
function followed(
  args: readonly string[],
  signal: AbortSignal,
  terminal: Terminal,
  dist: string,
): Promise<AnalysisMessage> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [join(dist, 'train.js'), ...args], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
    });
    const picture = terminal.live ? terminal.picture() : undefined;
    let last: AnalysisMessage | undefined;
    let words = '';
    const stop = () => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop);
    child.stderr?.on('data', (bytes: Buffer) => (words = (words + bytes.toString()).slice(-2000)));
    child.on('message', (message) => {
      const parsed = analysisMessageSchema.safeParse(message);
      if (!parsed.success) return;
      last = parsed.data;
      if (last.type === 'progress') picture?.draw([`${formatPercent(last.share)}  ${last.what}`]);
    });
    child.once('error', fail);
    child.once('close', () => {
      signal.removeEventListener('abort', stop);
      picture?.clear();
      const isOver = last !== undefined && last.type !== 'progress';
      done(isOver ? (last as AnalysisMessage) : { type: 'failed', message: words.trim() || 'The process ended.' });
    });
  });
}

/** One line for each task after each task. */
function tableOf({ analysis, rows }: AnalysisResult): string {
  const quantities = isAnalysisId(analysis) ? analysisCardOf(analysis).quantities : [];
  const named = quantities.map(({ name }) => name);
  const layers = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))].filter(
    (name) => !named.includes(name),
  );
  const head = ['After task', 'Of task', ...quantities.map(({ title }) => title), ...layers];
  const lines = rows.map(({ after, of, values }) => [
    String(after + 1),
    String(of + 1),
    ...[...named, ...layers].map((name) => values[name]?.toPrecision(4) ?? '–'),
  ]);
  return columns([head, ...lines], 'right').join('\n');
}
