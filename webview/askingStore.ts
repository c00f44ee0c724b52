import { whyOf, type Why } from './asked';
import type { Host } from './host';

/** What came about one key; until the next comes, and where it is refused, that of an earlier version is kept. */
interface Told<T> {
  /** Of what it is about, when it was asked for last; undefined, where it is to be asked for again. */
  readonly version?: string | undefined;
  readonly value?: T | undefined;
  /** Why that version did not come. */
  readonly why?: Why;
}

/** Answers of one kind, by what they are about: each is asked for once for each version of that. */
export class Answers<T> {
  private readonly told = new Map<string, Told<T>>();
  /** Something is not there for good. */
  isLacking = false;

  /** @param canLack that there is none is an answer too: it is no refusal, and not asked for again */
  constructor(
    private readonly store: Pick<AskingStore, 'came'>,
    private readonly canLack: boolean,
  ) {}

  valueOf(key: string): T | undefined {
    return this.told.get(key)?.value;
  }

  whyNot(key: string): Why | undefined {
    return this.told.get(key)?.why;
  }

  forget(key: string): void {
    this.told.delete(key);
  }

  /**
   * Asks, by one request, for those that were not asked for in this version.
   *
   * @param ask given their places among the keys, promises their values in that order
   */
  want(keys: readonly string[], version: string, ask: (places: readonly number[]) => Promise<readonly T[]>): void {
    const places = keys.flatMap((key, place) => (this.told.get(key)?.version === version ? [] : [place]));
    const missing = places.map((place) => keys[place] ?? '');
    if (missing.length === 0) return;
    for (const key of missing) this.told.set(key, { version, value: this.valueOf(key) });
    void this.take(missing, version, ask(places));
  }

  private async take(keys: readonly string[], version: string, coming: Promise<readonly T[]>): Promise<void> {
    const isAwaited = (key: string) => this.told.get(key)?.version === version;
    try {
      const values = await coming;
      keys.forEach((key, i) => isAwaited(key) && this.told.set(key, { version, value: values[i] }));
      this.store.came();
    } catch (error) {
      const why = whyOf(error);
      for (const key of keys.filter(isAwaited)) this.told.set(key, { version, value: this.valueOf(key), why });
      this.isLacking ||= this.isFinal(why);
      this.store.came(this.isFinal(why) ? undefined : why);
    }
  }

  /** What was refused is wanted again. */
  again(): void {
    for (const [key, { value, why }] of this.told)
      if (why !== undefined && !this.isFinal(why)) this.told.set(key, { value });
  }

  private readonly isFinal = (why: Why): boolean => this.canLack && why === 'not there';
}

/** What a section has asked the host for. */
export abstract class AskingStore {
  private readonly stop = new AbortController();
  private readonly kinds: Answers<unknown>[] = [];
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

  /** Asks again for what was refused. */
  again(): void {
    this.refused = undefined;
    for (const answers of this.kinds) answers.again();
    this.changed();
  }

  /** Something came, or was refused. */
  came(refused?: Why): void {
    this.refused = refused ?? this.refused;
    if (this.stop.signal.aborted) return;
    this.version++;
    this.changed();
  }

  /** Of a kind that is asked for by this store. */
  protected answers<T>({ canLack = false } = {}): Answers<T> {
    const answers = new Answers<T>(this, canLack);
    this.kinds.push(answers);
    return answers;
  }

  protected readonly ask: Host['ask'] = (request) => this.host.ask(request, this.stop.signal);
}
