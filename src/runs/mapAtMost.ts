/** Files open at a time, in all of a process that follows one store. */
const AT_A_TIME = 8;

/** Like `Promise.all` over a map, but works on few items at a time: a store may hold ten thousand runs. */
export async function mapAtMost<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  atATime = AT_A_TIME,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const i = next++;
      results[i] = await work(items[i] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atATime, items.length) }, worker));
  return results;
}
