import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomStream, type Random } from '../../src/engine/random';

/** What came of so many mutated inputs. */
export interface Fuzzed {
  readonly trials: number;
  /** What was found, in words that are the same each time, with an input that shows it. */
  readonly faults: readonly { readonly what: string; readonly input: string }[];
}

/** Gives a part of Lethe `count` mutated inputs. The same seed gives the same inputs. */
export type Fuzz = (count: number, seed: number) => Promise<Fuzzed>;

/** No input may take longer (ms of the processor: the machine may be busy). One that seems to is tried again. */
const LIMIT = 1000;

/**
 * A fuzzer of something that is given an input and answers at once. `check` says what is wrong with the answer; what it
 * throws is wrong as well.
 */
export const fuzzerOf =
  <T>(
    name: string,
    make: (random: Random) => T,
    check: (input: T) => readonly string[] | Promise<readonly string[]>,
  ): Fuzz =>
  async (count, seed) => {
    const faults: { what: string; input: string }[] = [];
    for (let trial = 0; trial < count; trial++) {
      const random = randomStream(seed, name, trial);
      const input = make(random);
      let { found, milliseconds } = await timed(() => check(input));
      if (milliseconds > LIMIT) milliseconds = Math.min(milliseconds, (await timed(() => check(input))).milliseconds);
      if (milliseconds > LIMIT) found = [...found, `an input took more than ${LIMIT} ms`];
      for (const what of found) faults.push({ what, input: shown(input) });
    }
    if (isPolluted()) faults.push({ what: 'the prototype of all objects was changed', input: `seed ${seed}` });
    return { trials: count, faults };
  };

async function timed(work: () => readonly string[] | Promise<readonly string[]>) {
  const [begun, before] = [performance.now(), process.cpuUsage()];
  const found = await attempt(work);
  const { user, system } = process.cpuUsage(before);
  // What other processes took of the processor meanwhile is no fault of this one.
  return { found, milliseconds: Math.min(performance.now() - begun, (user + system) / 1000) };
}

async function attempt(work: () => readonly string[] | Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await work();
  } catch (error) {
    return [
      `it threw ${error instanceof Error ? `${error.name}: ${error.message.split('\n')[0] ?? ''}` : 'something'}`,
    ];
  }
}

const shown = (input: unknown): string =>
  typeof input === 'string' ? input : Buffer.isBuffer(input) ? input.toString('latin1') : JSON.stringify(input);

const isPolluted = (): boolean => 'polluted' in {};

/** Keeps an input that found something, named by its content. */
export function keepInput(folder: string, kind: string, what: string, input: string): void {
  const name = `${kind.toLowerCase().replace(/\W+/g, '-')}-${createHash('sha256').update(what).update(input).digest('hex').slice(0, 10)}`;
  writeFileSync(join(folder, `${name}.txt`), `${what}\n\n${input}`, 'latin1');
}

/** True for numbers that JSON could hold, everywhere inside of a value. */
export function isFiniteThroughout(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(isFiniteThroughout);
}
