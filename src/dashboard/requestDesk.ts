import { requestSchema, type FromWebview, type PageRequest } from '../core/fromWebview';
import type { Refusal, Reply, ToWebview } from '../core/messages';
import { FileFault } from '../runs/index';

/** Requests that are worked on at the same time, and others that wait. */
export const MOST_AT_ONCE = 4;
export const MOST_WAITING = 256;
/** A request that takes longer (ms), its wait not counted, is refused. */
export const LONGEST_MS = 20_000;

/** Thrown by what answers requests. */
export class Refused extends Error {
  constructor(readonly why: Refusal) {
    super(why);
  }
}

/** For what reads files: a file that is not there, or is not as it should be, has no answer in it. */
export const refuseFault = (error: unknown): never => {
  throw error instanceof FileFault ? new Refused('not there') : error;
};

type Answer = (request: PageRequest, signal: AbortSignal) => Promise<Reply>;
type Asked = Extract<FromWebview, { type: 'ask' }>;

interface Waiting {
  readonly id: number;
  readonly request: PageRequest;
}

/**
 * Where the page asks for what is too large to send unasked. Each request gets one reply or refusal, unless it is
 * cancelled; a page that asks without end has what it asks refused, and costs nobody anything.
 */
export class RequestDesk {
  private waiting: Waiting[] = [];
  /** Also those that nobody waits for any more, and which have not noticed yet. */
  private busy = 0;
  private readonly working = new Map<number, AbortController>();

  constructor(
    private readonly answer: Answer,
    private readonly post: (message: ToWebview) => void,
    private readonly onError: (error: unknown) => void,
  ) {}

  receive({ id, request }: Pick<Asked, 'id' | 'request'>): void {
    const parsed = requestSchema.safeParse(request);
    // A number that is in use names another request, and gets its reply.
    if (this.working.has(id) || this.waiting.some((other) => other.id === id)) return;
    if (!parsed.success) return this.refuse(id, 'invalid');
    if (this.waiting.length >= MOST_WAITING) return this.refuse(id, 'busy');
    this.waiting.push({ id, request: parsed.data });
    this.next();
  }

  /** Nobody wants the reply any more. */
  cancel(id: number): void {
    this.waiting = this.waiting.filter((other) => other.id !== id);
    this.working.get(id)?.abort();
  }

  /** The page is gone: another one begins with the first number again. */
  clear(): void {
    this.waiting = [];
    for (const control of this.working.values()) control.abort();
    this.working.clear();
  }

  private next(): void {
    while (this.busy < MOST_AT_ONCE) {
      const asked = this.waiting.shift();
      if (!asked) return;
      void this.work(asked);
    }
  }

  /** What does not listen to its signal keeps its place until it is done: others must not pile up beside it. */
  private async work({ id, request }: Waiting): Promise<void> {
    const control = new AbortController();
    this.working.set(id, control);
    this.busy += 1;
    const late = setTimeout(() => {
      this.refuse(id, 'late');
      control.abort();
    }, LONGEST_MS);
    try {
      const reply = await this.answer(request, control.signal);
      if (!control.signal.aborted) this.post({ type: 'reply', id, reply });
    } catch (error) {
      if (control.signal.aborted) return;
      if (!(error instanceof Refused)) this.onError(error);
      this.refuse(id, error instanceof Refused ? error.why : 'failed');
    } finally {
      clearTimeout(late);
      this.busy -= 1;
      if (this.working.get(id) === control) this.working.delete(id);
      this.next();
    }
  }

  private refuse(id: number, why: Refusal): void {
    this.post({ type: 'refused', id, why });
  }
}
