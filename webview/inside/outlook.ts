/** How long what is free will do. */
export type Outlook =
  | { readonly kind: 'full' }
  /** Each task takes this share of what is free: less than `NEARLY_FULL` of all is free after so many more. */
  | { readonly kind: 'share'; readonly share: number; readonly tasks: number }
  /** As many more tasks as the last one took find room. */
  | { readonly kind: 'amount'; readonly tasks: number }
  | { readonly kind: 'unknown' };

/** What is left of all then is next to nothing. */
export const NEARLY_FULL = 0.01;
/** How far the shares of two tasks may be apart, relative to each other, to be the same. */
const SAME = 0.1;

/** @param after what was free, and owned, after each task so far */
export function outlookOf(after: readonly { readonly free: number; readonly perTask: readonly number[] }[]): Outlook {
  const now = after.at(-1);
  if (!now) return { kind: 'unknown' };
  if (now.free <= 0) return { kind: 'full' };
  const size = now.free + now.perTask.reduce((sum, n) => sum + n, 0);
  const free = [size, ...after.map((one) => one.free)];
  const [last = size, before = size, first = size] = [free.at(-1), free.at(-2), free.at(-3)];
  const taken = before - last;
  if (after.length < 2 || taken <= 0) return { kind: 'unknown' };
  const [share, shareBefore] = [taken / before, (first - before) / first];
  if (shareBefore > 0 && Math.abs(share / shareBefore - 1) <= SAME && share < 1) {
    const tasks = Math.max(0, Math.ceil(Math.log((NEARLY_FULL * size) / last) / Math.log(1 - share)));
    return { kind: 'share', share, tasks };
  }
  return { kind: 'amount', tasks: Math.floor(last / taken) };
}
