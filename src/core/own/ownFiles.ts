import type * as z from 'zod';
import { cardOf, isMethodId } from '../methods/index';
import type { MethodCard, Paper } from '../methods/card';
import { ownValue } from '../ownValue';
import type { OwnNetworkForm } from '../recipe';
import { ownStreamKeys, type OwnStreamForm } from '../stream';
import type { OwnCode, OwnCodes } from './ownCode';
import { isOwnPath, type OwnPath } from './ownPath';

/** What is known of a network or a stream of the user's own without running it. */
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
  /** With the number of its tasks where it has the settings that were asked for. */
  | { readonly kind: 'stream'; readonly card: PartCard; readonly code: OwnCode; readonly tasks: TaskCount }
  /** It cannot be used: why, in words that go on a sentence about it. */
  | { readonly kind: 'faulty'; readonly message: string }
  /** Nobody has looked at it yet, or may: why, where that is to be said. */
  | { readonly kind: 'unread'; readonly message?: string };

/** How many tasks a stream has; or why that cannot be said. */
export type TaskCount = { readonly count: number } | { readonly fault: string };

/** What a file of the user's own can be. */
export const ownKinds = ['method', 'network', 'stream'] as const satisfies readonly Exclude<
  OwnFile['kind'],
  'faulty' | 'unread'
>[];
export type OwnKind = (typeof ownKinds)[number];

/** Of what there is a file to start from: those, and programs, which are in other languages. */
export const startKinds = [...ownKinds, 'program'] as const;
export type StartKind = (typeof startKinds)[number];

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
  return file?.kind === 'network' || file?.kind === 'stream' ? file.card : undefined;
}

/** What the experiment file may say of a network of the user's own. */
export const ownNetworkForm = (own: OwnFiles, path: OwnPath): OwnNetworkForm => ({
  path,
  settings: partCardIn(own, path)?.settings,
});

/** What it may say of a stream of the user's own. */
export function ownStreamForm(own: OwnFiles, path: OwnPath): OwnStreamForm {
  const file = own.get(path);
  if (file?.kind !== 'stream') return { path };
  return { path, settings: file.card.settings, ...('count' in file.tasks && { tasks: file.tasks.count }) };
}

/** What files of the user's own consist of, as far as that is known. */
export function ownCodesOf(paths: readonly string[], own: OwnFiles): OwnCodes {
  const known = [...new Set(paths)].flatMap((path) => {
    const file = own.get(path);
    return file && 'code' in file ? [[path, file.code] as const] : [];
  });
  return Object.fromEntries(known);
}

/** The files that cannot be used, by their paths; and the others, with these as ones that nobody has looked at. */
export function withoutFaulty(own: OwnFiles): { readonly faulty: readonly string[]; readonly rest: OwnFiles } {
  const faulty = [...own].flatMap(([path, { kind }]) => (kind === 'faulty' ? [path] : []));
  return { faulty, rest: new Map([...own, ...faulty.map((path) => [path, { kind: 'unread' }] as const)]) };
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

/** The path of the user's own stream, where it has one. */
export const ownStreamsIn = (file: unknown): OwnPath[] => once([ownValue(ownValue(file, 'stream'), 'kind')]);

/** Of all files of the user's own. */
export const ownPathsIn = (file: unknown): OwnPath[] =>
  once([...ownMethodsIn(file), ...ownNetworksIn(file), ...ownStreamsIn(file)]);

/** A file of the user's own that an experiment file names, and of a stream the settings it is asked about. */
export interface OwnAsk {
  readonly path: OwnPath;
  readonly settings?: object;
}

/** What has to be known of each file of the user's own. */
export function ownAsksIn(file: unknown): OwnAsk[] {
  const [stream] = ownStreamsIn(file);
  const given = Object.entries(Object(ownValue(file, 'stream')) as object);
  const settings = Object.fromEntries(given.filter(([name]) => !ownStreamKeys.includes(name)));
  return ownPathsIn(file).map((path) => (path === stream ? { path, settings } : { path }));
}
