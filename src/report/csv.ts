import { measuresOf } from '../core/comparison';
import { measureInfo, type RunMeasureName } from '../core/measures/table';
import { areasOf, entriesOf, type Measured } from '../core/measured';
import type { RunWithHistory } from '../core/run';
import type { MatrixRow } from '../core/runModel';
import { oneLine } from '../core/visibleText';
import { settingColumns, type SettingColumns, type Value } from './settingColumns';

/** Of a run; its settings follow. */
const runColumns = ['run', 'experiment', 'variant', 'label', 'seed', 'status', 'backend'];
const valueColumns = ['kind', 'learned', 'step', 'task', 'measure', 'value'];

/**
 * What a spreadsheet would take for a formula, at the beginning of a cell; or after a semicolon, where a spreadsheet in
 * many languages begins a new one. The full-width signs count to some.
 */
const formula = /(^|;)(["\s]*)(?=[=+\-@＝＋－＠])/g;

/** What pandas takes for a value that is missing, the method None among them; quotes do not keep it from that. */
const missing = new Set('#N/A,#N/A N/A,#NA,1.#IND,1.#QNAN,<NA>,N/A,NA,NULL,NaN,None,n/a,nan,null'.split(','));

/** A name in one line, so that each number is one line; an apostrophe says that it is text. */
function text(value: string): string {
  const line = oneLine(value);
  return missing.has(line) ? `'${line}` : line.replace(formula, "$1$2'");
}

const cell = (value: Value): string => {
  if (value === null || value === undefined || Number.isNaN(value)) return '';
  return typeof value === 'string' ? quoted(text(value)) : String(value);
};

const quoted = (value: string): string => (/[",;]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/**
 * Everything measured, one number a line (long format, RFC 4180 quoting, line feeds): docs/csv.md says what each column
 * holds. `kind` says what a line is: `baseline` (untrained network), `curve` (part of the test set, while training),
 * `validation` (of the task in training, where the recipe has such a set), `metric` (of a program's own), `matrix` (full test set, after a task), `measure`
 * (of a finished run). Tasks count from 0; accuracies are fractions; an undefined value is empty. What was not measured has
 * no line. Settings are columns. Where matrices were measured on a part of the test sets, `images` says in a last column on
 * how many images of the task.
 */
export function csv(runs: readonly RunWithHistory[]): string {
  const hasImages = runs.some(({ state }) => state.rows.some(({ samples }) => samples !== undefined));
  const settings = settingColumns(runs);
  const head = [...runColumns, ...settings.names, ...valueColumns, ...(hasImages ? ['images'] : [])].map(cell);
  return [head.join(','), ...runs.flatMap((run) => linesOf(run, settings, hasImages)), ''].join('\n');
}

/** Those of the long list have a line only where they are defined. */
const isAlwaysSaid = (name: RunMeasureName): boolean =>
  measureInfo[name].place !== 'list' && !measureInfo[name].onlyWhereKnown;

/** Mean test loss of each task, where rows say it. */
const lossesOf = (row: MatrixRow) =>
  (row.loss ?? []).map((loss, i) => ({ task: row.tasks?.[i] ?? i, loss, samples: row.samples }));

const titles = { accuracy: 'accuracy', taskAware: 'task-aware accuracy' } as const;

function linesOf(run: RunWithHistory, settings: SettingColumns, hasImages: boolean): string[] {
  const { manifest, state, status } = run;
  const { key, label } = manifest.variant;
  const { id, experiment, seed } = manifest;
  const own = [id, experiment.name, key, label, seed, status, state.backend, ...settings.valuesOf(run)]
    .map(cell)
    .join(',');
  const line = (images: Value, ...rest: Value[]) =>
    [own, ...[...rest, ...(hasImages ? [images] : [])].map(cell)].join(',');
  const both = (
    kind: string,
    learned: Value,
    step: Value,
    measured: Measured & { readonly samples?: number | undefined },
  ) =>
    (['accuracy', 'taskAware'] as const).flatMap((which) =>
      entriesOf(measured, which).map(([task, value]) =>
        line(measured.samples, kind, learned, step, task, titles[which], value),
      ),
    );
  const { seed: _seed, ...measures } = measuresOf(run);
  return [
    ...(state.baseline ? both('baseline', null, 0, state.baseline) : []),
    ...state.curve.flatMap((point) => both('curve', point.task, point.globalStep, point)),
    ...state.validations.flatMap(({ task, globalStep, loss, accuracy }) => [
      line(null, 'validation', task, globalStep, task, 'loss', loss),
      line(null, 'validation', task, globalStep, task, 'accuracy', accuracy),
    ]),
    ...state.metrics.flatMap(({ task, globalStep, values }) =>
      Object.entries(values).map(([name, value]) => line(null, 'metric', task, globalStep, task, name, value)),
    ),
    ...state.rows.flatMap((row) => [
      ...both('matrix', row.task, null, row),
      ...lossesOf(row).map(({ task, loss, samples }) => line(samples, 'matrix', row.task, null, task, 'loss', loss)),
      ...entriesOf(areasOf(row), 'accuracy').map(([task, area]) =>
        line(row.samples, 'matrix', row.task, null, task, 'ROC AUC', area),
      ),
    ]),
    ...(status === 'done'
      ? Object.entries(measures)
          .filter(([name, value]) => !Number.isNaN(value) || isAlwaysSaid(name as RunMeasureName))
          .map(([name, value]) => line(null, 'measure', null, null, null, name, value))
      : []),
  ];
}
