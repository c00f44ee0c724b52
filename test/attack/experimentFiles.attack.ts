import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Experiment } from '../../src/core/experiment';
import { manifestSchema } from '../../src/core/manifest';
import { parseExperiment, type ParsedExperiment } from '../../src/core/parse';
import { planRuns } from '../../src/runs/plan';
import { mutations } from './mutateExperiment';

export interface AttackResult {
  readonly trials: number;
  /** What went wrong, with the number of the trial and the text. */
  readonly faults: string[];
  /** Time of the slowest parse (milliseconds). */
  readonly slowest: number;
}

const EXAMPLES = path.join(import.meta.dirname, '..', '..', 'examples');
/** Faults that are described; more say nothing new. */
const MOST_FAULTS = 20;
const MOST_PROBLEMS = 101;
const LONGEST_MESSAGE = 1000;
/** Plans larger than this take long to make and are no different. */
const LARGEST_PLAN = 100;

/** Parses `count` mutated experiment files in this process and checks what the parser promises. */
export async function attackExperimentFiles(count: number, seed: number): Promise<AttackResult> {
  const faults: string[] = [];
  let slowest = 0;
  let trials = 0;
  for (const text of mutations(await exampleTexts(), seed)) {
    if (trials === count || faults.length === MOST_FAULTS) break;
    const { took, broken } = attackWith(text);
    slowest = Math.max(slowest, took);
    if (broken !== undefined)
      faults.push(`trial ${trials} of seed ${seed}: ${broken}: ${JSON.stringify(text.slice(0, 200))}`);
    trials++;
    if (trials % 1000 === 0) await setImmediate();
  }
  return { trials, faults, slowest };
}

async function exampleTexts(): Promise<string[]> {
  const names = (await readdir(EXAMPLES)).filter((name) => name.endsWith('.lethe.json')).sort();
  return Promise.all(names.map((name) => readFile(path.join(EXAMPLES, name), 'utf8')));
}

function attackWith(text: string): { readonly took: number; readonly broken: string | undefined } {
  const start = performance.now();
  try {
    const parsed = parseExperiment(text);
    const took = performance.now() - start;
    return { took, broken: brokenPromise(text, parsed) };
  } catch (error) {
    return { took: performance.now() - start, broken: `threw ${String(error)}` };
  }
}

function brokenPromise(text: string, parsed: ParsedExperiment): string | undefined {
  const { experiment, problems, entries } = parsed;
  const hasError = problems.some(({ severity }) => severity === 'error');
  if ((experiment === undefined) !== hasError) return 'an experiment and an error, or neither';
  if (problems.length > MOST_PROBLEMS) return `${problems.length} problems`;
  for (const problem of problems) {
    const broken = brokenPlace(text, problem) ?? brokenMessage(problem);
    if (broken !== undefined) return `${broken} of ${JSON.stringify(problem)}`;
  }
  const outside = entries.find(({ offset, length }) => !isWithin(text, offset, length));
  if (outside) return `an entry outside of the text: ${JSON.stringify(outside)}`;
  if (JSON.stringify(parseExperiment(text)) !== JSON.stringify(parsed)) return 'another result the second time';
  return experiment && brokenExperiment(experiment);
}

const isWithin = (text: string, offset: number, length: number) =>
  offset >= 0 && length >= 0 && offset + length <= text.length;

function brokenPlace(text: string, { offset, length, line, column }: ParsedExperiment['problems'][number]) {
  if (!isWithin(text, offset, length)) return 'place outside of the text';
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  if (column !== offset - start + 1) return 'wrong column';
  return line === before.split('\n').length ? undefined : 'wrong line';
}

function brokenMessage({ message }: ParsedExperiment['problems'][number]): string | undefined {
  if (message === '' || message.length > LONGEST_MESSAGE) return 'length of the message';
  return /undefined|\[object|NaN/.test(message.replaceAll(/"(?:[^"\\]|\\.)*(?:"|…)/g, ''))
    ? 'words of a program'
    : undefined;
}

/** What is valid must lead to variants with names of their own and to runs that can be read again. */
function brokenExperiment(experiment: Experiment): string | undefined {
  const { variants, seeds } = experiment;
  if (new Set(variants.map(({ key }) => key)).size < variants.length) return 'two variants with one key';
  if (new Set(variants.map(({ label }) => label)).size < variants.length) return 'two variants with one label';
  if (!variants.every(({ key }) => /^[a-z][\w.+-]{0,200}$/.test(key))) return 'a key that is no name for a file';
  if (seeds.length === 0 || new Set(seeds).size < seeds.length) return 'no seeds, or one twice';
  if (variants.length * seeds.length > LARGEST_PLAN) return undefined;
  const { create } = planRuns(experiment, [], { backend: 'auto' });
  if (create.length !== variants.length * seeds.length) return `${create.length} runs planned`;
  const unreadable = create.find((manifest) => !manifestSchema.safeParse(JSON.parse(JSON.stringify(manifest))).success);
  return unreadable && `a run that cannot be read again: ${JSON.stringify(unreadable)}`;
}
