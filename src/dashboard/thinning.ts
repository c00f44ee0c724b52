import type { RunEvent } from '../core/events';

/**
 * Leaves out what a dashboard does not draw: of the steps and phases only the last one tells where a run is.
 * A long run's log becomes a few hundred events; folded, it gives the same state but for the loss curve.
 */
export function thinned(events: readonly RunEvent[]): RunEvent[] {
  const lastStep = events.findLastIndex((event) => event.type === 'step');
  const lastPhase = events.findLastIndex((event) => event.type === 'phase');
  return events.filter((event, i) => {
    if (event.type === 'step') return i === lastStep;
    return event.type !== 'phase' || i === lastPhase;
  });
}
