/** Columns for what runs were set to. */
import type { RunManifest } from '../core/manifest';
import type { Run } from '../core/run';

/** What a cell may hold. */
export type Value = string | number | boolean | null | undefined;

export interface SettingColumns {
  /** `ewc.lambda`, `training.learningRate`, … */
  readonly names: readonly string[];
  /** What a run says of each of them; undefined where it has no such setting. */
  readonly valuesOf: (run: Run) => readonly Value[];
}

const parts = ['stream', 'network', 'training', 'evaluation'] as const;
/** Of what other programs describe there may be any number. */
const MOST_COLUMNS = 200;

/**
 * A column for each setting of a method, and for those of stream, network, training and evaluation that are not the same in
 * all runs: what all have in common would be said in every line.
 */
export function settingColumns(runs: readonly Run[]): SettingColumns {
  const known = new Map(runs.map((run) => [run, settingsOf(run.manifest)]));
  const all = [...known.values()];
  const ofMethods = new Set(all.flatMap(({ methods }) => [...methods.keys()]));
  const shared = new Set(all.flatMap((settings) => [...settings.parts.keys()]));
  const differing = [...shared].filter((name) => new Set(all.map((settings) => settings.parts.get(name))).size > 1);
  const names = [...ofMethods, ...differing].slice(0, MOST_COLUMNS);
  return {
    names,
    valuesOf: (run) => names.map((name) => known.get(run)?.methods.get(name) ?? known.get(run)?.parts.get(name)),
  };
}

function settingsOf({ spec }: RunManifest) {
  const [methods, others] = [new Map<string, Value>(), new Map<string, Value>()];
  for (const { method, settings } of spec.methods) addTo(methods, method, settings);
  for (const part of parts) addTo(others, part, spec[part]);
  return { methods, parts: others };
}

/** Values by their path; lists stay whole, as JSON. */
function addTo(settings: Map<string, Value>, path: string, value: unknown): void {
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    settings.set(path, isValue(value) ? value : JSON.stringify(value));
    return;
  }
  for (const [key, inner] of Object.entries(value)) addTo(settings, `${path}.${key}`, inner);
}

const isValue = (value: unknown): value is Value => value === null || typeof value !== 'object';
