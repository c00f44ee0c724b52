import type { DashboardView } from '../core/messages';
import { rotatedView } from '../core/rotatedView';
import { turnOf } from '../core/rotation';
import type { ForeseenTask } from '../core/streamTasks';

/** Example images by class: `side` pixels square, each base64 of side² × channels values. */
export interface Thumbnails {
  readonly side: number;
  /** 3 where each pixel has red, green and blue; grey values otherwise. */
  readonly channels?: 1 | 3 | undefined;
  readonly classes: Readonly<Record<string, readonly string[]>>;
}

/** Pictures of one task, where its classes are few enough. */
const PICTURES = 6;

/**
 * Pictures of each task as it shows them; none of one whose look each seed draws for itself. Undefined where there are
 * none at all, or pictures of different sizes or colours.
 */
export function picturesOfTasks(
  tasks: readonly ForeseenTask[],
  thumbnails: Readonly<Record<string, Thumbnails>>,
): DashboardView['thumbnails'] {
  const pictures = tasks.map((task) => picturesOf(task, thumbnails[task.dataset]));
  const [first, ...others] = [...new Set(tasks.map(({ dataset }) => dataset))].flatMap(
    (name) => thumbnails[name] ?? [],
  );
  if (!first || !others.every((other) => areAlike(first, other))) return undefined;
  if (pictures.every(({ length }) => length === 0)) return undefined;
  return { side: first.side, ...(first.channels === 3 && { channels: first.channels }), tasks: pictures };
}

const areAlike = (one: Thumbnails, other: Thumbnails): boolean =>
  one.side === other.side && (one.channels ?? 1) === (other.channels ?? 1);

function picturesOf({ classes = [], look }: ForeseenTask, thumbnails: Thumbnails | undefined): string[] {
  if (!thumbnails || look === 'drawn') return [];
  const each = Math.max(1, Math.floor(PICTURES / Math.max(1, classes.length)));
  const plain = classes.flatMap((label) => (thumbnails.classes[String(label)] ?? []).slice(0, each));
  if (turnOf(look) === 0) return plain;
  const view = rotatedView([thumbnails.side, thumbnails.side, thumbnails.channels ?? 1], look);
  return plain.map((image) => turned(image, view));
}

function turned(base64: string, view: Int32Array): string {
  const bytes = atob(base64);
  return btoa(String.fromCharCode(...Array.from(view, (from) => (from < 0 ? 0 : bytes.charCodeAt(from)))));
}
