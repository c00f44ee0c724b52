import * as z from 'zod';
import { streamSchema } from './experiment';
import { FINITE, isFinite } from './finite';
import { evaluationSchema, networkSchema, trainingSchema } from './recipe';

/** Version of `run.json`. */
export const RUN_FORMAT = 1;

/** Everything that determines a run's numbers, besides seed and backend. */
export const runSpecSchema = z.object({
  /** The data set may be one that Lethe does not ship, when another program made the run. */
  stream: streamSchema.extend({ dataset: z.string().default('mnist') }),
  network: networkSchema,
  training: trainingSchema,
  evaluation: evaluationSchema,
  methods: z
    .array(z.object({ method: z.string(), settings: z.record(z.string(), z.unknown()).refine(isFinite, FINITE) }))
    .min(1),
});
export type RunSpec = z.output<typeof runSpecSchema>;

export const backendChoices = ['auto', 'native', 'wasm', 'cpu'] as const;
export type BackendChoice = (typeof backendChoices)[number];

/** `run.json`: what was asked for. Written once, before the run starts, and never changed. */
export const manifestSchema = z.object({
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
    differs: z.array(z.string()).default([]),
    /** Of the spec: two runs with equal hash and seed are repetitions of each other. */
    hash: z.string(),
  }),
  seed: z.int().min(0),
  backend: z.enum(backendChoices).default('auto'),
  spec: runSpecSchema,
  version: z.string().optional(),
});
export type RunManifest = z.output<typeof manifestSchema>;
