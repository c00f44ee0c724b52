/** What a command is about. CodeLenses, tree nodes and the dashboard all name things this way. */
export interface ExperimentTarget {
  readonly kind: 'experiment';
  /** URI of the experiment file. */
  readonly uri: string;
}

export interface VariantTarget {
  readonly kind: 'variant';
  readonly uri: string;
  /** Key of the variant in the experiment, e.g. `ewc-2`; or of a family, which stands for all of its variants. */
  readonly key: string;
}

export interface RunTarget {
  readonly kind: 'run';
  /** Path of the workspace folder whose `.lethe/runs` holds the run. */
  readonly folder: string;
  readonly id: string;
}

/** A run folder that cannot be used: all there is to do is to look at it. */
export interface DamagedTarget {
  readonly kind: 'damaged';
  /** Path of the workspace folder whose `.lethe/runs` holds it. */
  readonly folder: string;
  /** Its name there, whatever a `run.json` in it says. */
  readonly id: string;
}

export type Target = ExperimentTarget | VariantTarget | RunTarget;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/**
 * Reads what VS Code or a caller hands to a command: one of our targets (a tree node is one), a URI (title bars and the
 * explorer give that), or nothing of use.
 */
export function targetOf(argument: unknown): Target | undefined {
  if (!isRecord(argument)) return undefined;
  const { kind, uri, key, folder, id, scheme, path } = argument;
  if (kind === 'experiment' && typeof uri === 'string') return { kind, uri };
  if (kind === 'variant' && typeof uri === 'string' && typeof key === 'string') return { kind, uri, key };
  if (kind === 'run' && typeof folder === 'string' && typeof id === 'string') return { kind, folder, id };
  if (kind === undefined && typeof scheme === 'string' && typeof path === 'string')
    return { kind: 'experiment', uri: (argument as { toString(): string }).toString() };
  return undefined;
}

/** The run folder that cannot be used which VS Code hands to a command; undefined for anything else. */
export function damagedTargetOf(argument: unknown): DamagedTarget | undefined {
  if (!isRecord(argument)) return undefined;
  const { kind, folder, id } = argument;
  return kind === 'damaged' && typeof folder === 'string' && typeof id === 'string' ? { kind, folder, id } : undefined;
}
