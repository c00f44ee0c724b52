/** Workers at a time, and for how long each has a machine (s), where nobody says otherwise. */
export const USUAL_WORKERS = 16;
export const USUAL_TIME = '4h';

/** `90m`, `4h`, `2d` as seconds; undefined for anything else, and for less than a minute. */
export function secondsOf(text: string): number | undefined {
  const [, count = '', unit = ''] = /^(\d{1,5})([mhd])$/.exec(text.trim()) ?? [];
  const seconds = Number(count) * ({ m: 60, h: 3600, d: 86_400 }[unit] ?? NaN);
  return seconds >= 60 && seconds <= 366 * 86_400 ? seconds : undefined;
}
