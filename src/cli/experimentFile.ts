import type { Experiment } from '../core/experiment';
import { parseExperiment } from '../core/parse';
import type { Problem } from '../core/problems';
import { selectingSeeds } from '../core/selection';
import { missingData } from '../core/catalogue';
import { INSTALL_ENGINE } from '../core/engineHint';
import { beyondMemory } from '../core/memoryNeeds';
import { LARGEST_EXPERIMENT } from '../core/textLimits';
import { readCatalogue } from '../data/catalogue';
import { engineStatus } from '../native/index';
import { machineMemory } from '../native/machineMemory';
import { readNamedFiles } from '../runs/contents';
import { createdKeys, needsEngine, type RunPlan } from '../runs/index';
import { ownFilesOf } from '../runs/own/ownFilesOf';
import { FileFault, readTextFile } from '../runs/regularFile';
import { InputError } from './exitCodes';
import type { Terminal } from './terminal';

export const problemLine = (file: string, { line, column, severity, message }: Problem): string =>
  `${file}:${line}:${column}: ${severity}: ${message}`;

/**
 * Reads an experiment file and says what is wrong with it. Undefined when it cannot be run. Files of the user's own that it
 * names are loaded by a process of their own, which says what they are.
 */
export async function readExperiment(file: string, terminal: Terminal, dist: string): Promise<Experiment | undefined> {
  const text = await textOf(file);
  const own = await ownFilesOf(text, file, { dist });
  const { experiment, problems } = parseExperiment(
    text,
    readCatalogue(),
    own,
    await readNamedFiles(text, file),
    machineMemory(),
  );
  for (const problem of problems) terminal.note(problemLine(file, problem));
  return experiment;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readTextFile(file, LARGEST_EXPERIMENT, { follow: true });
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    throw new InputError(error.code === 'EISDIR' ? `${error.message}; give the experiment file in it` : error.message);
  }
}

/** Throws InputError when an experiment is on data that is not there. */
export function refuseMissingData({ data }: Experiment): void {
  for (const [name, entry] of data) if (!entry.present) throw new InputError(missingData(name, entry));
}

/** The plan. Throws InputError when what it creates takes more memory than this machine has, in the end at the latest. */
export function withinMemory(plan: RunPlan, experiment: Experiment): RunPlan {
  const reason = beyondMemory(experiment, createdKeys(plan), machineMemory());
  if (reason !== undefined) throw new InputError(`Nothing was started. ${reason}`);
  return plan;
}

/** The plan. Throws InputError when it trains on native TensorFlow alone, and that is not there. */
export function withEngine<Plan extends RunPlan>(plan: Plan): Plan {
  const { why, supported } = needsEngine(plan) ? engineStatus() : {};
  if (why === undefined) return plan;
  throw new InputError(`Nothing was started. ${why}${supported ? ` ${INSTALL_ENGINE} installs it.` : ''}`);
}

/** `"3"` means seeds 1 to 3, `"1,4"` the seeds 1 and 4, `"4,"` seed 4 alone. Throws InputError. */
export function parseSeeds(text: string): number[] {
  const parts = text.split(',').map((part) => part.trim());
  const listed = parts.filter((part) => part !== '');
  if (listed.length === 0 || !listed.every((part) => /^\d{1,10}$/.test(part) && Number(part) <= 0xffffffff)) {
    throw new InputError(`--seeds ${text}: give a number of seeds (3) or a list (1,2,5).`);
  }
  const numbers = [...new Set(listed.map(Number))];
  const [count = 0] = numbers;
  if (parts.length > 1) return numbers;
  if (count < 1 || count > 1000) throw new InputError(`--seeds ${text}: between 1 and 1000 seeds can be asked for.`);
  return Array.from({ length: count }, (_, i) => i + 1);
}

/** With other seeds. Where none of them is one that is to select, families are compared by what they are measured by. */
export function withSeeds(experiment: Experiment, seeds: readonly number[]): Experiment {
  const { select, ...rest } = experiment;
  const selecting = selectingSeeds(select).filter((seed) => seeds.includes(seed));
  if (!select || selectingSeeds(select).length === 0) return { ...experiment, seeds };
  return { ...rest, seeds, ...(selecting.length > 0 && { select: { ...select, on: { seeds: selecting } } }) };
}

/** Checks keys of variants, or of families, that were asked for. Throws InputError naming those there are. */
export function checkKeys(experiment: Experiment, keys: readonly string[]): void {
  const known = experiment.variants.flatMap(({ key, family }) => (family ? [family.key, key] : [key]));
  const unknown = keys.filter((key) => !known.includes(key));
  if (unknown.length > 0) {
    throw new InputError(
      `--method ${unknown.join(' ')}: not in this experiment. It has: ${[...new Set(known)].join(', ')}.`,
    );
  }
}
