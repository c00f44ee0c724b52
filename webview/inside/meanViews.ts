import type { ReadView, ViewOf } from '../../src/core/mechanism';

/**
 * The mean of what several seeds show of the same. Numbers of layers, of capacity and of angles have one: of the least and
 * the most of an angle the least and the most. Which examples are in a memory, when neurons spiked, how a tree grew has none,
 * nor have histograms with other edges or a spectrum, whose k-th values belong to different directions.
 */
export function meanOf(views: readonly ReadView[]): ReadView | undefined {
  const [first] = views;
  switch (first?.kind) {
    case 'layers':
      return meanOfLayers(views as ViewOf<'layers'>[]);
    case 'capacity':
      return meanOfCapacity(views as ViewOf<'capacity'>[]);
    case 'angle':
      return meanOfAngles(views as ViewOf<'angle'>[]);
    case 'distribution':
      return meanOfDistributions(views as ViewOf<'distribution'>[]);
    default:
      return undefined;
  }
}

/** Of those that are numbers; null where there is none. */
function mean(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value) => value !== null && value !== undefined);
  const sum = known.reduce((total, value) => total + value / known.length, 0);
  return known.length > 0 && Number.isFinite(sum) ? sum : null;
}

/** The items by their names, in the order of the first list that has them. */
function byName<T>(lists: readonly (readonly T[])[], nameOf: (item: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const list of lists) {
    for (const item of list) {
      const known = found.get(nameOf(item));
      if (known) known.push(item);
      else found.set(nameOf(item), [item]);
    }
  }
  return found;
}

/** Of lists as long as the longest. */
const means = (lists: readonly (readonly number[])[]): number[] =>
  Array.from(
    { length: Math.max(0, ...lists.map(({ length }) => length)) },
    (_, i) => mean(lists.map((list) => list[i] ?? 0)) ?? 0,
  );

function meanOfLayers(views: readonly ViewOf<'layers'>[]): ReadView | undefined {
  const [first] = views;
  if (!first || views.some(({ quantity, unit }) => quantity !== first.quantity || unit !== first.unit))
    return undefined;
  const named = byName(
    views.map(({ layers }) => layers),
    ({ name }) => name,
  );
  return { ...first, layers: [...named].map(([name, own]) => ({ name, value: mean(own.map(({ value }) => value)) })) };
}

function meanOfCapacity(views: readonly ViewOf<'capacity'>[]): ReadView | undefined {
  const [first] = views;
  if (!first || views.some(({ unit }) => unit !== first.unit)) return undefined;
  const named = byName(
    views.map(({ layers }) => layers),
    ({ name }) => name,
  );
  const layers = [...named].map(([name, own]) => ({
    name,
    free: mean(own.map(({ free }) => free)) ?? 0,
    perTask: means(own.map(({ perTask }) => perTask)),
  }));
  return { ...first, layers };
}

function meanOfAngles(views: readonly ViewOf<'angle'>[]): ReadView | undefined {
  const [first] = views;
  if (!first || views.some(({ unit }) => unit !== first.unit)) return undefined;
  const named = byName(
    views.map(({ pairs }) => pairs),
    (pair) => JSON.stringify([pair.first, pair.second, pair.event?.name]),
  );
  const pairs = [...named.values()].flatMap((own) => {
    const [pair] = own;
    const ofAll = mean(own.map((one) => one.mean));
    if (!pair || ofAll === null) return [];
    const share = mean(own.map(({ event }) => event?.share));
    return [
      {
        ...pair,
        steps: Math.round(mean(own.map(({ steps }) => steps)) ?? 1),
        mean: ofAll,
        least: Math.min(...own.map(({ least }) => least)),
        most: Math.max(...own.map(({ most }) => most)),
        ...(pair.event && share !== null && { event: { ...pair.event, share } }),
      },
    ];
  });
  return { ...first, pairs };
}

function meanOfDistributions(views: readonly ViewOf<'distribution'>[]): ReadView | undefined {
  const [first] = views;
  if (
    !first ||
    views.some(
      ({ edges, scale, unit }) => edges.join() !== first.edges.join() || scale !== first.scale || unit !== first.unit,
    )
  )
    return undefined;
  const named = byName(
    views.map(({ parts }) => parts),
    ({ name }) => name,
  );
  const parts = [...named].map(([name, own]) => ({
    name,
    counts: means(own.map(({ counts }) => counts)),
    below: mean(own.map(({ below }) => below)) ?? 0,
    above: mean(own.map(({ above }) => above)) ?? 0,
  }));
  return { ...first, parts };
}
