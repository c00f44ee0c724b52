import type * as z from 'zod';
import type { CheckMessage } from '../../core/own/checkMessages';
import { OwnError } from '../own/ownError';
import { withOwnPlace } from '../own/places';

/** Tries one thing after the other, and tells what came of it. */
export class Telling {
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
      this.tell({ type: 'ends', check, outcome: 'failed', seconds: seconds(), message: this.said(error) });
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

/** Settings that differ from the defaults as a schema completes them. @throws OwnError */
export function completedSettings(settings: z.ZodObject, given: object): Readonly<Record<string, unknown>> {
  const parsed = settings.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new OwnError(`These settings are not allowed: ${issue?.path.join('.')}: ${issue?.message}.`);
}
