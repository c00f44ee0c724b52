/** The numbers of the answer's panels, in the units in which these have them: accuracies and shares in per cent. */
import { measureInfo, type MeasureName } from '../src/core/measures/table';
import type { PairedDifference } from '../src/core/pairedDifference';
import { taskAt, type Curves } from './curves';
import { csvText, type Cell } from './panel/csv';
import type { Sweep } from './sweeps';
import { awareOf, type Column } from './tableModel';
import { lossesOf } from './taskLeft';
import { isAfterPause, stepOf } from './timeline';
import type { LiveVariant } from './variants';

/** Per cent of a share; bytes, seconds, steps as they are. */
const inUnit = (name: MeasureName, value: number | undefined): Cell =>
  measureInfo[name].unit === '%' ? percent(value) : value;

const percent = (share = NaN): number => Number((100 * share).toFixed(4));

const yes = (is: boolean): Cell => (is ? 'yes' : undefined);

export interface TableCsvOptions {
  readonly columns: readonly Column[];
  /** The tasks that have a bar. */
  readonly bars: readonly number[];
  /** From the baseline, where there is one. */
  readonly differenceOf: ((variant: LiveVariant) => PairedDifference | undefined) | undefined;
}

/** The comparison: a row for each variant, with the dots of its seeds and the bars of its tasks. */
export function tableCsv(variants: readonly LiveVariant[], options: TableCsvOptions): string {
  const columns = options.columns.flatMap((column) => csvColumns(column, variants, options));
  return csvText(
    ['method', 'seeds', 'of_seeds', 'told_task', ...columns.map(([name]) => name)],
    variants.map((variant) => {
      const { seedsDone, seeds, taskAwareOnly } = variant.row;
      return [
        variant.label,
        seedsDone,
        seeds,
        yes(taskAwareOnly !== undefined),
        ...columns.map(([, of]) => of(variant)),
      ];
    }),
  );
}

type CsvColumn = readonly [name: string, of: (variant: LiveVariant) => Cell];

function csvColumns(
  column: Column,
  variants: readonly LiveVariant[],
  { bars, differenceOf }: TableCsvOptions,
): CsvColumn[] {
  // It is a curve: the panel of the curves has it.
  if (column === 'oldTasks') return [];
  const own = measureColumns(column);
  if (column === 'accuracy')
    return [...own, ...seedColumns(variants), ...(differenceOf ? differenceColumns(differenceOf) : [])];
  return column === 'forgetting' ? [...own, ...bars.flatMap(barColumns)] : own;
}

/** As the cell has it: the mean and the half of its 95 % interval; of times the median and the range. */
function measureColumns(name: MeasureName): CsvColumn[] {
  const of = ({ row }: LiveVariant) =>
    row.measures[(row.taskAwareOnly === undefined ? undefined : awareOf[name]) ?? name];
  if (measureInfo[name].unit === 'seconds')
    return [
      [name, (variant) => of(variant).median],
      [`${name}_least`, (variant) => of(variant).min],
      [`${name}_most`, (variant) => of(variant).max],
    ];
  return [
    [name, (variant) => inUnit(name, of(variant).mean)],
    [`${name}_ci95`, (variant) => inUnit(name, of(variant).ci95)],
  ];
}

function seedColumns(variants: readonly LiveVariant[]): CsvColumn[] {
  const seeds = new Set(variants.flatMap(({ row }) => row.perSeed.map(({ seed }) => seed)));
  return [...seeds]
    .sort((a, b) => a - b)
    .map((seed) => [
      `accuracy_seed_${seed}`,
      ({ row }) => {
        const kind = row.taskAwareOnly === undefined ? 'accuracy' : 'taskAwareAccuracy';
        return percent(row.perSeed.find((one) => one.seed === seed)?.[kind]);
      },
    ]);
}

const differenceColumns = (differenceOf: (variant: LiveVariant) => PairedDifference | undefined): CsvColumn[] => [
  ['difference', (variant) => percent(differenceOf(variant)?.mean)],
  ['p', (variant) => differenceOf(variant)?.p],
];

function barColumns(task: number): CsvColumn[] {
  const of = (variant: LiveVariant) => lossesOf(variant).find((loss) => loss.task === task);
  return [
    [`task_${task + 1}_best_before`, (variant) => percent(of(variant)?.peak)],
    [`task_${task + 1}_now`, (variant) => percent(of(variant)?.now)],
  ];
}

/** Curves in little: a row for each point of each line. `after` is what the method did since that step, as in other charts. */
export const linesCsv = (all: readonly { readonly label: string; readonly curves: Curves }[]): string =>
  csvText(
    ['method', 'task', 'step', 'after', 'trained_task', 'accuracy', 'low', 'high'],
    all.flatMap(({ label, curves: { places, tasks, pauses, stretches, joint } }) =>
      tasks.flatMap(({ task, mean, low, high }) =>
        Array.from(places).flatMap((place, i): Cell[][] => {
          if (!Number.isFinite(mean[i])) return [];
          const pause = isAfterPause(place) ? pauses.find(({ step }) => step === stepOf(place)) : undefined;
          return [
            [
              ...[label, task + 1, stepOf(place), pause?.names.join(' ')],
              ...[
                joint ? undefined : taskAt(stretches, place) + 1,
                percent(mean[i]),
                percent(low[i]),
                percent(high[i]),
              ],
            ],
          ];
        }),
      ),
    ),
  );

/** A swept setting: a row for each point, chosen ones marked. */
export const sweepCsv = ({ lines }: Sweep, label: string, setting: string, measure: MeasureName): string =>
  csvText(
    ['method', 'setting', 'value', 'others', 'measure', 'mean', 'ci95', 'median', 'least', 'most', 'seeds', 'chosen'],
    lines.flatMap(({ name, points }) =>
      points.map(({ value, summary: { mean, ci95, median, min, max, n }, isPicked }): Cell[] => [
        ...[label, setting, value, name, measure],
        ...[mean, ci95, median, min, max].map((one) => inUnit(measure, one)),
        ...[n, yes(isPicked)],
      ]),
    ),
  );

export interface CostPoint {
  readonly variant: LiveVariant;
  readonly cost: number;
  readonly accuracy: number;
}

/** What accuracy costs: a row for each point. @param unit of the cost, the head of its column */
export const costCsv = (points: readonly CostPoint[], unit: 'bytes' | 'seconds'): string =>
  csvText(
    ['method', unit, 'accuracy', 'told_task', 'bound'],
    points.map(({ variant: { label, row }, cost, accuracy }): Cell[] => [
      ...[label, cost, percent(accuracy), yes(row.taskAwareOnly !== undefined), row.bound],
    ]),
  );
