import type { Run } from '../../src/core/run';
import { effectOf, taskAt, type Curves, type Effect } from '../curves';
import { list, t, type TextKey } from '../strings';
import type { Pause } from '../timeline';
import { workWords } from '../workWords';
import type { Panel, ViewFor } from './panels';

/** What changes the network itself between steps, by its name in the log. Others only look at it. */
const changing: ReadonlySet<string> = new Set(['sleep', 'prune']);

export const changesBetweenSteps = ({ state }: Run): boolean => state.works.some(({ name }) => changing.has(name));

/** A variant that does so, with its curves. */
export interface VariantWithCurves {
  readonly key: string;
  readonly label: string;
  /** Whose mean the curves are. */
  readonly seeds: readonly number[];
  readonly curves: Curves;
}

/** The accuracy before and after what was done between the steps, on old tasks and on the newest one. */
export function betweenPanels(variants: readonly VariantWithCurves[]): Panel[] {
  const panels = new Map<string, Panel>();
  for (const { key, label, seeds, curves } of variants) {
    const pauses = curves.pauses.filter(({ names }) => names.some((name) => changing.has(name)));
    for (const names of new Set(pauses.map((pause) => list(pause.names.map(workWords))))) {
      const own = pauses.filter((pause) => list(pause.names.map(workWords)) === names);
      const title = t('betweenTitle', { names });
      const views = own.flatMap((pause) => viewOf(curves, pause, title));
      const known = panels.get(names)?.sequences ?? [];
      if (views.length === 0) continue;
      const sequences = [...known, { variant: key, label, seeds, views }];
      panels.set(names, { id: `between ${names}`, kind: 'layers', title, origin: 'between', sequences });
    }
  }
  return [...panels.values()];
}

const rows = [
  ['newest', 'before', 'betweenNewBefore'],
  ['newest', 'after', 'betweenNewAfter'],
  ['old', 'before', 'betweenOldBefore'],
  ['old', 'after', 'betweenOldAfter'],
] as const satisfies readonly (readonly [string, keyof Effect, TextKey])[];

/** After a task: there are old ones from the second on. */
function viewOf(curves: Curves, pause: Pause, title: string): { task: number; view: ViewFor<'layers'> }[] {
  const newest = taskAt(curves.stretches, pause.step);
  const effects = {
    old: effectOf(curves, pause, (task) => task < newest),
    newest: effectOf(curves, pause, (task) => task === newest),
  };
  const layers = rows.flatMap(([tasks, when, name]) => {
    const effect = effects[tasks];
    return effect ? [{ name: t(name), value: effect[when] }] : [];
  });
  if (layers.length === 0) return [];
  return [{ task: newest, view: { kind: 'layers', title, quantity: t('betweenQuantity'), unit: '1', layers } }];
}
