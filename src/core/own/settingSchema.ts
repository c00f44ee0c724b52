import * as z from 'zod';

/** What a JSON schema of a setting may say that is understood here. */
interface SettingSchema {
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly SettingSchema[];
  readonly items?: SettingSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly default?: unknown;
  readonly description?: string;
}

/**
 * A setting of a method of the user's own as the editor checks it, out of its JSON schema. What is not understood here is
 * accepted: the method's own schema checks every setting again when a run starts. (zod's own way back from JSON schemas
 * would double what the extension loads.)
 */
export function settingFrom(schema: SettingSchema): z.ZodType {
  const base = typeOf(schema);
  const described = schema.description === undefined ? base : base.describe(schema.description);
  return schema.default === undefined ? described : described.default(schema.default as never);
}

function typeOf(schema: SettingSchema): z.ZodType {
  if (schema.enum) return wordsOf(schema.enum);
  if (schema.const !== undefined) return wordsOf([schema.const]);
  if (schema.anyOf) return z.union(schema.anyOf.map(typeOf));
  switch (schema.type) {
    case 'number':
      return numberOf(z.number(), schema);
    case 'integer':
      return numberOf(z.int(), schema);
    case 'boolean':
      return z.boolean();
    case 'string':
      return textOf(schema);
    case 'array':
      return listOf(schema);
    default:
      return z.unknown();
  }
}

const wordsOf = (words: readonly unknown[]): z.ZodType =>
  words.every((word) => typeof word === 'string') ? z.enum(words as [string]) : z.literal(words as [string]);

function numberOf(
  number: z.ZodNumber,
  { minimum, maximum, exclusiveMinimum, exclusiveMaximum }: SettingSchema,
): z.ZodNumber {
  let bounded = number;
  if (minimum !== undefined) bounded = bounded.min(minimum);
  if (maximum !== undefined) bounded = bounded.max(maximum);
  if (exclusiveMinimum !== undefined) bounded = bounded.gt(exclusiveMinimum);
  return exclusiveMaximum === undefined ? bounded : bounded.lt(exclusiveMaximum);
}

function textOf({ minLength, maxLength }: SettingSchema): z.ZodString {
  const text = minLength === undefined ? z.string() : z.string().min(minLength);
  return maxLength === undefined ? text : text.max(maxLength);
}

function listOf({ items = {}, minItems, maxItems }: SettingSchema): z.ZodType {
  const list = z.array(typeOf(items));
  const atLeast = minItems === undefined ? list : list.min(minItems);
  return maxItems === undefined ? atLeast : atLeast.max(maxItems);
}
