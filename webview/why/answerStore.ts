import type { EventOf } from '../../src/core/events';
import { picturesIn, whyOf, type Picture, type Why } from '../asked';
import type { Host } from '../host';
import type { LiveRun } from '../liveRuns';
import type { ForgottenSample } from './samples';

/** What a run said of its answers after one task, and of what was forgotten until now. */
export interface RunAnswers {
  readonly confusions: readonly EventOf<'confusion'>[];
  readonly forgotten: readonly EventOf<'forgotten'>[];
}

/** One thing that was asked of a run: what came, and which version of the run it was asked of. */
interface Told<T> {
  readonly version: string;
  readonly value?: readonly T[];
}

/**
 * What a section has asked the host for. Everything is asked for once; of a run that has learned another task, what it said
 * until then is shown until the rest comes.
 */
export class AnswerStore {
  private readonly confusions = new Map<string, Told<EventOf<'confusion'>>>();
  private readonly forgotten = new Map<string, Told<EventOf<'forgotten'>>>();
  private readonly pictures = new Map<string, Picture>();
  private readonly askedPictures = new Set<string>();
  private readonly stop = new AbortController();
  /** Why something did not come that may when one asks again. */
  refused: Why | undefined;
  /** Pictures are not to be had. */
  noPictures = false;

  constructor(
    private readonly host: Host,
    private readonly changed: () => void,
  ) {}

  /** Nobody waits any more. */
  dispose(): void {
    this.stop.abort();
  }

  /** What a run has said after a task, as far as it is here. */
  answersOf(run: LiveRun, task: number): RunAnswers {
    const { id } = run.manifest;
    const { rows, resumes } = run.state;
    if (rows.length === 0) return { confusions: [], forgotten: [] };
    // A row does not change, but where a run goes on from an earlier one.
    const row = this.told(this.confusions, `${id} ${task}`, `${resumes}`, () =>
      this.host.ask<'confusions'>({ kind: 'confusions', run: id, task }, this.stop.signal),
    );
    const forgotten = this.told(this.forgotten, id, `${resumes} ${rows.length}`, () =>
      this.host.ask<'forgotten'>({ kind: 'forgotten', run: id }, this.stop.signal),
    );
    return { confusions: row ?? [], forgotten: forgotten ?? [] };
  }

  private told<T>(
    known: Map<string, Told<T>>,
    key: string,
    version: string,
    ask: () => Promise<readonly T[]>,
  ): readonly T[] | undefined {
    const last = known.get(key);
    if (last?.version !== version) {
      known.set(key, { ...last, version });
      void this.ask(known, key, version, ask);
    }
    return last?.value;
  }

  private async ask<T>(
    known: Map<string, Told<T>>,
    key: string,
    version: string,
    ask: () => Promise<readonly T[]>,
  ): Promise<void> {
    try {
      const value = await ask();
      if (known.get(key)?.version === version) known.set(key, { version, value });
    } catch (error) {
      this.refused = whyOf(error);
    }
    if (!this.stop.signal.aborted) this.changed();
  }

  /** Asks again for what was refused. */
  again(): void {
    this.refused = undefined;
    for (const known of [this.confusions, this.forgotten])
      for (const [key, { value }] of known) if (!value) known.delete(key);
    for (const key of this.askedPictures) if (!this.pictures.has(key)) this.askedPictures.delete(key);
    this.changed();
  }

  /** Asks for the pictures of these samples that are not here yet, in one request. */
  wantPictures(run: string, samples: readonly ForgottenSample[]): void {
    const wanted = samples.filter((sample) => !this.askedPictures.has(keyOf(run, sample)));
    if (wanted.length === 0 || this.noPictures) return;
    for (const sample of wanted) this.askedPictures.add(keyOf(run, sample));
    void this.askPictures(run, wanted);
  }

  pictureOf(run: string, sample: ForgottenSample): Picture | undefined {
    return this.pictures.get(keyOf(run, sample));
  }

  private async askPictures(run: string, samples: readonly ForgottenSample[]): Promise<void> {
    const { signal } = this.stop;
    const [index, task] = [samples.map((sample) => sample.index), samples.map((sample) => sample.task)];
    try {
      const images = await this.host.ask<'images'>({ kind: 'images', run, part: 'test', index, task }, signal);
      picturesIn(images, samples.length).forEach((picture, i) =>
        this.pictures.set(keyOf(run, samples[i] as ForgottenSample), picture),
      );
    } catch (error) {
      const why = whyOf(error);
      if (why === 'not there') this.noPictures = true;
      else this.refused = why;
    }
    if (!signal.aborted) this.changed();
  }
}

const keyOf = (run: string, { task, index }: ForgottenSample): string => `${run} ${task} ${index}`;
