import type { EventOf } from '../../src/core/events';
import { picturesIn, whyOf, type Picture, type Why } from '../asked';
import type { Host } from '../host';
import type { LiveRun } from '../liveRuns';

/** Examples of a memory that are shown as pictures. */
export interface KeptExamples {
  readonly run: string;
  /** Places in the training set, and the task whose view of each is kept; the first, where left out. */
  readonly index: readonly number[];
  readonly task?: readonly number[] | undefined;
}

type Told = readonly EventOf<'mechanism'>[];

/**
 * What the section has asked the host for. What a run showed is asked for once, and again when it has learned another task:
 * until it comes what was there before is shown.
 */
export class InsideStore {
  private readonly told = new Map<string, Told>();
  /** Of each run the version of it that was asked for last. */
  private readonly asked = new Map<string, string>();
  private readonly pictures = new Map<string, Picture | Why | 'asked'>();
  private readonly stop = new AbortController();
  /** Why something did not come that may when one asks again. */
  refused: Why | undefined;
  /** Counts what came. */
  version = 0;

  constructor(
    private readonly host: Pick<Host, 'ask'>,
    private readonly changed: () => void,
  ) {}

  /** Nobody waits any more. */
  dispose(): void {
    this.stop.abort();
  }

  /** What a run has shown, as far as it is here; undefined before anything is. */
  toldBy({ manifest: { id }, state: { rows, resumes, firstAt } }: LiveRun): Told | undefined {
    const version = `${rows.length} ${resumes} ${firstAt ?? ''}`;
    if (this.asked.get(id) !== version) {
      this.asked.set(id, version);
      // Views come before the row of their task.
      if (rows.length === 0) this.told.delete(id);
      else void this.ask(id, version);
    }
    return rows.length === 0 ? [] : this.told.get(id);
  }

  /** Asks again for what was refused. */
  again(): void {
    this.refused = undefined;
    this.asked.clear();
    for (const [key, found] of this.pictures)
      if (typeof found === 'string' && found !== 'asked' && found !== 'not there') this.pictures.delete(key);
    this.changed();
  }

  private async ask(run: string, version: string): Promise<void> {
    try {
      const told = await this.host.ask<'mechanisms'>({ kind: 'mechanisms', run }, this.stop.signal);
      if (this.asked.get(run) !== version) return;
      this.told.set(run, told);
    } catch (error) {
      this.refused = whyOf(error);
    }
    this.tell();
  }

  /** The pictures of some examples, in their order; undefined while they are not here, or why they do not come. */
  picturesOf(examples: KeptExamples): readonly Picture[] | Why | undefined {
    const keys = examples.index.map((index, i) => `${examples.run} ${examples.task?.[i] ?? ''} ${index}`);
    const missing = keys.flatMap((key, i) => (this.pictures.has(key) ? [] : [i]));
    if (missing.length > 0) {
      for (const i of missing) this.pictures.set(keys[i] ?? '', 'asked');
      void this.askPictures(
        examples,
        missing.map((place) => ({ place, key: keys[place] ?? '' })),
      );
    }
    const found = keys.map((key) => this.pictures.get(key));
    if (found.includes('asked')) return undefined;
    return found.find((one): one is Why => typeof one === 'string') ?? (found as Picture[]);
  }

  private async askPictures(
    { run, index, task }: KeptExamples,
    wanted: readonly { readonly place: number; readonly key: string }[],
  ): Promise<void> {
    try {
      const images = await this.host.ask<'images'>(
        {
          ...{ kind: 'images', run, part: 'train' },
          index: wanted.map(({ place }) => index[place] ?? 0),
          ...(task && { task: wanted.map(({ place }) => task[place] ?? 0) }),
        },
        this.stop.signal,
      );
      picturesIn(images, wanted.length).forEach((picture, i) => this.pictures.set(wanted[i]?.key ?? '', picture));
    } catch (error) {
      const why = whyOf(error);
      if (why !== 'not there') this.refused = why;
      for (const { key } of wanted) this.pictures.set(key, why);
    }
    this.tell();
  }

  private tell(): void {
    if (this.stop.signal.aborted) return;
    this.version++;
    this.changed();
  }
}
