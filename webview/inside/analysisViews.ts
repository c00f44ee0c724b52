import type { Course, CourseName, RunAnalyses } from '../../src/core/analyses/courses';
import { t, type TextKey } from '../strings';
import type { Inspected, Panel, ViewFor } from './panels';

interface Words {
  readonly title: TextKey;
  readonly quantity: TextKey;
}

const words: Readonly<Record<CourseName, Words>> = {
  drift: { title: 'courseDrift', quantity: 'courseDriftQuantity' },
  taskDrift: { title: 'courseTaskDrift', quantity: 'courseDriftQuantity' },
  probeAccuracy: { title: 'courseProbe', quantity: 'courseProbeQuantity' },
  probeDrop: { title: 'courseProbeDrop', quantity: 'courseProbeDropQuantity' },
  sharpness: { title: 'courseSharpness', quantity: 'courseSharpnessQuantity' },
  barrier: { title: 'courseBarrier', quantity: 'courseBarrierQuantity' },
};

/** Where a panel of analyses stands among these. */
export const orderOfAnalyses = (a: Panel, b: Panel): number => placeOf(a) - placeOf(b);
const placeOf = ({ title }: Panel): number => Object.values(words).findIndex((own) => t(own.title) === title);

/** What analyses found, as views that are drawn like those of methods: a row for each layer or task, a bar after each task. */
export function analysisEvents({ known }: RunAnalyses): Inspected[] {
  const courses = known.flatMap((one) => one.courses);
  const tasks = [...new Set(courses.flatMap(({ after }) => after))].sort((a, b) => a - b);
  return tasks.map((task) => ({ task, method: '', views: courses.flatMap((course) => viewAfter(course, task)) }));
}

function viewAfter({ name, rows, after, values }: Course, task: number): ViewFor<'layers'>[] {
  const at = after.indexOf(task);
  if (at < 0) return [];
  const { title, quantity } = words[name];
  const layers = rows.flatMap((row, i) => {
    // Of a task that is still to come there is nothing to measure.
    if (typeof row === 'number' && row > task) return [];
    return [{ name: typeof row === 'string' ? row : t('taskLower', { n: row + 1 }), value: values[i]?.[at] ?? null }];
  });
  if (layers.length === 0) return [];
  return [{ kind: 'layers', title: t(title), quantity: t(quantity), unit: '1', layers }];
}
