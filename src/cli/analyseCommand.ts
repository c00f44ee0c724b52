import { join } from 'node:path';
import { analyses, analysisCardOf, analysisIds, isAnalysisId, type AnalysisId } from '../core/analyses/index';
import { analysisMessageSchema, type AnalysisResult } from '../core/analyses/result';
import type { BackendChoice } from '../core/backends';
import { waitText } from '../core/timeLeft';
import type { AskedAnalysis } from '../runs/index';
import { analysable, analysing } from './analysisProcess';
import { columns } from './columns';
import { InputError } from './exitCodes';
import { storeHere } from './storeCommands';
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
  const runs = await store.list();
  const run = analysable(name, runs);
  const { id } = run.manifest;
  const args = ['--settings', options.settings ?? '{}'];
  if (options.backend) args.push('--backend', options.backend);
  if (options.fresh) args.push('--fresh');
  return analysing(store, terminal, dist, async (follow) => {
    for (const analysis of wanted) {
      const time = await store.timeOfAnalysis(run, runs, { analysis, ...timedBy(options) });
      const about = typeof time === 'number' ? `, about ${waitText(time)}` : '';
      terminal.note(`${analysisCardOf(analysis).title} of ${nameOf(run)}${about} …`);
      const last = await follow(['--analyse', store.folderOf(id), analysis, ...args], analysisMessageSchema);
      if (last.type === 'stopped') return 'stopped';
      if (last.type === 'failed') {
        terminal.note(last.message);
        return 'failed';
      }
      terminal.out(options.json ? JSON.stringify(last.result) : tableOf(last.result));
      const file = join(store.folderOf(id), 'analyses', `${analysis}.json`);
      terminal.note(`${last.isKnown ? 'Known from before' : 'Kept'}: ${file}`);
    }
    return 'done';
  });
}

/** What of the options decides how long it takes. Settings that cannot be read are told of by who uses them. */
function timedBy({ settings = '{}', backend, fresh }: AnalyseOptions): Omit<AskedAnalysis, 'analysis'> {
  const on = backend === 'auto' ? undefined : backend;
  try {
    return { settings: JSON.parse(settings) as object, backend: on, fresh };
  } catch {
    return { backend: on, fresh };
  }
}

function analysisNamed(name: string): AnalysisId {
  if (!isAnalysisId(name))
    throw new InputError(`There is no analysis "${name}". There are: ${analysisIds.join(', ')}.`);
  return name;
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
