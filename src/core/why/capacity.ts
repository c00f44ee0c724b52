import type { EventOf } from '../events';

/** Of what is given to tasks for good (PackNet's weights), what is free after a task: a share, and of what. */
export interface Capacity {
  readonly task: number;
  readonly free: number;
  readonly unit: string;
}

/** What the last view of this kind says is free; undefined where a method shows none. */
export function capacityOf({ task, views }: Pick<EventOf<'mechanism'>, 'task' | 'views'>): Capacity | undefined {
  const view = views.findLast(({ kind }) => kind === 'capacity');
  if (view?.kind !== 'capacity') return undefined;
  const free = sumOf(view.layers.map((layer) => layer.free));
  const owned = sumOf(view.layers.flatMap(({ perTask }) => perTask));
  return free + owned > 0 ? { task, free: free / (free + owned), unit: view.unit } : undefined;
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
