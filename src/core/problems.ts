/** A fault of an experiment file at its place. Lines and columns count from 1; offset and length are UTF-16 units. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly path: readonly (string | number)[];
  readonly offset: number;
  readonly length: number;
  readonly line: number;
  readonly column: number;
}

/** A fault found by a check, before it is given its place in the text. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly path: readonly (string | number)[];
  /** Points at the key of a property instead of its value. */
  readonly atKey?: boolean;
}
