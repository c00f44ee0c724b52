import type { OwnManifest, RunSpec } from './manifest';

/** A part of a run that is trained with the same settings. */
export interface Leg {
  /** What the run is asked for, with the settings of this leg. */
  readonly manifest: OwnManifest;
  /** Its first task, counted from 0. */
  readonly from: number;
  /** The first task after it; undefined: there is none. */
  readonly until: number | undefined;
}

/** The legs of a run, in order: one for each time that its settings change, and the one before. */
export function legsOf(manifest: OwnManifest): Leg[] {
  const { spec } = manifest;
  const starts = [{ afterTask: 0, ...spec }, ...(spec.changes ?? [])];
  return starts.map(({ afterTask, training, methods }, i) => ({
    manifest: { ...manifest, spec: { ...spec, training, methods } },
    from: afterTask,
    until: starts[i + 1]?.afterTask,
  }));
}

/** The settings with which a run goes on after so many tasks. */
export function settingsAfter(spec: RunSpec, tasks: number): Pick<RunSpec, 'training' | 'methods'> {
  const { training, methods } = spec.changes?.findLast(({ afterTask }) => afterTask <= tasks) ?? spec;
  return { training, methods };
}
