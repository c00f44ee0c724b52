/**
 * At most so many of 0 … count − 1 at equal distances, the first among them: the multiples of the smallest power of two
 * that gives few enough. What a coarser grid has, a finer one has, too: so what is drawn of a long stream is what rows of
 * its matrix measure (measuredTasks.ts).
 */
export function gridOf(count: number, most: number): number[] {
  let stride = 1;
  while (Math.ceil(count / stride) > most) stride *= 2;
  return Array.from({ length: Math.ceil(count / stride) }, (_, i) => i * stride);
}

/** Lines that can be told apart, and as many as are drawn of more tasks than that. */
const LINES = 36;
const FEW_LINES = 12;

/** The tasks of a stream of which a chart draws a line. */
export const drawnTasks = (tasks: number): number[] => gridOf(tasks, tasks > LINES ? FEW_LINES : LINES);

/** Tasks in a matrix, each with a cell that can be read, and as many as are shown of more tasks than that. */
const CELLS = 40;
const FEW_CELLS = 20;

/** The tasks of a stream of which a matrix shows a column. */
export const matrixColumns = (tasks: number): number[] => gridOf(tasks, tasks > CELLS ? FEW_CELLS : CELLS);

/** Whether a chart draws lines of some of so many tasks only: what it draws beside them then has one point for each task. */
export const isThinned = (tasks: number): boolean => drawnTasks(tasks).length < tasks;

/** A table of a chart has a row for each step, and of many steps so many. */
const ROWS = 200;

/** Of so many steps, by their place, those that a table has: of many some at equal distances, the first and the last among them. */
export const tableRows = (steps: number): number[] =>
  steps <= ROWS
    ? Array.from({ length: steps }, (_, i) => i)
    : Array.from({ length: ROWS }, (_, row) => Math.round((row * (steps - 1)) / (ROWS - 1)));

/** The tasks after which a matrix shows a row: the newest one always. @param learned tasks with a row, ascending */
export function matrixRows(tasks: number, learned: readonly number[]): number[] {
  const columns = new Set(matrixColumns(tasks));
  return learned.filter((task, i) => columns.has(task) || i === learned.length - 1);
}
