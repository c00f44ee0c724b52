import * as z from 'zod';

/** What a training process says that has trained its run to the end, is as it was before, and could train another. */
export const FREE = 'free';

/** What it answers when it has a run. Without it the run is another's: it may have been ended in this very moment. */
export const TAKEN = 'taken';

/** What it is told then: the run that it trains next. Nothing is said in it that a process of its own is not started with. */
export const nextRunSchema = z.object({
  /** The run folder. */
  folder: z.string().min(1),
  /** Of this start, as in the `process.json` of the folder. */
  token: z.string().min(1).max(64),
  /** Go on from the last checkpoint. */
  resume: z.boolean(),
});
export type NextRun = z.output<typeof nextRunSchema>;
