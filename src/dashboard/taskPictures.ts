import { rotatedView, turnOf } from '../core/rotation';
import type { ForeseenTask } from '../core/streamTasks';

/** Example images by class: `side` pixels square, each base64 of side² grey values. */
export interface Thumbnails {
  readonly side: number;
  readonly classes: Readonly<Record<string, readonly string[]>>;
}

/** Pictures of one task, where its classes are few enough. */
const PICTURES = 6;

/**
 * Pictures of each task as it shows them; none of one whose look each seed draws for itself. Undefined where there are
 * none at all, or pictures of different sizes.
 */
export function picturesOfTasks(
  tasks: readonly ForeseenTask[],
  thumbnails: Readonly<Record<string, Thumbnails>>,
): { side: number; tasks: string[][] } | undefined {
  const pictures = tasks.map((task) => picturesOf(task, thumbnails[task.dataset]));
  const sides = new Set(tasks.flatMap(({ dataset }) => thumbnails[dataset]?.side ?? []));
  const [side] = sides;
  if (side === undefined || sides.size > 1 || pictures.every(({ length }) => length === 0)) return undefined;
  return { side, tasks: pictures };
}

function picturesOf({ classes = [], look }: ForeseenTask, thumbnails: Thumbnails | undefined): string[] {
  if (!thumbnails || look === 'drawn') return [];
  const each = Math.max(1, Math.floor(PICTURES / Math.max(1, classes.length)));
  const plain = classes.flatMap((label) => (thumbnails.classes[String(label)] ?? []).slice(0, each));
  if (turnOf(look) === 0) return plain;
  const view = rotatedView([thumbnails.side, thumbnails.side, 1], look);
  return plain.map((image) => turned(image, view));
}

function turned(base64: string, view: Int32Array): string {
  const bytes = atob(base64);
  return btoa(String.fromCharCode(...Array.from(view, (from) => (from < 0 ? 0 : bytes.charCodeAt(from)))));
}
