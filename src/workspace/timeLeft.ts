import { formatDuration } from '../core/format';
import { toldSeconds } from '../core/timeLeft';
import { t } from './text';

/** A time to wait: `40 s`, `2 min 30 s`. */
export function timeLeft(seconds: number): string {
  const told = toldSeconds(seconds);
  return told < 60 ? t('{0} s', told) : formatDuration(told);
}
