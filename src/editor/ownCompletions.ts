import { getLocation, type Location } from 'jsonc-parser';
import * as z from 'zod';
import { cardIn, partCardIn, type OwnFiles } from '../core/own/ownFiles';
import { isOwnPath } from '../core/own/ownPath';
import { ownValue, valueAt } from '../core/ownValue';
import { excessOf } from '../core/textLimits';
import { parsedText } from './parsedText';

/** A word that can stand at a place of an experiment file. */
export interface OwnCompletion {
  readonly label: string;
  readonly kind: 'setting' | 'value';
  /** In place of the text from `offset` on, `length` long. */
  readonly insert: string;
  readonly offset: number;
  readonly length: number;
  readonly documentation: string;
}

/**
 * The settings of a method, or of a part, of the user's own that are not there yet, where one of them can be written; the
 * values that a setting is chosen from, where one of these can. The JSON schema, which is made beforehand, knows nothing of
 * them.
 */
export function ownCompletions(text: string, offset: number, own: OwnFiles): OwnCompletion[] {
  if (own.size === 0 || excessOf(text)) return [];
  const location = getLocation(text, offset);
  const { path, isAtPropertyKey, previousNode } = location;
  const place = path.slice(0, -1);
  const file = parsedText(text);
  const settings = ownSettingsAt(file, place, own);
  if (!isAtPropertyKey) {
    const setting = settings && (ownValue(settings.shape, String(path.at(-1))) as z.ZodType | undefined);
    return setting ? values(setting, valuePlace(text, offset, location)) : [];
  }
  const key = previousNode && offset <= previousNode.offset + previousNode.length ? previousNode : undefined;
  // A key that has its value already keeps it.
  const isWritten = key !== undefined && /^\s*:/.test(text.slice(key.offset + key.length));
  return Object.entries(settings?.shape ?? {})
    .filter(([name]) => ownValue(valueAt(file, place), name) === undefined)
    .map(([name, setting]) => ({
      label: name,
      kind: 'setting',
      insert: JSON.stringify(name) + (isWritten ? '' : `: ${valueText(setting as z.ZodType)}`),
      offset: key?.offset ?? offset,
      length: key?.length ?? 0,
      documentation: (setting as z.ZodType).description ?? '',
    }));
}

const values = (setting: z.ZodType, place: Pick<OwnCompletion, 'offset' | 'length'>): OwnCompletion[] =>
  choicesOf(setting).map((choice) => ({
    label: String(choice),
    kind: 'value',
    insert: JSON.stringify(choice),
    documentation: setting.description ?? '',
    ...place,
  }));

/** The values that a setting is chosen from, as far as they can be counted. */
function choicesOf(setting: z.ZodType): readonly unknown[] {
  if (setting instanceof z.ZodDefault || setting instanceof z.ZodOptional)
    return choicesOf(setting.unwrap() as z.ZodType);
  if (setting instanceof z.ZodUnion) return (setting.options as z.ZodType[]).flatMap(choicesOf);
  if (setting instanceof z.ZodEnum) return setting.options;
  if (setting instanceof z.ZodLiteral) return [...setting.values];
  return setting instanceof z.ZodBoolean ? [true, false] : [];
}

/** Where a value stands that has begun before an offset: a string, or a word without quotes. */
function valuePlace(text: string, offset: number, { previousNode: node }: Location) {
  if (node && node.offset < offset && offset <= node.offset + node.length)
    return { offset: node.offset, length: node.length };
  const [begun = ''] = /[\w.+-]*$/.exec(text.slice(0, offset)) ?? [];
  return { offset: offset - begun.length, length: begun.length };
}

/** The settings that something of the user's own has, by its place in an experiment file. */
export function ownSettingsAt(
  file: unknown,
  place: readonly (string | number)[],
  own: OwnFiles,
): z.ZodObject | undefined {
  const given = valueAt(file, place);
  if (isEntry(place)) {
    const method = ownValue(given, 'method');
    return isOwnPath(method) ? cardIn(own, method)?.settings : undefined;
  }
  if (!isPart(place)) return undefined;
  // An entry's network is the experiment's where it does not say its kind.
  const kind = ownValue(given, 'kind') ?? ownValue(ownValue(file, place.at(-1) ?? ''), 'kind');
  return partCardIn(own, kind)?.settings;
}

/** Of an entry of `methods`, alone or in a combination. */
const isEntry = (place: readonly (string | number)[]) =>
  place[0] === 'methods' && place.length > 1 && place.slice(1).every((key) => typeof key === 'number');

/** Of something that may be a file of the user's own: the experiment's stream or network, or the network of an entry. */
const isPart = (place: readonly (string | number)[]) =>
  (place.at(-1) === 'network' && (place.length === 1 || isEntry(place.slice(0, -1)))) ||
  (place.at(-1) === 'stream' && place.length === 1);

/** The default, to be changed. */
function valueText(setting: z.ZodType): string {
  const usual = setting.safeParse(undefined);
  return usual.success && usual.data !== undefined ? JSON.stringify(usual.data) : '';
}

/** Whether the path of a file of the user's own can be written at a place, among others. Where it stands, if it has begun. */
export function ownPathAt(
  text: string,
  offset: number,
): { readonly offset: number; readonly length: number } | undefined {
  if (excessOf(text)) return undefined;
  const { path, isAtPropertyKey, previousNode } = getLocation(text, offset);
  const [place, key] = [path.slice(0, -1), path.at(-1)];
  const canBe = (key === 'method' && isEntry(place)) || (key === 'kind' && isPart(place));
  if (isAtPropertyKey || !canBe) return undefined;
  const isInside = previousNode?.type === 'string' && offset <= previousNode.offset + previousNode.length;
  return isInside ? { offset: previousNode.offset, length: previousNode.length } : { offset, length: 0 };
}
