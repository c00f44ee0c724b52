/** What is common to analyses of the parameters that several runs kept. */
import * as z from 'zod';
import { canonicalJson } from '../canonicalJson';
import { MOST_TASKS } from '../recipe';

/** Version of the files. */
export const SEVERAL_FORMAT = 1;

const task = z.int().min(0).max(MOST_TASKS);

/** Parameters that a run kept after a task, and the SHA-256 of their file. */
export const checkpointSchema = z.object({ run: z.string(), task, sha256: z.string() });
export type Checkpoint = z.output<typeof checkpointSchema>;

/** A number that was measured; null where it is not finite. */
export const measuredSchema = z.number().nullable();
export const measuredOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Tasks as settings have them, from 1. */
export const taskSetting = z.int().min(1).max(MOST_TASKS);
export const tasksSetting = z.array(taskSetting).min(1).max(100);

/** What every such result begins with. */
export const resultHead = {
  lethe: z.literal(SEVERAL_FORMAT),
  revision: z.int().min(1),
  settings: z.record(z.string(), z.unknown()),
  backend: z.string(),
};

/** What such a result depends on: one with the same of these need not be measured again. */
export interface SeveralKey {
  readonly analysis: string;
  readonly revision: number;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly checkpoints: readonly Checkpoint[];
}

/** The same text for the same key. */
export const textOf = ({ analysis, revision, settings, checkpoints }: SeveralKey): string =>
  canonicalJson({ analysis, revision, settings, checkpoints });

/** Analyses of the parameters that several runs kept. */
export const severalIds = ['path', 'landscape'] as const;
export type SeveralId = (typeof severalIds)[number];

/** What a process says that analyses several runs. Each analysis has a schema of its own for what it finds. */
export const severalMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), share: z.number().min(0).max(1), what: z.string() }),
  /** What there is so far of what comes coarse to fine. */
  z.object({ type: z.literal('coarse'), result: z.unknown() }),
  z.object({ type: z.literal('result'), isKnown: z.boolean(), file: z.string(), result: z.unknown() }),
  z.object({ type: z.literal('failed'), message: z.string() }),
  z.object({ type: z.literal('stopped') }),
]);
export type SeveralMessage = z.output<typeof severalMessageSchema>;
