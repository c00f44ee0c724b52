import { setTimeout as delay } from 'node:timers/promises';
import { errorCode } from './errorCode';

/** What a file system over a network says when it cannot answer just now, or when a file was replaced this very moment. */
const codes: ReadonlySet<string> = new Set([
  ...['ESTALE', 'EIO', 'EAGAIN', 'EINTR', 'ETIMEDOUT', 'ENOTCONN', 'EHOSTDOWN', 'EHOSTUNREACH'],
]);

/** Whether an error says nothing of the file: asked again, the file system may answer. */
export const isPassing = (error: unknown): boolean => codes.has(errorCode(error) ?? '');

const MOST_TRIES = 4;
/** Before the second try (ms); before later ones longer. */
const TRY_AFTER = 30;

/** The result of a file operation that changes nothing, tried again a few times where the file system did not answer. */
export async function tryAgain<T>(operation: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await operation();
    } catch (error) {
      if (tries === MOST_TRIES || !isPassing(error)) throw error;
      await delay(TRY_AFTER * tries);
    }
  }
}
