import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { analyses, analysisCardOf, analysisIds, isAnalysisId } from '../core/analyses/index';
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

/** `lethe analyse`: measures something on the parameters that a finished run kept, in a process of its own. */
export async function analyseCommand(
  name: string,
  analysis: string,
  options: AnalyseOptions,
  terminal: Terminal,
  dist: string,
): Promise<number> {
  if (!isAnalysisId(analysis))
    throw new InputError(`There is no analysis "${analysis}". There are: ${analysisIds.join(', ')}.`);
  const store = storeHere(options.out, dist, terminal);
  const run = runNamed(name, await store.list());
  const { id } = run.manifest;
  if (isForeign(run)) throw new InputError(`${id} was not trained by Lethe: its parameters cannot be read.`);
  if (run.status !== 'done') throw new InputError(`${id} is ${run.status}: only a done run can be analysed.`);
  const args = ['--analyse', store.folderOf(id), analysis, '--settings', options.settings ?? '{}'];
  if (options.backend) args.push('--backend', options.backend);
  if (options.fresh) args.push('--fresh');
  terminal.note(`${analysisCardOf(analysis).title} of ${nameOf(run)} …`);
  const last = await followed(args, terminal, dist);
  if (last.type === 'stopped') {
    terminal.note('Stopped. Nothing was kept.');
    return exitCodes.stopped;
  }
  if (last.type !== 'result') {
    terminal.note(last.type === 'failed' ? last.message : 'The process ended.');
    return exitCodes.failed;
  }
  if (options.json) terminal.out(JSON.stringify(last.result));
  else terminal.out(tableOf(last.result));
  terminal.note(
    `${last.isKnown ? 'Known from before' : 'Kept'}: ${join(store.folderOf(id), 'analyses', `${analysis}.json`)}`,
  );
  return exitCodes.done;
}

/** Starts the process and shows how it goes. Ctrl-C stops it. @returns the last it said */
function followed(args: readonly string[], terminal: Terminal, dist: string): Promise<AnalysisMessage> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [join(dist, 'train.js'), ...args], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
    });
    const picture = terminal.live ? terminal.picture() : undefined;
    let last: AnalysisMessage | undefined;
    let words = '';
    const stop = () => void child.kill('SIGTERM');
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    child.stderr?.on('data', (bytes: Buffer) => (words = (words + bytes.toString()).slice(-2000)));
    child.on('message', (message) => {
      const parsed = analysisMessageSchema.safeParse(message);
      if (!parsed.success) return;
      last = parsed.data;
      if (last.type === 'progress') picture?.draw([`${formatPercent(last.share)}  ${last.what}`]);
    });
    child.once('error', fail);
    child.once('close', () => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
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
