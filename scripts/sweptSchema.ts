import * as z from 'zod';
import { sweepSchema } from '../src/core/sweeps/form';

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The JSON schema of an experiment file in which each number of `methods`, `training` and `network` may be a sweep. */
export function withSweeps(schema: object): object {
  const { properties, definitions } = schema as { properties: Json; definitions?: Json };
  const { $schema: _draft, ...sweep } = z.toJSONSchema(sweepSchema, { target: 'draft-7', io: 'input' });
  const parts = ['methods', 'training', 'network'] as const;
  return {
    ...schema,
    properties: { ...properties, ...Object.fromEntries(parts.map((part) => [part, orSwept(properties[part])])) },
    definitions: { ...definitions, sweep },
  };
}

function orSwept(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(orSwept);
  if (!isObject(schema)) return schema;
  if (schema['type'] !== 'number' && schema['type'] !== 'integer')
    return Object.fromEntries(Object.entries(schema).map(([key, inner]) => [key, orSwept(inner)]));
  const { title, description, default: usual, ...number } = schema;
  const about = Object.entries({ title, description, default: usual }).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(about), anyOf: [number, { $ref: '#/definitions/sweep' }] };
}
