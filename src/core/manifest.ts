import * as z from 'zod';
import { backendChoices } from './backends';
import { FINITE, isFinite } from './finite';
import { commandDescriptionSchema, openDescriptionSchema } from './openDescription';
import { ownCodesSchema, ownPartsOf, type OwnPart } from './own/ownCode';
import { commandText, deviceSchema } from './program';
import { evaluationSchema, recordedNetworkSchema, trainingSchema } from './recipe';
import { recordedStreamSchema } from './stream';
import { t } from './text';

/** Version of `run.json`. */
export const RUN_FORMAT = 2;

const methods = z
  .array(
    z.object({
      method: z.string(),
      settings: z.record(z.string(), z.unknown()).refine(isFinite, FINITE),
    }),
  )
  .min(1);

/** Other settings for the tasks after the first `afterTask`: a run that was forked from another has some. */
const change = z.object({ afterTask: z.int().min(1), training: trainingSchema, methods });
export type Change = z.output<typeof change>;

/** Everything that determines the numbers of a run by Lethe, besides seed and backend. */
export const runSpecSchema = z.object({
  stream: recordedStreamSchema,
  /** Of each data set that does not ship, the SHA-256 of its files by name. */
  data: z.record(z.string(), z.record(z.string(), z.string())).optional(),
  network: recordedNetworkSchema,
  training: trainingSchema,
  evaluation: evaluationSchema,
  methods,
  /** Where settings change on the way, each time whole. */
  changes: z
    .array(change)
    .min(1)
    .max(100)
    .refine(
      (all) => all.every(({ afterTask }, i) => i === 0 || afterTask > (all[i - 1]?.afterTask ?? 0)),
      'are not in the order of their tasks',
    )
    .optional(),
  /** What the user's own methods, network and stream consist of, by path. */
  own: ownCodesSchema.optional(),
  /** SHA-256 of files of the user's own that the settings name, by name. */
  contents: z.record(z.string(), z.string()).optional(),
});
export type RunSpec = z.output<typeof runSpecSchema>;

const everyRun = {
  lethe: z.literal(RUN_FORMAT),
  /** Name of the run folder. */
  id: z.string().min(1),
  created: z.number(),
  experiment: z.object({
    name: z.string(),
    /** Path of the experiment file relative to the workspace folder, with forward slashes. */
    file: z.string().optional(),
  }),
  variant: z.object({
    key: z.string(),
    label: z.string(),
    /** Two runs with equal hash and seed are repetitions of each other. */
    hash: z.string(),
    /** Key of the variant of the same experiment whose method the program implements too. */
    implements: z.string().optional(),
  }),
  seed: z.int().min(0),
  backend: z.enum(backendChoices).default('auto'),
  version: z.string().optional(),
};

/** Of a run that Lethe trains itself: only this can be started, resumed and verified. */
export const ownManifestSchema = z.object({
  ...everyRun,
  trainer: z.literal('lethe'),
  spec: runSpecSchema,
  /** The run that it was forked from: its id and the hash of its variant. */
  parent: z.object({ id: z.string().min(1), hash: z.string() }).optional(),
});
export type OwnManifest = z.output<typeof ownManifestSchema>;

/** Of a run that a command trains which the experiment names: Lethe starts it, and it says itself what happens. */
export const commandManifestSchema = z.object({
  ...everyRun,
  trainer: z.literal('command'),
  /** The command and its arguments, for the record: what is started is what the experiment file says. */
  command: z.array(z.string()).min(1),
  /** The device that it needs. */
  device: deviceSchema.optional(),
  /** The run folder holds the order of batches too. */
  batches: z.boolean().optional(),
  spec: commandDescriptionSchema,
});
export type CommandManifest = z.output<typeof commandManifestSchema>;

/** Of a run that Lethe can start. */
export type PlannedManifest = OwnManifest | CommandManifest;

/**
 * `run.json`: what was asked for, and who trains it: Lethe itself, a command that the experiment names, or a program that
 * Lethe knows nothing of. Written once, before the run starts, and never changed.
 */
export const manifestSchema = z.discriminatedUnion(
  'trainer',
  [
    ownManifestSchema,
    commandManifestSchema,
    z.object({
      ...everyRun,
      trainer: z.literal('program'),
      /** Its name. */
      program: z.string().optional(),
      spec: openDescriptionSchema,
    }),
  ],
  { error: ({ discriminator }) => discriminator && 'must be "lethe", "command" or "program"' },
);
export type RunManifest = z.output<typeof manifestSchema>;

/** The device that a run needs: where a program does that Lethe starts, and its experiment names one. */
export const deviceNeededBy = (manifest: RunManifest): string | undefined =>
  manifest.trainer === 'command' ? manifest.device : undefined;

/** Who trains a run, in a word or a few: "Lethe", "python train.py", "Avalanche 0.6". */
export function trainerText(manifest: RunManifest): string {
  switch (manifest.trainer) {
    case 'lethe':
      return 'Lethe';
    case 'command':
      return commandText(manifest.command);
    case 'program':
      return manifest.program ?? t('another program');
  }
}

/** The user's own methods, network and stream of a run; of other programs Lethe knows none. */
export const ownPartsOfRun = (manifest: RunManifest): OwnPart[] =>
  manifest.trainer === 'lethe' ? ownPartsOf(manifest.spec) : [];
