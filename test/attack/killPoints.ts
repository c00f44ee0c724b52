import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../src/engine/random';
import { between, chance, pick } from './draws';

/** The programs of Lethe that run beside each other, by the name of their file. */
export const roles = ['train', 'keeper', 'cli'] as const;
export type Role = (typeof roles)[number];

/** Something that a program does with files or processes, and how often one process of it does so. */
export interface Operation {
  readonly role: Role;
  readonly name: string;
  readonly most: number;
}

/** Carried out by shims/operations.cjs. */
interface AtOperation {
  readonly how: 'at a file operation';
  readonly victims: readonly Role[];
  readonly role: Role;
  readonly name: string;
  /** Which of the operations of this name, from 1. */
  readonly nth: number;
  readonly moment: 'before' | 'within' | 'after';
}

interface AtMoment {
  readonly how: 'at a random moment';
  readonly victims: readonly Role[];
  /** Milliseconds after the start of the command line. */
  readonly after: number;
}

export type KillPoint = AtOperation | AtMoment;

/** The operations that processes wrote down, each once. */
export function operationsIn(traces: string): Operation[] {
  const most = new Map<string, Operation>();
  for (const file of readdirSync(traces)) {
    const role = roles.find((name) => file.startsWith(name));
    if (!role) continue;
    for (const [name, count] of countsOf(readFileSync(join(traces, file), 'utf8').trimEnd().split('\n'))) {
      const key = `${role} ${name}`;
      most.set(key, { role, name, most: Math.max(count, most.get(key)?.most ?? 0) });
    }
  }
  return [...most.values()];
}

function countsOf(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

/** Runs of the experiments that are killed: keeper and command line do no more of each operation than for so many. */
const SMALL = 3;

/** Half of the kills at any time, half at an operation: every kind of operation is as likely as every other. */
export function killPoint(random: Random, operations: readonly Operation[], longest: number): KillPoint {
  if (chance(random, 0.5)) return { how: 'at a random moment', victims: victimsOf(random), after: random() * longest };
  const { role, name, most } = pick(random, operations);
  return {
    how: 'at a file operation',
    victims: chance(random, 0.5) ? [role] : victimsOf(random),
    role,
    name,
    nth: between(random, 1, role === 'train' ? most : Math.min(most, SMALL)),
    moment: pick(random, ['before', 'within', 'after']),
  };
}

/** One program, or all of them at once, as when a machine is switched off. */
const victimsOf = (random: Random): readonly Role[] => pick(random, [['train'], ['train'], ['keeper'], ['cli'], roles]);

const names: Readonly<Record<Role, string>> = { train: 'Training', keeper: 'Keeper', cli: 'Command line' };

/** How the table calls it: "Keeper killed at a random moment". */
export const kindOf = ({ victims, how }: KillPoint): string =>
  `${victims.length > 1 ? 'All at once' : names[victims[0] ?? 'cli']} killed ${how}`;
