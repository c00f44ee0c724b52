import type * as z from 'zod';
import { cardOf, isMethodId } from '../methods/index';
import type { MethodCard, Paper } from '../methods/card';
import { ownValue } from '../ownValue';
import type { OwnNetworkForm } from '../recipe';
import type { OwnCode, OwnCodes } from './ownCode';
import { isOwnPath, type OwnPath } from './ownPath';

/** What is known of a network of the user's own without running it. */
export interface PartCard {
  readonly title: string;
  /** One sentence on what it is. */
  readonly summary: string;
  readonly paper?: Paper | undefined;
  readonly settings: z.ZodObject;
}

/** What is known of a file of the user's own that an experiment names. */
export type OwnFile =
  | { readonly kind: 'method'; readonly card: MethodCard; readonly code: OwnCode }
  | { readonly kind: 'network'; readonly card: PartCard; readonly code: OwnCode }
  /** It cannot be used: why, in words that go on a sentence about it. */
  | { readonly kind: 'faulty'; readonly message: string }
  /** Nobody has looked at it yet, or may: why, where that is to be said. */
  | { readonly kind: 'unread'; readonly message?: string };

/** What a file of the user's own can be. */
export const ownKinds = ['method', 'network'] as const satisfies readonly Exclude<
  OwnFile['kind'],
  'faulty' | 'unread'
>[];
export type OwnKind = (typeof ownKinds)[number];

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

/** The card of a part of the experiment that is the user's own, by the path that is its kind. */
export function partCardIn(own: OwnFiles, kind: unknown): PartCard | undefined {
  const file = isOwnPath(kind) ? own.get(kind) : undefined;
  return file?.kind === 'network' ? file.card : undefined;
}

/** What the experiment file may say of a network of the user's own. */
export const ownNetworkForm = (own: OwnFiles, path: OwnPath): OwnNetworkForm => ({
  path,
  settings: partCardIn(own, path)?.settings,
});

/** What files of the user's own consist of, as far as that is known. */
export function ownCodesOf(paths: readonly string[], own: OwnFiles): OwnCodes {
  const known = [...new Set(paths)].flatMap((path) => {
    const file = own.get(path);
    return file && 'code' in file ? [[path, file.code] as const] : [];
  });
  return Object.fromEntries(known);
}

function entriesOf(file: unknown): unknown[] {
  const methods = ownValue(file, 'methods');
  return Array.isArray(methods) ? (methods as unknown[]).flat() : [];
}

const once = (paths: readonly unknown[]): OwnPath[] => [...new Set(paths.filter(isOwnPath))];

/** Paths of the user's own methods in the value of an experiment file, valid or not; each once. */
export const ownMethodsIn = (file: unknown): OwnPath[] =>
  once(entriesOf(file).map((entry) => ownValue(entry, 'method')));

/** Likewise of networks: the experiment's, and those of entries. */
export const ownNetworksIn = (file: unknown): OwnPath[] =>
  once([file, ...entriesOf(file)].map((part) => ownValue(ownValue(part, 'network'), 'kind')));

/** Of all files of the user's own. */
export const ownPathsIn = (file: unknown): OwnPath[] => once([...ownMethodsIn(file), ...ownNetworksIn(file)]);
