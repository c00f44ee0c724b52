import type { TemplateResult } from 'lit';
import { gridOf } from '../../src/core/grid';
import type { Picture, Why } from '../asked';
import type { KeptExamples } from './insideStore';
import type { Kind, Sequence, ViewFor } from './panels';

/** What one picture is made of: the views of one variant, the tasks that all pictures of the panel have a column for. */
export interface Drawn<K extends Kind> {
  readonly sequence: Sequence<ViewFor<K>>;
  /** All of the panel: what scales are made for. */
  readonly all: readonly Sequence<ViewFor<K>>[];
  /** Tasks with a column, ascending; of very many some. */
  readonly tasks: readonly number[];
  /** The task after which one looks. */
  readonly task: number;
  /** What there is to see after it. */
  readonly view: ViewFor<K>;
  /** Looks at another. */
  readonly pick: (task: number) => void;
  /** Pictures of training examples: undefined while they are not here, or why they do not come. */
  readonly picturesOf: (examples: KeptExamples) => readonly Picture[] | Why | undefined;
}

/** A table of text: what a picture says, in numbers. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** How a kind of view is drawn, and said. */
export interface Drawer<K extends Kind> {
  /** One sentence: how it is read. */
  readonly how: () => string;
  /** Whether its scale is logarithmic. */
  readonly isLog?: (drawn: Drawn<K>) => boolean;
  /** What is counted or measured, with its unit. */
  readonly quantity: (view: ViewFor<K>) => string;
  readonly draw: (drawn: Drawn<K>) => TemplateResult;
  /** For those who do not see it: what stands out, in a sentence. */
  readonly words: (drawn: Drawn<K>) => string;
  readonly table: (drawn: Drawn<K>) => Table;
}

/** Columns that can be told apart in the narrowest picture. */
const MOST_COLUMNS = 50;

/** The tasks that get a column: of many some at equal distances, the last one and the chosen one always. */
export function columnsOf(tasks: readonly number[], chosen: number): number[] {
  const places = new Set(gridOf(tasks.length, MOST_COLUMNS));
  return tasks.filter((task, i) => places.has(i) || i === tasks.length - 1 || task === chosen);
}

/** The view of a sequence after a task. */
export const viewAfter = <K extends Kind>({ views }: Sequence<ViewFor<K>>, task: number): ViewFor<K> | undefined =>
  views.find((one) => one.task === task)?.view;

/** Of each column the view, undefined where there is none. */
export const viewsAt = <K extends Kind>({ sequence, tasks }: Drawn<K>): (ViewFor<K> | undefined)[] =>
  tasks.map((task) => viewAfter<K>(sequence, task));

/** The last view before a task. */
export const viewBefore = <K extends Kind>({ sequence, task }: Drawn<K>): ViewFor<K> | undefined =>
  sequence.views.findLast((one) => one.task < task)?.view;

/** Items of several lists by name, in the order in which they first come. */
export function namesOf(lists: readonly (readonly { readonly name: string }[] | undefined)[]): string[] {
  return [...new Set(lists.flatMap((list) => list?.map(({ name }) => name) ?? []))];
}
