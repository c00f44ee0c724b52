import { randomInt, type Random } from '../random';

/**
 * The rows of a memory with another one. Where there is no room a random one of the largest class goes, the new one counted; of
 * several largest the class of the lowest number.
 *
 * @param room how many there may be
 */
export function withRow(
  rows: Int32Array,
  row: number,
  room: number,
  classOf: (row: number) => number,
  random: Random,
): Int32Array<ArrayBuffer> {
  const all = new Int32Array(rows.length + 1);
  all.set(rows);
  all[rows.length] = row;
  if (all.length <= room) return all;
  const classes = all.map(classOf);
  const counts: number[] = [];
  for (const own of classes) counts[own] = (counts[own] ?? 0) + 1;
  const most = counts.reduce((largest, count) => Math.max(largest, count), 0);
  const largest = counts.indexOf(most);
  let left = randomInt(random, most);
  const gone = classes.findIndex((own) => own === largest && left-- === 0);
  return all.filter((_, place) => place !== gone);
}
