import type { Replies, RequestOf } from '../src/core/messages';
import type { Run } from '../src/core/run';
import { AskError, type Host } from './host';
import { onceOf } from './kept';

/** What of runs comes as columns that grow with them. */
export type ColumnKind = 'curve' | 'metric';

/** What of some runs is wanted. */
export type WishOf<Kind extends ColumnKind> = Omit<RequestOf<Kind>, 'kind' | 'runs'>;

/** Columns of so many places that grow are asked for anew at most this often (ms), longer ones more seldom; and after a refusal. */
export const LEAST_MS = 500;
const PLACES = 1000;
export const AGAIN_MS = 3000;

interface Slot<Kind extends ColumnKind> {
  readonly wish: string;
  /** What of the runs there was to draw when these were asked for. */
  columns?: { readonly content: string; readonly found: Replies[Kind] };
  asking?: AbortController;
  /** When it may be asked for again. */
  notBefore: number;
  timer?: ReturnType<typeof setTimeout>;
}

/**
 * Columns as the host folds and thins them. They are asked for when somebody looks at them, and anew when their runs have
 * more; what nobody looks at costs nothing.
 */
export class ColumnStore<Kind extends ColumnKind> {
  private readonly slots = new Map<string, Slot<Kind>>();

  /** @param changed told when there is something else to draw */
  constructor(
    private readonly kind: Kind,
    private readonly host: Pick<Host, 'ask'>,
    private readonly changed: () => void,
  ) {}

  /**
   * The newest that is known of some runs; undefined until the first have come.
   *
   * @param place where they are drawn. Another wish of the same place takes the place of the one before
   */
  columns(place: string, runs: readonly Run[], wish: WishOf<Kind>): Replies[Kind] | undefined {
    const key = `${JSON.stringify(wish)} ${namesOf(runs)}`;
    let slot = this.slots.get(place);
    if (slot?.wish !== key) {
      slot?.asking?.abort();
      clearTimeout(slot?.timer);
      slot = { wish: key, notBefore: 0 };
      this.slots.set(place, slot);
    }
    const content = contents[this.kind](runs);
    if (slot.columns?.content !== content && !slot.asking && runs.length > 0) this.askFor(slot, runs, wish, content);
    return slot.columns?.found;
  }

  private askFor(slot: Slot<Kind>, runs: readonly Run[], wish: WishOf<Kind>, content: string): void {
    const wait = slot.notBefore - performance.now();
    if (wait > 0) {
      // Whoever draws then says what there is to draw by then.
      slot.timer ??= setTimeout(() => {
        delete slot.timer;
        this.changed();
      }, wait);
      return;
    }
    const control = new AbortController();
    slot.asking = control;
    const ids = runs.map(({ manifest }) => manifest.id);
    this.host
      .ask<Kind>({ kind: this.kind, runs: ids, ...wish } as unknown as RequestOf<Kind>, control.signal)
      .then(
        (found) => {
          slot.columns = { content, found };
          slot.notBefore = performance.now() + LEAST_MS * Math.max(1, found.places.length / PLACES);
        },
        (error: unknown) => {
          if (!(error instanceof AskError)) throw error;
          slot.notBefore = performance.now() + AGAIN_MS;
        },
      )
      .finally(() => {
        delete slot.asking;
        if (!control.signal.aborted) this.changed();
      });
  }
}

const namesOf = onceOf((runs: readonly Run[]) => JSON.stringify(runs.map(({ manifest }) => manifest.id)));

const curveContent = onceOf((runs: readonly Run[]) =>
  runs
    .map(({ state: { newest, validated, online, rows, works, stepsDone, resumes, firstAt } }) =>
      [
        ...[newest?.task, newest?.step, validated?.task, validated?.step, rows.length, works.length, resumes, firstAt],
        online && online.counted > 0 ? stepsDone : 0,
      ].join(),
    )
    .join(' '),
);

const metricContent = onceOf((runs: readonly Run[]) =>
  runs.map(({ state: { metricsTold, resumes } }) => `${metricsTold},${resumes}`).join(' '),
);

/** Change when there is something else to draw. */
const contents: Readonly<Record<ColumnKind, (runs: readonly Run[]) => string>> = {
  curve: curveContent,
  metric: metricContent,
};
