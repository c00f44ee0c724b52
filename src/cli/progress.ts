import { isFinished, type Run, type RunStatus } from '../core/run';
import { secondsLeft, secondsLeftOfAll } from '../core/timeLeft';
import { clipped, displayWidth } from '../report/index';
import { accuracySoFar, activityOf, backendLines, leftWords, signOf } from './words';

export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The live picture of the runs a command waits for: a line each, a line for all, and what they compute with. Where they
 * do not fit the terminal, the running ones and how many there are of the others.
 */
export function progressFrame(runs: readonly Run[], parallel: number, size: FrameSize): string[] {
  const backends = backendLines(runs.filter((run) => run.status === 'running'));
  const room = Math.max(1, size.rows - 3 - backends.length);
  const shown = runs.length <= room ? runs : runs.filter((run) => run.status === 'running').slice(0, room);
  const cells = shown.map((run) => cellsOf(run, size.columns < 90));
  const widths = [0, 1, 2, 3].map((i) => Math.max(0, ...cells.map((line) => displayWidth(line[i] ?? ''))));
  const lines = cells.map((line) => line.map((cell, i) => pad(cell, widths[i] ?? 0)).join('  '));
  return [...lines, '', totalLine(runs, parallel), ...backends].map((line) =>
    clipped(line.trimEnd(), size.columns - 1),
  );
}

function cellsOf(run: Run, narrow: boolean): string[] {
  const { label } = run.manifest.variant;
  const accuracy = accuracySoFar(run);
  return [
    `${signOf(run)} ${clipped(label, narrow ? 16 : 32)}`,
    `seed ${run.manifest.seed}`,
    isFinished(run.status) ? run.status : activityOf(run),
    accuracy === undefined ? '' : `${narrow ? '' : 'accuracy '}${accuracy}`,
    run.status === 'running' ? leftWords(secondsLeft(run.state)) : '',
  ];
}

const order: readonly RunStatus[] = ['done', 'running', 'queued', 'stopped', 'failed', 'crashed', 'lost'];

/** "7 of 18 runs done, 2 running, 9 queued, 3 min left" */
export function totalLine(runs: readonly Run[], parallel: number): string {
  const counts = order.flatMap((status) => {
    const n = runs.filter((run) => run.status === status).length;
    if (status === 'done') return [`${n} of ${runs.length} ${runs.length === 1 ? 'run' : 'runs'} done`];
    return n > 0 ? [`${n} ${status}`] : [];
  });
  const left = leftWords(secondsLeftOfAll(runs, parallel));
  return [...counts, ...(left ? [left] : [])].join(', ');
}

const pad = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - displayWidth(text)));
