import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { settingFrom } from './settingSchema';

const back = (schema: z.ZodType) =>
  settingFrom(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as object);

describe('a setting, out of its JSON schema', () => {
  it.each<[z.ZodType, readonly unknown[], readonly unknown[]]>([
    [z.number().min(0).max(1), [0, 0.5, 1], [-1, 2, '0', null]],
    [z.number().positive().lt(3), [0.1, 2.9], [0, 3]],
    [z.int().min(1), [1, 9], [0, 1.5]],
    [z.boolean(), [true], ['true', 1]],
    [z.enum(['a', 'b']), ['a'], ['c', 1]],
    [z.literal([3, 5]), [3, 5], [4, '3']],
    [z.string().min(1).max(2), ['a', 'ab'], ['', 'abc', 1]],
    [z.array(z.number().min(0)).min(1).max(2), [[0], [1, 2]], [[], [1, 2, 3], [-1], 1]],
    [z.union([z.number(), z.enum(['auto'])]), [1, 'auto'], ['other', true]],
    // Not understood here: the method's own schema has the last word.
    [z.object({ a: z.number() }), [{ a: 1 }, { b: 1 }], []],
    [z.custom(), [1, 'x'], []],
  ])('allows what it allows and nothing else (%#)', (schema, right, wrong) => {
    for (const value of right) expect(back(schema).safeParse(value).success, JSON.stringify(value)).toBe(true);
    for (const value of wrong) expect(back(schema).safeParse(value).success, JSON.stringify(value)).toBe(false);
  });

  it('has its default and its description', () => {
    const found = back(z.number().default(3).describe('How many.'));
    expect(found.parse(undefined)).toBe(3);
    expect((found as z.ZodDefault<z.ZodNumber>).unwrap().description).toBe('How many.');
    expect(back(z.number().optional()).safeParse(undefined).success).toBe(false);
  });
});
