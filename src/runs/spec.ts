import { createHash } from 'node:crypto';
import type { Experiment, Variant } from '../core/experiment';
import { canonicalJson } from '../core/canonicalJson';
import type { RunSpec } from '../core/manifest';

/** What determines the numbers of a variant's runs, besides seed and backend. */
export const specOf = (experiment: Experiment, variant: Variant): RunSpec => ({
  stream: experiment.stream,
  network: variant.network,
  training: variant.training,
  evaluation: experiment.evaluation,
  methods: variant.methods.map(({ method, settings }) => ({ method, settings })),
});

/** SHA-256 (hex) of the spec's canonical JSON: equal for runs that only differ in label, seed or order of keys. */
export const specHash = (spec: RunSpec): string => createHash('sha256').update(canonicalJson(spec)).digest('hex');
