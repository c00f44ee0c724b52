import { parseArgs } from 'node:util';
import type { Section } from './section';

export interface Options {
  readonly sections: readonly Section[];
  /** Trials of each section, by name. */
  readonly trials: ReadonlyMap<string, number>;
  /** Time for all sections together; undefined when trials are counted. */
  readonly milliseconds: number | undefined;
  readonly seed: number;
  /** Only kinds of inputs and special folders whose name holds this text. */
  readonly only: string;
  readonly write: boolean;
}

export const usage = (all: readonly Section[]): string => `usage: npm run attack -- [section …] [options]
  sections: ${all.map(({ name }) => name).join(', ')}
  --trials SECTION=COUNT   how many trials of a section (may be given several times); "all=short", "all=long" for presets
  --hours H                as many trials as fit into so many hours, each section with its share
  --only TEXT              of mutated inputs and special folders only those with this text in their name
  --seed N                 other random choices; the default is 1
  --write                  puts the tables into docs/reliability.md`;

/** What was asked for, or what is wrong with it. */
export function parseOptions(args: readonly string[], all: readonly Section[]): Options | string {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        trials: { type: 'string', multiple: true, default: [] },
        hours: { type: 'string' },
        seed: { type: 'string', default: '1' },
        only: { type: 'string', default: '' },
        write: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { values, positionals } = parsed;
  const unknown = positionals.find((name) => !all.some((section) => section.name === name));
  if (unknown !== undefined) return `There is no section ${unknown}.`;
  const trials = trialsOf(values.trials, all);
  if (typeof trials === 'string') return trials;
  const hours = values.hours === undefined ? undefined : Number(values.hours);
  if (hours !== undefined && !(hours > 0)) return `--hours ${values.hours ?? ''}: give a number above 0.`;
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 0) return `--seed ${values.seed}: give a whole number.`;
  return {
    sections: positionals.length === 0 ? all : all.filter(({ name }) => positionals.includes(name)),
    trials,
    milliseconds: hours === undefined ? undefined : hours * 3_600_000,
    seed,
    only: values.only,
    write: values.write,
  };
}

function trialsOf(texts: readonly string[], all: readonly Section[]): Map<string, number> | string {
  const trials = new Map(all.map(({ name, trials: { usual } }) => [name, usual]));
  for (const text of texts) {
    const [name = '', count = ''] = text.split('=');
    if (name === 'all' && (count === 'short' || count === 'usual' || count === 'long')) {
      for (const section of all) trials.set(section.name, section.trials[count]);
    } else if (trials.has(name) && /^\d{1,9}$/.test(count)) trials.set(name, Number(count));
    else return `--trials ${text}: give a section and a count, such as ${all[0]?.name ?? ''}=100.`;
  }
  return trials;
}
