import { canonicalJson } from './canonicalJson';
import type { RunManifest, RunSpec } from './manifest';

/**
 * Everything that the numbers of a run follow from, as JSON to be read and compared line by line. Names, times and labels
 * are left out: two runs with one text are repetitions of each other, but for what `place` says.
 *
 * @param spec that of a run of Lethe, or what another program says of itself
 * @param place seed and backend, where one run is meant
 */
export function settingsText(
  spec: RunSpec | Extract<RunManifest, { trainer: 'command' | 'program' }>['spec'],
  place: { readonly seed?: number; readonly backend?: string } = {},
): string {
  // In the order of their names: a recorded spec and one just made have another order otherwise.
  return `${JSON.stringify(JSON.parse(canonicalJson({ ...spec, ...place })), undefined, 2)}\n`;
}

/** The same of a run; with seed and backend where `hasPlace`. */
export function settingsOfRun(manifest: RunManifest, hasPlace: boolean): string {
  const { spec, seed, backend } = manifest;
  const program = manifest.trainer === 'command' ? { program: manifest.command } : {};
  return settingsText({ ...spec, ...program }, hasPlace ? { seed, backend } : {});
}
