/** What came of one trial. A column that says nothing about a kind of fault is left out. */
export interface Trial {
  readonly kind: string;
  /** Trials this stands for; 1 when left out. */
  readonly count?: number;
  /** Every log of the experiment could be read. */
  readonly readable?: boolean;
  /** Parameters and events were those of an uninterrupted run, bit for bit. */
  readonly identical?: boolean;
  readonly hung?: boolean;
  /** Processes that were left behind. */
  readonly left?: number;
  /** What is wrong, in words that are the same each time it happens. */
  readonly found?: readonly string[];
}

/** A line of the table: all trials of one kind of fault. */
export interface Row {
  readonly kind: string;
  trials: number;
  readable: Share;
  identical: Share;
  hangs: number | undefined;
  left: number | undefined;
  /** What was found, and how often. */
  readonly found: Map<string, number>;
}

export interface Share {
  readonly of: number;
  readonly yes: number;
}

const none: Share = { of: 0, yes: 0 };

/** More different things than so many are counted as one. */
const DIFFERENT = 12;

/** Counts trials by kind of fault, in the order in which the kinds came up. */
export class Tally {
  private readonly byKind = new Map<string, Row>();

  get rows(): readonly Row[] {
    return [...this.byKind.values()];
  }

  /** How many things were found. */
  get findings(): number {
    return this.rows.reduce(
      (sum, { found }) => sum + [...found.values()].reduce((inner, count) => inner + count, 0),
      0,
    );
  }

  add({ kind, count = 1, readable, identical, hung, left, found = [] }: Trial): void {
    const row = this.byKind.get(kind) ?? emptyRow(kind);
    this.byKind.set(kind, row);
    row.trials += count;
    row.readable = counted(row.readable, readable, count);
    row.identical = counted(row.identical, identical, count);
    if (hung !== undefined) row.hangs = (row.hangs ?? 0) + Number(hung);
    if (left !== undefined) row.left = (row.left ?? 0) + left;
    for (const what of found) {
      const name = row.found.has(what) || row.found.size < DIFFERENT ? what : 'other things';
      row.found.set(name, (row.found.get(name) ?? 0) + 1);
    }
  }
}

const emptyRow = (kind: string): Row => ({
  kind,
  trials: 0,
  readable: none,
  identical: none,
  hangs: undefined,
  left: undefined,
  found: new Map(),
});

const counted = (share: Share, holds: boolean | undefined, count: number): Share =>
  holds === undefined ? share : { of: share.of + count, yes: share.yes + (holds ? count : 0) };
