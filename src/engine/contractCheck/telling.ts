import type { CheckMessage } from '../../core/own/checkMessages';
import { OwnError } from '../own/ownError';
import { withOwnPlace } from '../own/places';

/** Tries one thing after the other, and tells what came of it. */
export class Telling {
  /** What was said of earlier checks: one mistake is told once. */
  private readonly told = new Map<string, string>();

  /** @param place in the user's own file, for what has no line of its own */
  constructor(
    private readonly tell: (message: CheckMessage) => void,
    private readonly place: string,
  ) {}

  skip(check: string, message: string): void {
    this.tell({ type: 'ends', check, outcome: 'skipped', seconds: 0, message });
  }

  /** @returns whether it passed */
  async one(check: string, work: () => unknown): Promise<boolean> {
    this.tell({ type: 'begins', check });
    const begun = process.hrtime.bigint();
    const seconds = () => Number(process.hrtime.bigint() - begun) / 1e9;
    try {
      await work();
      this.tell({ type: 'ends', check, outcome: 'passed', seconds: seconds() });
      return true;
    } catch (error) {
      const said = this.said(error);
      const earlier = this.told.get(said);
      this.told.set(said, earlier ?? check);
      const message = earlier === undefined ? said : `the same as of "${earlier}"`;
      this.tell({ type: 'ends', check, outcome: 'failed', seconds: seconds(), message });
      return false;
    }
  }

  /** With a line of the user's own: that of the error, or that of the whole. */
  private said(error: unknown): string {
    const message = error instanceof Error ? error.message : String(error);
    const placed = withOwnPlace(message, error);
    return placed !== message || error instanceof OwnError ? placed : `${this.place}: ${message}`;
  }
}
