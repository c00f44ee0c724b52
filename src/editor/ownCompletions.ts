import { getLocation } from 'jsonc-parser';
import type * as z from 'zod';
import { cardIn, type OwnFiles } from '../core/own/ownFiles';
import { isOwnPath } from '../core/own/ownPath';
import { ownValue, valueAt } from '../core/ownValue';
import { excessOf } from '../core/textLimits';
import { parsedText } from './parsedText';

/** A word that can stand at a place of an experiment file. */
export interface OwnCompletion {
  readonly label: string;
  /** In place of the text from `offset` on, `length` long. */
  readonly insert: string;
  readonly offset: number;
  readonly length: number;
  readonly documentation: string;
}

/**
 * The settings of a method of the user's own that its entry does not have yet, where one of them can be written. The JSON
 * schema, which is made beforehand, knows nothing of them.
 */
export function ownCompletions(text: string, offset: number, own: OwnFiles): OwnCompletion[] {
  if (own.size === 0 || excessOf(text)) return [];
  const { path, isAtPropertyKey, previousNode } = getLocation(text, offset);
  const entryPath = path.slice(0, -1);
  if (!isAtPropertyKey || path[0] !== 'methods' || !entryPath.slice(1).every((key) => typeof key === 'number'))
    return [];
  const entry = valueAt(parsedText(text), entryPath);
  const method = ownValue(entry, 'method');
  const card = isOwnPath(method) ? cardIn(own, method) : undefined;
  const key = previousNode && offset <= previousNode.offset + previousNode.length ? previousNode : undefined;
  // A key that has its value already keeps it.
  const isWritten = key !== undefined && /^\s*:/.test(text.slice(key.offset + key.length));
  return Object.entries(card?.settings.shape ?? {})
    .filter(([name]) => ownValue(entry, name) === undefined)
    .map(([name, setting]) => ({
      label: name,
      insert: JSON.stringify(name) + (isWritten ? '' : `: ${valueText(setting as z.ZodType)}`),
      offset: key?.offset ?? offset,
      length: key?.length ?? 0,
      documentation: (setting as z.ZodType).description ?? '',
    }));
}

/** The default, to be changed. */
function valueText(setting: z.ZodType): string {
  const usual = setting.safeParse(undefined);
  return usual.success && usual.data !== undefined ? JSON.stringify(usual.data) : '';
}

/** Whether the value of a `method` can be written at a place: a path among others. Where it stands, if it has begun. */
export function methodValueAt(
  text: string,
  offset: number,
): { readonly offset: number; readonly length: number } | undefined {
  if (excessOf(text)) return undefined;
  const { path, isAtPropertyKey, previousNode } = getLocation(text, offset);
  if (isAtPropertyKey || path[0] !== 'methods' || path.at(-1) !== 'method') return undefined;
  const isInside = previousNode?.type === 'string' && offset <= previousNode.offset + previousNode.length;
  return isInside ? { offset: previousNode.offset, length: previousNode.length } : { offset, length: 0 };
}
