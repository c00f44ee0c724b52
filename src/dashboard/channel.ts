import type { FromWebview } from '../core/fromWebview';
import type { ToWebview } from '../core/messages';
import type { RunChange } from '../runs/index';
import type { DashboardSource } from './source';

/** Changes are sent together at most this often (ms). */
export const BATCH_MS = 100;
/** The page is told this often (ms) that someone is there. */
export const HEARTBEAT_MS = 5000;
/** A page that becomes visible is built anew and says that it is ready; one that does not for so long gets a snapshot. */
export const READY_MS = 1000;

/**
 * Brings the content of a source to one webview, in numbered messages: a snapshot when it is ready, then deltas while it
 * is visible, and nothing while it is hidden.
 */
export class DashboardChannel {
  private seq = 0;
  /** A snapshot was sent and the page is visible: deltas make sense. */
  private live = false;
  private disposed = false;
  private waiting: RunChange[] = [];
  /** A snapshot is due instead of a delta. */
  private stale = false;
  private work: Promise<void> = Promise.resolve();
  private batch: ReturnType<typeof setTimeout> | undefined;
  private readying: ReturnType<typeof setTimeout> | undefined;
  private watching: { dispose(): void } | undefined;
  private heartbeat: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly source: DashboardSource,
    private readonly post: (message: ToWebview) => void,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** What the page said about the channel itself. */
  receive(message: Extract<FromWebview, { type: 'ready' | 'resync' }>): void {
    clearTimeout(this.readying);
    if (message.type === 'ready' || this.live) this.start();
  }

  /** The page became visible. */
  show(): void {
    clearTimeout(this.readying);
    this.readying = setTimeout(() => this.start(), READY_MS);
  }

  /** The page is hidden: it is torn down, and nothing reaches it. */
  hide(): void {
    this.live = false;
    clearTimeout(this.readying);
    clearTimeout(this.batch);
    clearInterval(this.heartbeat);
    this.batch = undefined;
    this.waiting = [];
    this.watching?.dispose();
    this.watching = undefined;
  }

  /** The view itself changed (the file, trust): sends a new snapshot, if anyone looks. */
  refresh(): void {
    if (!this.live) return;
    this.stale = true;
    this.schedule();
  }

  dispose(): void {
    this.disposed = true;
    this.hide();
  }

  private start(): void {
    if (this.disposed) return;
    this.live = true;
    // First watch, then read: what changes in between is then in both, and counted once by its place in the log.
    this.watching ??= this.source.watch((changes) => this.take(changes));
    clearInterval(this.heartbeat);
    this.heartbeat = setInterval(() => this.post({ type: 'heartbeat', seq: this.seq }), HEARTBEAT_MS);
    this.stale = true;
    this.flush();
  }

  private take(changes: readonly RunChange[]): void {
    if (changes.length === 0) this.stale = true;
    this.waiting.push(...changes);
    this.schedule();
  }

  private schedule(): void {
    this.batch ??= setTimeout(() => this.flush(), BATCH_MS);
  }

  private flush(): void {
    clearTimeout(this.batch);
    this.batch = undefined;
    this.work = this.work.then(() => this.send()).catch((error: unknown) => this.onError(error));
  }

  /** Asked anew after each wait: the panel may have been hidden meanwhile. */
  private paused(): boolean {
    return !this.live;
  }

  private async send(): Promise<void> {
    if (this.paused()) return;
    if (!this.stale) {
      const changes = this.waiting.splice(0);
      if (changes.length === 0) return;
      const runs = await this.source.deltas(changes);
      if (runs?.length === 0 || this.paused()) return;
      if (runs) {
        this.post({ type: 'delta', seq: ++this.seq, runs });
        return;
      }
    }
    this.stale = false;
    const { view, runs } = await this.source.snapshot();
    if (!this.paused()) this.post({ type: 'snapshot', seq: ++this.seq, view, runs });
  }
}
