import * as z from 'zod';

/** What a process that checks a file of the user's own says on the way. */
export const checkMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('begins'), check: z.string() }),
  z.object({
    type: z.literal('ends'),
    check: z.string(),
    outcome: z.enum(['passed', 'failed', 'skipped']),
    seconds: z.number(),
    /** What is wrong, with its line; or why it was left out. */
    message: z.string().optional(),
  }),
  /** Nothing more is coming. */
  z.object({ type: z.literal('done') }),
]);
export type CheckMessage = z.output<typeof checkMessageSchema>;
