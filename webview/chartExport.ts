import { taskAt, type Curve, type Curves } from './curves';
import { csvText } from './panel/csv';
import { isAfterPause, stepOf } from './timeline';

/**
 * All points of a chart as CSV: a row for each place, accuracies in per cent with their lowest and highest seed. `after`
 * names what the method did since that step, where the row is of after it.
 */
export function csvOf(curves: Curves): string {
  const { places, seconds, tasks, online, validation, stretches, joint, pauses } = curves;
  const named: (readonly [name: string, curve: Curve, scale: number])[] = [
    ...tasks.map((curve) => [`task_${curve.task + 1}`, curve, 100] as const),
    ...(online ? [['online', online, 100] as const] : []),
    ...(validation
      ? [['validation', validation.accuracy, 100] as const, ['validation_loss', validation.loss, 1] as const]
      : []),
  ];
  const head = [
    'step',
    'after',
    'trained_task',
    'seconds',
    ...named.flatMap(([name]) => [name, `${name}_low`, `${name}_high`]),
  ];
  const rows = Array.from(places, (place, i) => {
    const pause = isAfterPause(place) ? pauses.find(({ step }) => step === stepOf(place)) : undefined;
    return [
      stepOf(place),
      pause?.names.join(' '),
      joint ? undefined : taskAt(stretches, place) + 1,
      rounded(seconds[i], 1, 2),
      ...named.flatMap(([, { mean, low, high }, scale]) =>
        [mean, low, high].map((column) => rounded(column[i], scale, 4)),
      ),
    ];
  });
  return csvText(head, rows);
}

const rounded = (value = NaN, scale: number, digits: number): number => Number((scale * value).toFixed(digits));
