import type { Images } from '../src/core/messages';
import { AskError } from './host';

/** One picture of several that came together. */
export interface Picture extends Omit<Images, 'bytes'> {
  readonly bytes: Uint8Array;
}

/** Why something asked for is not there. */
export type Why = AskError['why'];

/** @throws the error, where it is no refusal */
export function whyOf(error: unknown): Why {
  if (error instanceof AskError) return error.why;
  throw error;
}

/** So many pictures that came together, one by one; they share their bytes. */
export function picturesIn({ bytes, ...shape }: Images, count: number): Picture[] {
  const size = shape.height * shape.width * shape.channels;
  return Array.from({ length: count }, (_, i) => ({
    ...shape,
    bytes: bytes.subarray(i * size, (i + 1) * size),
  }));
}
