import { findNodeAtOffset, getNodePath, parseTree } from 'jsonc-parser';
import { excessOf } from '../core/textLimits';

/** A number of an experiment file that can be swept. */
export interface SweepPlace {
  /** Of the number. */
  readonly offset: number;
  readonly length: number;
  readonly value: number;
  /** The setting it is the value of. */
  readonly setting: string;
}

/** Parts of the file whose numbers can be swept. */
const SWEPT_PARTS: readonly unknown[] = ['network', 'training', 'methods'];

/**
 * The number at an offset of an experiment file, or that of the setting whose name is there; undefined where there is none,
 * or where it is part of a sweep already.
 */
export function sweepPlaceAt(text: string, offset: number): SweepPlace | undefined {
  if (excessOf(text)) return undefined;
  const root = parseTree(text, [], { allowTrailingComma: true });
  const found = root && findNodeAtOffset(root, offset, true);
  const [key, ofKey] = found?.parent?.type === 'property' ? (found.parent.children ?? []) : [];
  const node = found === key ? ofKey : found;
  if (node?.type !== 'number' || typeof node.value !== 'number') return undefined;
  const path = getNodePath(node);
  const setting = path.filter((key) => typeof key === 'string').at(-1);
  if (setting === undefined || path.length < 2 || !SWEPT_PARTS.includes(path[0]) || path.includes('sweep'))
    return undefined;
  return { offset: node.offset, length: node.length, value: node.value, setting };
}

/** The text of a sweep, in the place of a number. */
export const sweepText = (values: readonly number[]): string => `{ "sweep": [${values.join(', ')}] }`;

/** A text in which something else stands at the place. */
export const withText = (text: string, { offset, length }: SweepPlace, inserted: string): string =>
  text.slice(0, offset) + inserted + text.slice(offset + length);
