import { findNodeAtLocation, findNodeAtOffset, getNodePath, parseTree, type JSONPath, type Node } from 'jsonc-parser';
import { excessOf } from '../core/textLimits';

/** A number of an experiment file that can be swept; or the place where it can be written, if the file leaves it out. */
export interface SweepPlace {
  /** Of the number; of nothing, where it is left out. */
  readonly offset: number;
  readonly length: number;
  readonly value: number;
  /** The setting it is the value of. */
  readonly setting: string;
  /** What has to be written before it: a comma and the name of the setting, where it is left out. */
  readonly before: string;
}

/** Parts of the file whose numbers can be swept. */
const SWEPT_PARTS: readonly unknown[] = ['network', 'training', 'methods'];

/**
 * The number at an offset of an experiment file, or that of the setting whose name is there; undefined where there is none,
 * or where it is part of a sweep already.
 */
export function sweepPlaceAt(text: string, offset: number): SweepPlace | undefined {
  if (excessOf(text)) return undefined;
  const root = treeOf(text);
  const found = root && findNodeAtOffset(root, offset, true);
  const [key, ofKey] = found?.parent?.type === 'property' ? (found.parent.children ?? []) : [];
  const node = found === key ? ofKey : found;
  if (node?.type !== 'number' || typeof node.value !== 'number') return undefined;
  const path = getNodePath(node);
  const setting = path.filter((key) => typeof key === 'string').at(-1);
  if (setting === undefined || path.length < 2 || !SWEPT_PARTS.includes(path[0]) || path.includes('sweep'))
    return undefined;
  return { offset: node.offset, length: node.length, value: node.value, setting, before: '' };
}

const treeOf = (text: string): Node | undefined => parseTree(text, [], { allowTrailingComma: true });

/**
 * The place of a setting in the object at a path, of which it is known that it has this value; undefined where something else
 * than a number stands there, such as a sweep.
 */
export function sweepPlaceIn(text: string, path: JSONPath, setting: string, value: number): SweepPlace | undefined {
  if (excessOf(text)) return undefined;
  const root = treeOf(text);
  const written = root && findNodeAtLocation(root, [...path, setting]);
  if (written) return sweepPlaceAt(text, written.offset);
  const object = root && findNodeAtLocation(root, path);
  const last = object?.type === 'object' ? object.children?.at(-1) : undefined;
  if (!last) return undefined;
  const before = `,${gapBefore(text, last)}${JSON.stringify(setting)}: `;
  return { offset: last.offset + last.length, length: 0, value, setting, before };
}

/** A property begins like the one before it: on a line of its own where that does. */
const gapBefore = (text: string, { offset }: Node): string => /\r?\n[ \t]*$/.exec(text.slice(0, offset))?.[0] ?? ' ';

/** The text of a sweep, in the place of a number. */
export const sweepText = (values: readonly number[]): string => `{ "sweep": [${values.join(', ')}] }`;

/** A text in which something else stands at the place. */
export const withText = (text: string, { offset, length, before }: SweepPlace, inserted: string): string =>
  text.slice(0, offset) + before + inserted + text.slice(offset + length);
