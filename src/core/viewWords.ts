import type { ReadView } from './mechanism';

/** Of an object in a view: what is said, and no number, image or name of a policy. */
const SAID: ReadonlySet<string> = new Set([
  'title',
  'quantity',
  'unit',
  'name',
  'label',
  'first',
  'second',
  'captions',
]);

/** The same view with its words said otherwise: title, quantities, units, the names of its parts, what stands below images. */
export const viewInWords = (view: ReadView, say: (text: string) => string): ReadView => saidAnew(view, say) as ReadView;

function saidAnew(value: unknown, say: (text: string) => string, isSaid = false): unknown {
  if (typeof value === 'string') return isSaid ? say(value) : value;
  if (Array.isArray(value)) return value.map((one: unknown) => saidAnew(one, say, isSaid));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, saidAnew(own, say, SAID.has(key))]));
}

/**
 * What logs say in English, in another language: by a table as `l10n/views.*.json` has one. What is not there as a whole is
 * said part by part, as far as these are there ("layer1.weights, before"); what is not there at all stays as it is.
 */
export function saidBy(table: Readonly<Record<string, string>>): (text: string) => string {
  const wordFor = (text: string): string | undefined => {
    if (Object.hasOwn(table, text)) return table[text];
    const [, number] = /^[a-z]+ (\d+)$/.exec(text) ?? [];
    if (number === undefined) return undefined;
    const pattern = text.replace(number, '{n}');
    return Object.hasOwn(table, pattern) ? table[pattern]?.replace('{n}', number) : undefined;
  };
  return (text) => {
    const whole = wordFor(text);
    if (whole !== undefined) return whole;
    const parts = text.split(/(: |, )/);
    const said = parts.map((part) => wordFor(part));
    const isSaid = said.some((word, i) => word !== undefined && i % 2 === 0);
    return isSaid ? parts.map((part, i) => said[i] ?? part).join('') : text;
  };
}
