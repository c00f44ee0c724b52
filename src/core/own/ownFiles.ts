import { cardOf, isMethodId } from '../methods/index';
import type { MethodCard } from '../methods/card';
import { ownValue } from '../ownValue';
import type { OwnCode } from './ownCode';
import { isOwnPath } from './ownPath';

/** What is known of a file of the user's own that an experiment names. */
export type OwnFile =
  | { readonly kind: 'method'; readonly card: MethodCard; readonly code: OwnCode }
  /** It cannot be used: why, in words that go on a sentence about it. */
  | { readonly kind: 'faulty'; readonly message: string }
  /** Nobody has looked at it yet, or may: why, where that is to be said. */
  | { readonly kind: 'unread'; readonly message?: string };

/** By its path as the experiment file has it. */
export type OwnFiles = ReadonlyMap<string, OwnFile>;

export const noOwnFiles: OwnFiles = new Map();

/** The card of a method, one of Lethe's or of the user's own. Undefined where it is not known. */
export function cardIn(own: OwnFiles, method: string): MethodCard | undefined {
  if (isMethodId(method)) return cardOf(method);
  const file = own.get(method);
  return file?.kind === 'method' ? file.card : undefined;
}

/** What a method is called. */
export const titleIn = (own: OwnFiles, method: string): string => cardIn(own, method)?.title ?? method;

/** Paths of files of the user's own in the value of an experiment file, valid or not; each once. */
export function ownPathsIn(file: unknown): string[] {
  const methods = ownValue(file, 'methods');
  const entries = Array.isArray(methods) ? (methods as unknown[]).flat() : [];
  return [...new Set(entries.map((entry) => ownValue(entry, 'method')).filter(isOwnPath))];
}
