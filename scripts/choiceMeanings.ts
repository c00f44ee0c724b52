/** What each choice of a setting means, for completion: taken from the description of the setting, which says it in order. */
import { measureMeanings } from '../src/core/measures/meanings';
import type { MeasureName } from '../src/core/measures/table';

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isMeasure = (name: unknown): name is MeasureName =>
  typeof name === 'string' && Object.hasOwn(measureMeanings, name);

/** The schema, with what each choice means beside it. @param description of what the schema is part of */
export function withChoiceMeanings(schema: unknown, description = ''): unknown {
  if (Array.isArray(schema)) return schema.map((part) => withChoiceMeanings(part, description));
  if (!isObject(schema)) return schema;
  const own = typeof schema['description'] === 'string' ? schema['description'] : description;
  // What is said of an object is said of none of its keys.
  const parts = Object.entries(schema).map(
    ([key, value]) => [key, withChoiceMeanings(value, key === 'properties' ? '' : own)] as const,
  );
  return { ...Object.fromEntries(parts), ...meanings(schema, own) };
}

function meanings({ enum: choices, enumDescriptions }: Json, description: string): Json {
  if (!Array.isArray(choices) || enumDescriptions !== undefined) return {};
  if (choices.every(isMeasure)) return { enumDescriptions: choices.map((name) => measureMeanings[name]) };
  if (description === '') return {};
  return { enumDescriptions: meaningsOf(choices.map(String), description) };
}

/**
 * "sum: all add up. newest: the newest alone." → "all add up", "the newest alone". A choice that the description does not
 * explain on its own has the whole description.
 */
export function meaningsOf(choices: readonly string[], whole: string): string[] {
  const description = whole.replace(/ ?Default: [^.]*\.?/, '');
  const places = choices.map((choice) => placeOf(choice, description));
  // A single one is rather a word of the text.
  if (places.filter(Boolean).length < 2) return choices.map(() => whole);
  return places.map((place) => {
    if (!place) return whole;
    if (place.closes) return insideOf(description, place.end);
    const later = places.flatMap((other) => (other && other.at > place.at ? other.at : []));
    const said = description.slice(place.end, Math.min(description.length, ...later));
    // After the last one may follow what holds for all.
    const own = later.length > 0 ? said : said.replace(/\. [A-ZΩ].*$/su, '');
    return own.replace(/[\s,;."]+(and|or)?\s*$/, '').trim();
  });
}

interface Place {
  readonly at: number;
  /** Where what it means begins. */
  readonly end: number;
  /** It stands in parentheses. */
  readonly closes: boolean;
}

/** Where a description begins to explain a choice: `choice: …`, `choice = …`, `choice (…)`, with or without quotes. */
function placeOf(choice: string, description: string): Place | undefined {
  const name = choice.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const found = new RegExp(`(?<![\\w-])"?${name}"?(?: ?(\\()|: | = )`).exec(description);
  return found ? { at: found.index, end: found.index + found[0].length, closes: found[1] !== undefined } : undefined;
}

/** Up to the parenthesis that closes. */
function insideOf(text: string, from: number): string {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0) return text.slice(from, at);
  }
  return text.slice(from);
}
