import * as z from 'zod';
import { FINITE, isFinite } from './finite';

/** Objects and lists within one another. A network described layer by layer has five. */
const DEEPEST = 16;

/** Values of all depths together. A network of a thousand layers, described by itself, has as many. */
const MOST_VALUES = 10_000;

/** Whether a value that was read is neither too deep nor too long to be gone through, shown and compared. */
function isBounded(value: unknown): boolean {
  const rest = [{ value, depth: 0 }];
  let count = 0;
  for (let next = rest.pop(); next; next = rest.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    const inner: unknown[] = Object.values(next.value);
    count += inner.length;
    if (count > MOST_VALUES || (inner.length > 0 && next.depth >= DEEPEST)) return false;
    for (const value of inner) rest.push({ value, depth: next.depth + 1 });
  }
  return true;
}

const anything = z.record(z.string(), z.unknown());

const parts = {
  stream: anything.default({}),
  network: anything.default({}),
  training: anything.default({}),
  evaluation: anything.default({}),
  methods: z.array(z.object({ method: z.string(), settings: anything.default({}) })).min(1),
};

const TOO_LARGE = `holds more than ${MOST_VALUES} values, or is more than ${DEEPEST} deep`;

/**
 * What a run consists of in the words of a program that is not Lethe: any keys with any values. They are shown and
 * compared as they are, and nothing is concluded from them.
 */
export const openDescriptionSchema = z.object(parts).refine(isFinite, FINITE).refine(isBounded, TOO_LARGE);

/** The same of a command that an experiment names: the experiment's own parts, and the content of what they name. */
export const commandDescriptionSchema = z
  .object({
    ...parts,
    /** Of each data set that does not ship, the SHA-256 of its files by name. */
    data: z.record(z.string(), z.record(z.string(), z.string())).optional(),
    /** SHA-256 of the files that the program consists of, by name. */
    contents: z.record(z.string(), z.string()).optional(),
  })
  .refine(isFinite, FINITE)
  .refine(isBounded, TOO_LARGE);
