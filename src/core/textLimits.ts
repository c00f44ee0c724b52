import { createScanner } from 'jsonc-parser';
import { formatBytes } from './format';

/** Size of the largest experiment file that is read (bytes; in an editor, UTF-16 units). */
export const LARGEST_EXPERIMENT = 1_000_000;

/** An experiment has lists in lists of objects in objects: five levels. The parser calls itself for each. */
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

/** Says whether a text is too large for the parser to take it up. Never goes deep, and takes no longer for a larger one. */
export function excessOf(text: string): Excess | undefined {
  if (text.length > LARGEST_EXPERIMENT) {
    const most = formatBytes(LARGEST_EXPERIMENT);
    return { message: `The file is larger than ${most}: it is not read.`, offset: 0, length: 0 };
  }
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
    if (count > MOST_TOKENS) return excess(`The file has more than ${MOST_TOKENS} words and signs: it is not read.`);
    const closing = closingOf.get(sign);
    if (closing !== undefined) open.push(closing);
    // A closing bracket that fits no opening one closes nothing for the parser either.
    else if (sign === open.at(-1)) open.pop();
    if (open.length > DEEPEST)
      return excess(`Brackets are nested more than ${DEEPEST} deep here: the file is not read.`);
  }
}
