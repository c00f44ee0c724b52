import { nounOf } from './typeNouns';

/**
 * What the schema says of a value in an event, in plain words that go on a sentence about it: `is missing: expected a list`.
 * What it says in words of its own stays as it is.
 */
export function inWords(message: string): string {
  const [, expected = '', received] = /^Invalid input: expected (\w+), received (-?\w+)$/.exec(message) ?? [];
  const wanted = `expected ${nounOf(expected)}`;
  switch (received) {
    case undefined:
      return message;
    case 'undefined':
      return `is missing: ${wanted}`;
    case 'Infinity':
    case '-Infinity':
      return `is too large: ${wanted}`;
    case 'number':
      return `is ${expected === 'int' ? 'not whole' : 'a number'}: ${wanted}`;
    default:
      return `is of the type ${received}: ${wanted}`;
  }
}
