import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { operationsIn, type Operation } from './killPoints';
import { resultsOf, type Results } from './reference';
import { letheToEnd, newSandbox, remove, type Sandbox } from './sandbox';
import type { Attack } from './section';
import { shim } from './shims';
import { tinyKeys } from './tinyExperiment';

/** Seeds that experiments are attacked with: those of the reference. */
export const SEEDS = [1, 2];

/** What the tiny experiment gives when nobody attacks it. */
export interface Reference {
  readonly results: Results;
  readonly operations: readonly Operation[];
  /** Milliseconds that an uninterrupted experiment takes. */
  readonly milliseconds: number;
}

let known: Promise<Reference> | undefined;

/** Trains it once for all sections. */
export const uninterrupted = (attack: Attack): Promise<Reference> => (known ??= train(attack));

async function train(attack: Attack): Promise<Reference> {
  const sandbox = newSandbox(attack);
  const traces = join(sandbox.folder, 'traces');
  mkdirSync(traces);
  const begun = performance.now();
  const ended = await letheToEnd(attack, sandbox, runArguments(sandbox, tinyKeys, SEEDS), {
    shims: [shim('operations')],
    env: { LETHE_ATTACK_TRACE: traces },
  });
  const milliseconds = (performance.now() - begun) / SEEDS.length;
  if (ended.code !== 0) throw new Error(`The uninterrupted experiment ended with ${ended.code}: ${ended.stderr}`);
  const reference = { results: await resultsOf(sandbox.workspace), operations: operationsIn(traces), milliseconds };
  await remove(sandbox);
  return reference;
}

/** Arguments of `lethe run` for a part of the tiny experiment. */
export const runArguments = ({ file }: Sandbox, keys: readonly string[], seeds: readonly number[]) => [
  'run',
  file,
  '--backend',
  'wasm',
  '--parallel',
  '2',
  '--no-report',
  '--seeds',
  `${seeds.join(',')},`,
  '--method',
  ...keys,
];
