import type { EventOf } from '../../src/core/events';
import { picturesIn, type Picture } from '../asked';
import { AskingStore } from '../askingStore';
import type { LiveRun } from '../liveRuns';
import type { ForgottenSample } from './samples';

/** What a run said of its answers after one task, and of what was forgotten until now. */
export interface RunAnswers {
  readonly confusions: readonly EventOf<'confusion'>[];
  readonly forgotten: readonly EventOf<'forgotten'>[];
}

/**
 * What a section has asked the host for. Everything is asked for once; of a run that has learned another task, what it said
 * until then is shown until the rest comes.
 */
export class AnswerStore extends AskingStore {
  private readonly confusions = this.answers<readonly EventOf<'confusion'>[]>();
  private readonly forgotten = this.answers<readonly EventOf<'forgotten'>[]>();
  private readonly pictures = this.answers<Picture>({ canLack: true });

  /** Pictures are not to be had. */
  get noPictures(): boolean {
    return this.pictures.isLacking;
  }

  /** What a run has said after a task, as far as it is here. */
  answersOf(run: LiveRun, task: number): RunAnswers {
    const { id } = run.manifest;
    const { rows, resumes } = run.state;
    if (rows.length === 0) return { confusions: [], forgotten: [] };
    const row = `${id} ${task}`;
    // A row does not change, but where a run goes on from an earlier one.
    this.confusions.want([row], `${resumes}`, async () => [
      await this.ask<'confusions'>({ kind: 'confusions', run: id, task }),
    ]);
    this.forgotten.want([id], `${resumes} ${rows.length}`, async () => [
      await this.ask<'forgotten'>({ kind: 'forgotten', run: id }),
    ]);
    return { confusions: this.confusions.valueOf(row) ?? [], forgotten: this.forgotten.valueOf(id) ?? [] };
  }

  /** Asks for the pictures of these samples that are not here yet, in one request. */
  wantPictures(run: string, samples: readonly ForgottenSample[]): void {
    if (this.noPictures) return;
    const keys = samples.map((sample) => keyOf(run, sample));
    this.pictures.want(keys, '', async (places) => {
      const wanted = places.flatMap((place) => samples[place] ?? []);
      const [index, task] = [wanted.map((sample) => sample.index), wanted.map((sample) => sample.task)];
      return picturesIn(await this.ask<'images'>({ kind: 'images', run, part: 'test', index, task }), wanted.length);
    });
  }

  pictureOf(run: string, sample: ForgottenSample): Picture | undefined {
    return this.pictures.valueOf(keyOf(run, sample));
  }
}

const keyOf = (run: string, { task, index }: ForgottenSample): string => `${run} ${task} ${index}`;
