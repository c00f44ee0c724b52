/** Screen readers are told at most this often (ms). */
export const ANNOUNCE_EVERY = 2000;

/**
 * Says things to screen readers, at most one message in two seconds. What comes in between is said together
 * afterwards; of one topic only the newest, because the older ones are no longer true.
 */
export class Announcer {
  private readonly waiting = new Map<string, string>();
  private lastAt = -Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly speak: (text: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  say(topic: string, text: string): void {
    this.waiting.set(topic, text);
    this.timer ??= setTimeout(() => this.flush(), Math.max(0, this.lastAt + ANNOUNCE_EVERY - this.now()));
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private flush(): void {
    this.timer = undefined;
    this.lastAt = this.now();
    this.speak([...this.waiting.values()].slice(-4).join('. '));
    this.waiting.clear();
  }
}
