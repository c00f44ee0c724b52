import type { EventOf } from '../events';
import type { Capacity } from './why';

/** What the newest view of this kind says is free; undefined where a method shows none. */
export function capacityOf(mechanisms: readonly Pick<EventOf<'mechanism'>, 'views'>[]): Capacity | undefined {
  const views = mechanisms.flatMap(({ views: all }) => all.filter((view) => view.kind === 'capacity'));
  const view = views.at(-1);
  if (!view) return undefined;
  const free = sumOf(view.layers.map((layer) => layer.free));
  const owned = sumOf(view.layers.flatMap(({ perTask }) => perTask));
  return free + owned > 0 ? { free: free / (free + owned), unit: view.unit } : undefined;
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
