import * as z from 'zod';
import { ownValue } from '../ownValue';
import { isOwnPath } from './ownPath';

/** A part of a run's record: of one of Lethe's kinds, or one of the user's own, whose kind is the path of a file. */
export const orOwn = <BuiltIn, Own>(builtIn: z.ZodType<BuiltIn>, own: z.ZodType<Own>) =>
  z.looseObject({}).transform((given, context): BuiltIn | Own => {
    const parsed = (isOwnPath(ownValue(given, 'kind')) ? own : builtIn).safeParse(given);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) context.issues.push({ ...issue, input: given } as never);
    return z.NEVER;
  });
