import type { EventOf, RunEvent } from '../core/events';

/** Points of the online accuracy of a run, so many are enough to draw it. */
const ONLINE_POINTS = 1000;

/**
 * Leaves out what a dashboard does not draw. Of a phase the first and the last event tell how long it took. Of steps only
 * the last one tells where a run is, and the one before a phase where that stands; those that tell of the online accuracy
 * are drawn: several of a long run as one. A long run's log becomes some hundred events; folded, it gives the same state
 * but for the loss curve.
 *
 * @param tasks of the stream
 */
export function thinned(events: readonly RunEvent[], tasks = 1): RunEvent[] {
  const kept = placesOf(events);
  const steps = stepsTogether(events, Math.max(1, Math.floor(ONLINE_POINTS / tasks)));
  return events.flatMap((event, i) => {
    if (event.type === 'step') return steps.get(i) ?? (kept.has(i) ? event : []);
    return isSamePhase(events[i - 1], event) && isSamePhase(event, events[i + 1]) ? [] : event;
  });
}

/** The last step, and the last one before each phase. */
function placesOf(events: readonly RunEvent[]): Set<number> {
  const found = new Set<number>();
  let last = -1;
  events.forEach(({ type }, i) => {
    if (type === 'step') last = i;
    else if (type === 'phase') found.add(last);
  });
  return found.add(last);
}

const isSamePhase = (one: RunEvent | undefined, other: RunEvent | undefined): boolean =>
  one?.type === 'phase' && other?.type === 'phase' && one.name === other.name && one.task === other.task;

/** Events that are taken together: their mean over the steps since `from`. */
interface Together {
  readonly from: number;
  readonly accuracy: number;
  readonly loss: number;
  readonly last: EventOf<'step'>;
  readonly place: number;
}

/**
 * The steps that tell of the online accuracy, about `most` of each task, by the place of the last one of those that stand
 * together. An event speaks of the steps since the one before it, and the first of a task here may have one that is not
 * here: it stands alone.
 */
function stepsTogether(events: readonly RunEvent[], most: number): Map<number, EventOf<'step'>> {
  const found = new Map<number, EventOf<'step'>>();
  let planned = 0;
  let before: EventOf<'step'> | undefined;
  let together: Together | undefined;
  const close = () => {
    if (together) found.set(together.place, meanOf(together));
    together = undefined;
  };
  events.forEach((event, place) => {
    if (event.type === 'eval' || event.type === 'phase') return;
    if (event.type !== 'step' || event.accuracy === undefined) {
      if (event.type === 'task-start') planned = event.steps;
      close();
      before = undefined;
      return;
    }
    const { task, step, accuracy, loss } = event;
    if (before?.task !== task || before.step >= step) {
      close();
      found.set(place, event);
    } else {
      if (together && step - together.from > planned / most) close();
      const steps = step - before.step;
      const { from, ...sums } = together ?? { from: before.step, accuracy: 0, loss: 0 };
      together = {
        from,
        accuracy: sums.accuracy + steps * accuracy,
        loss: sums.loss + steps * loss,
        last: event,
        place,
      };
    }
    before = event;
  });
  close();
  return found;
}

const meanOf = ({ from, accuracy, loss, last }: Together): EventOf<'step'> => ({
  ...last,
  loss: loss / (last.step - from),
  accuracy: Math.min(1, accuracy / (last.step - from)),
});
