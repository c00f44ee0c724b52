import type { EventOf } from '../../src/core/events';
import { viewInWords } from '../../src/core/viewWords';
import { picturesIn, type Picture, type Why } from '../asked';
import { AskingStore } from '../askingStore';
import type { LiveRun } from '../liveRuns';
import { said } from '../said';

/** Examples of a memory that are shown as pictures. */
export interface KeptExamples {
  readonly run: string;
  /** Places in the training set, and the task whose view of each is kept; the first, where left out. */
  readonly index: readonly number[];
  readonly task?: readonly number[] | undefined;
}

type Told = readonly EventOf<'mechanism'>[];

/** In the language of the page. */
const inWords = (event: EventOf<'mechanism'>): EventOf<'mechanism'> => ({
  ...event,
  views: event.views.map((view) => viewInWords(view, said)),
});

/**
 * What the section has asked the host for. What a run showed is asked for once, and again when it has learned another task:
 * until it comes what was there before is shown.
 */
export class InsideStore extends AskingStore {
  private readonly told = this.answers<Told>();
  private readonly pictures = this.answers<Picture>({ canLack: true });

  /** What a run has shown, as far as it is here; undefined before anything is. */
  toldBy({ manifest: { id }, state: { rows, resumes, firstAt } }: LiveRun): Told | undefined {
    if (rows.length === 0) {
      // Views come before the row of their task.
      this.told.forget(id);
      return [];
    }
    const version = `${rows.length} ${resumes} ${firstAt ?? ''}`;
    this.told.want([id], version, async () => [
      (await this.ask<'mechanisms'>({ kind: 'mechanisms', run: id })).map(inWords),
    ]);
    return this.told.valueOf(id);
  }

  /** The pictures of some examples, in their order; undefined while they are not here, or why they do not come. */
  picturesOf({ run, index, task }: KeptExamples): readonly Picture[] | Why | undefined {
    const keys = index.map((at, i) => `${run} ${task?.[i] ?? ''} ${at}`);
    this.pictures.want(keys, '', async (places) => {
      const at = (list: readonly number[]) => places.map((place) => list[place] ?? 0);
      const request = {
        kind: 'images',
        run,
        part: 'train',
        index: at(index),
        ...(task && { task: at(task) }),
      } as const;
      return picturesIn(await this.ask<'images'>(request), places.length);
    });
    const found = keys.map((key) => this.pictures.valueOf(key) ?? this.pictures.whyNot(key));
    if (found.includes(undefined)) return undefined;
    return found.find((one): one is Why => typeof one === 'string') ?? (found as Picture[]);
  }
}
