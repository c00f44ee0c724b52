import { createScanner } from 'jsonc-parser';

/** Size of the largest experiment file that is read (bytes; in an editor, UTF-16 units). */
export const LARGEST_EXPERIMENT = 1_000_000;

/** Brackets within brackets. An experiment has six. */
const DEEPEST = 64;

/** Words, numbers and signs. A thousand methods with ten settings each have half as many. */
const MOST_TOKENS = 100_000;

const closingOf = new Map([
  ['{', '}'],
  ['[', ']'],
]);

/** Where a text goes beyond what is read, and how. Offsets are UTF-16 units. */
export interface Excess {
  readonly message: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * Says where a text is too large, too long or too deep for the parser, which calls itself for each bracket. This does not,
 * and stops at the limit.
 */
export function excessOf(text: string): Excess | undefined {
  if (text.length > LARGEST_EXPERIMENT)
    return { message: 'The file is larger than 1 MB: it is not read.', offset: 0, length: 0 };
  const scanner = createScanner(text, true);
  const excess = (message: string): Excess => ({
    message,
    offset: scanner.getTokenOffset(),
    length: scanner.getTokenLength(),
  });
  const open: string[] = [];
  for (let count = 1; ; count++) {
    scanner.scan();
    const sign = text[scanner.getTokenOffset()];
    if (sign === undefined) return undefined;
    if (count > MOST_TOKENS) return excess('The file has more than 100,000 words and signs: it is not read.');
    const closing = closingOf.get(sign);
    if (closing !== undefined) open.push(closing);
    // Other closing brackets close nothing: in faulty text the parser is never deeper than this.
    else if (sign === open.at(-1)) open.pop();
    if (open.length > DEEPEST)
      return excess(`Brackets are nested more than ${DEEPEST} deep here: the file is not read.`);
  }
}
