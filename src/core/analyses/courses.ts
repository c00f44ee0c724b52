/** What analyses found, as a page draws it: numbers over the tasks after which parameters were kept. */
import { matrixColumns } from '../grid';
import { analysisCardOf, isAnalysisId, type AnalysisId } from './index';
import type { AnalysisResult, AnalysisRow } from './result';
import type { KnownSeveral } from './severalResults';

/** What is drawn of analyses. Each has a row for every layer, or for every task that was measured. */
export type CourseName = keyof typeof drawn;

/** Of the analyses: one number that the rows are made of. `layers` are those that the analysis found, by their names. */
const drawn = {
  /** Mean over the tasks before. */
  drift: { analysis: 'cka', by: 'layer' },
  /** Of the last hidden layer. */
  taskDrift: { analysis: 'cka', by: 'task' },
  probeAccuracy: { analysis: 'probe', by: 'task', quantity: 'accuracy' },
  probeDrop: { analysis: 'probe', by: 'task', quantity: 'drop' },
  sharpness: { analysis: 'sharpness', by: 'task', quantity: 'sharpness' },
  barrier: { analysis: 'barrier', by: 'task', quantity: 'barrier' },
} as const satisfies Readonly<Record<string, Drawn>>;

interface Drawn {
  readonly analysis: AnalysisId;
  readonly by: 'layer' | 'task';
  readonly quantity?: string;
}

/** A number for each layer or task, after each task: null where there is none. */
export interface Course {
  readonly name: CourseName;
  /** Names of layers, or tasks by their numbers from 0: of very many some. */
  readonly rows: readonly (string | number)[];
  /** The tasks after which there are numbers, ascending. */
  readonly after: readonly number[];
  /** Of each row one value for each of `after`. */
  readonly values: readonly (readonly (number | null)[])[];
}

/** What lies beside a run of one analysis. */
export interface KnownAnalysis {
  readonly analysis: AnalysisId;
  /** It was measured on other parameters than the run has now, or as an earlier version measured it. */
  readonly isStale: boolean;
  readonly courses: readonly Course[];
}

/** What has been measured on the parameters that a run kept. */
export interface RunAnalyses {
  readonly known: readonly KnownAnalysis[];
  /** Of parameters of several runs, of which this is the first. */
  readonly several: readonly KnownSeveral[];
  /** How many tasks there are after which it kept them. */
  readonly kept: number;
}

/** Of a run of which nothing was measured. */
export const nothingMeasured: RunAnalyses = { known: [], several: [], kept: 0 };

/** Whether a result is of the parameters that a run has kept. @param hashes SHA-256 of each, by task */
export function isStale(
  { analysis, revision, checkpoints }: AnalysisResult,
  hashes: ReadonlyMap<number, string>,
): boolean {
  if (isAnalysisId(analysis) && revision !== analysisCardOf(analysis).revision) return true;
  return checkpoints.length !== hashes.size || checkpoints.some(({ task, sha256 }) => hashes.get(task) !== sha256);
}

/** What is drawn of a result. */
export function coursesOf({ analysis, rows }: AnalysisResult): Course[] {
  const names = (Object.keys(drawn) as CourseName[]).filter((name) => drawn[name].analysis === analysis);
  const after = [...new Set(rows.map((row) => row.after))].sort((a, b) => a - b);
  return names.flatMap((name) => {
    const lines = linesOf(drawn[name], rows);
    const values = lines.map(({ numbers }) => after.map((task) => meanOf(numbers.get(task) ?? [])));
    return lines.length === 0 ? [] : [{ name, rows: lines.map((line) => line.row), after, values }];
  });
}

interface Line {
  readonly row: string | number;
  /** What the number after a task is the mean of. */
  readonly numbers: ReadonlyMap<number, readonly (number | null)[]>;
}

function linesOf({ by, quantity }: Drawn, rows: readonly AnalysisRow[]): Line[] {
  const layers = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  if (by === 'layer') return layers.map((row) => ({ row, numbers: collected(rows, row) }));
  const wanted = quantity ?? layers.at(-2);
  const tasks = [...new Set(rows.map((row) => row.of))].sort((a, b) => a - b);
  const shown = new Set(matrixColumns(1 + (tasks.at(-1) ?? 0)));
  if (wanted === undefined) return [];
  return tasks
    .filter((task) => shown.has(task))
    .map((task) => ({
      row: task,
      numbers: collected(
        rows.filter((row) => row.of === task),
        wanted,
      ),
    }));
}

/** The numbers of a name, by the task after which they were measured. */
function collected(rows: readonly AnalysisRow[], name: string): Map<number, (number | null)[]> {
  const found = new Map<number, (number | null)[]>();
  for (const { after, values } of rows) {
    if (!Object.hasOwn(values, name)) continue;
    const own = found.get(after) ?? [];
    own.push(values[name] ?? null);
    found.set(after, own);
  }
  return found;
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value / known.length, 0);
}
