import { OwnError } from './ownError';

/** What was thrown, as an error: anything can be thrown, and what is no error has neither words nor a line. */
export const errorOf = (thrown: unknown, who = 'It'): Error =>
  isError(thrown) ? thrown : new OwnError(`${who} throws what is no error: ${textOf(thrown)}.`);

/** Whether it can be asked for its words. */
function isError(thrown: unknown): thrown is Error {
  try {
    return thrown instanceof Error && typeof thrown.message === 'string' && typeof thrown.stack === 'string';
  } catch {
    return false;
  }
}

/**
 * A function of the user's own of which only errors come.
 *
 * @param who its place and its name, for what it throws
 */
export function throwingErrors<Given extends unknown[], Made>(
  fn: (...given: Given) => Made,
  who: () => string,
): (...given: Given) => Made {
  const refuse = (thrown: unknown): never => {
    throw errorOf(thrown, who());
  };
  return (...given) => {
    try {
      const made = fn(...given);
      return made instanceof Promise ? (made.catch(refuse) as Made) : made;
    } catch (thrown) {
      return refuse(thrown);
    }
  };
}

/** Objects can refuse to be made into text. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return `a ${typeof value}`;
  }
}
