import type { EventOf } from '../../src/core/events';
import type { Images } from '../../src/core/messages';
import { AskError, type Host } from '../host';
import type { LiveRun } from '../liveRuns';
import type { ForgottenSample } from './samples';

/** What a run said of its answers, row by row. */
export interface RunAnswers {
  readonly confusions: readonly EventOf<'confusion'>[];
  readonly forgotten: readonly EventOf<'forgotten'>[];
}

/** One picture of several that came together. */
export interface Picture extends Omit<Images, 'bytes'> {
  readonly bytes: Uint8Array;
}

/** Why something asked for is not there. */
export type Why = AskError['why'];

const noAnswers: RunAnswers = { confusions: [], forgotten: [] };

/**
 * What a section has asked the host for. Everything is asked for once; of a run that has learned another task, what it said
 * until then is shown until the rest comes.
 */
export class AnswerStore {
  private readonly answers = new Map<string, { readonly version: string; readonly told: RunAnswers }>();
  /** Of each run, the version of it that was asked for last. */
  private readonly asked = new Map<string, string>();
  private readonly pictures = new Map<string, Picture>();
  private readonly askedPictures = new Set<string>();
  private readonly stop = new AbortController();
  /** Why the last answers, and pictures, did not come. */
  refused: Why | undefined;
  noPictures: Why | undefined;

  constructor(
    private readonly host: Host,
    private readonly changed: () => void,
  ) {}

  /** Nobody waits any more. */
  dispose(): void {
    this.stop.abort();
  }

  /** What a run has said, as far as it is here; undefined before anything is. */
  answersOf(run: LiveRun): RunAnswers | undefined {
    const { id } = run.manifest;
    // A log that is folded says what its last row was, and whether it began anew.
    const version = `${run.state.answers?.task ?? ''} ${run.state.rows.length} ${run.state.resumes}`;
    if (this.asked.get(id) !== version) {
      this.asked.set(id, version);
      if (run.state.rows.length === 0) this.answers.set(id, { version, told: noAnswers });
      else void this.ask(id, version);
    }
    return this.answers.get(id)?.told;
  }

  /** Asks again for what was refused. */
  again(): void {
    this.refused = undefined;
    this.asked.clear();
    this.changed();
  }

  private async ask(run: string, version: string): Promise<void> {
    const { signal } = this.stop;
    try {
      const [confusions, forgotten] = await Promise.all([
        this.host.ask<'confusions'>({ kind: 'confusions', run }, signal),
        this.host.ask<'forgotten'>({ kind: 'forgotten', run }, signal),
      ]);
      if (this.asked.get(run) === version) this.answers.set(run, { version, told: { confusions, forgotten } });
      this.refused = undefined;
    } catch (error) {
      this.refused = whyOf(error);
    }
    if (!signal.aborted) this.changed();
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
      const { bytes, ...shape } = await this.host.ask<'images'>(
        { kind: 'images', run, part: 'test', index, task },
        signal,
      );
      const size = shape.height * shape.width * shape.channels;
      samples.forEach((sample, i) =>
        this.pictures.set(keyOf(run, sample), { ...shape, bytes: bytes.subarray(i * size, (i + 1) * size) }),
      );
    } catch (error) {
      this.noPictures = whyOf(error);
    }
    if (!signal.aborted) this.changed();
  }
}

const keyOf = (run: string, { task, index }: ForgottenSample): string => `${run} ${task} ${index}`;

function whyOf(error: unknown): Why {
  if (error instanceof AskError) return error.why;
  throw error;
}
