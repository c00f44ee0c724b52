/** The row with the largest value among those that are not chosen yet; of equal ones the first. */
export function firstOfMost(rows: number, isChosen: Uint8Array, valueOf: (row: number) => number): number {
  let [best, most] = [-1, -Infinity];
  for (let row = 0; row < rows; row++) {
    if (isChosen[row] === 1) continue;
    const value = valueOf(row);
    if (best >= 0 && !(value > most)) continue;
    [best, most] = [row, value];
  }
  return best;
}
