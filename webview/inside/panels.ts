import type { ReadView } from '../../src/core/mechanism';
import { meanOf } from './meanViews';

export type Kind = ReadView['kind'];
export type ViewFor<K extends Kind> = Extract<ReadView, { kind: K }>;

/** What a run showed of its inside after a task. */
export interface Inspected {
  readonly task: number;
  /** Of the run; several are joined by +. */
  readonly method: string;
  readonly views: readonly ReadView[];
}

/** The runs of a variant that are looked at, by their seeds. */
export interface InspectedVariant {
  readonly key: string;
  readonly label: string;
  readonly runs: readonly { readonly id: string; readonly seed: number; readonly events: readonly Inspected[] }[];
}

/** One view of a variant, task after task. */
export interface Sequence<V extends ReadView = ReadView> {
  readonly variant: string;
  /** Of the variant, with the method where several of its methods have this view. */
  readonly label: string;
  /** Whose it is: of one seed, or the mean of several. */
  readonly seeds: readonly number[];
  /** The run, where it is of one. */
  readonly run?: string;
  /** Ascending by task. */
  readonly views: readonly { readonly task: number; readonly view: V }[];
}

/** Views of one kind and title, of all variants that have them: they are drawn side by side, on one scale. */
export interface Panel<K extends Kind = Kind> {
  readonly id: string;
  readonly kind: K;
  readonly title: string;
  /** Where it is not of what methods show: of what analyses found, of what was done between the steps, of how large networks are. */
  readonly origin?: 'analysis' | 'between' | 'network';
  readonly sequences: readonly Sequence<ViewFor<K>>[];
}

/** What is drawn at most; what is beyond is counted. */
export const MOST_PANELS = 120;

/** @param seed whose views; undefined: the mean over all where it has a meaning, else those of the first seed */
export function panelsOf(variants: readonly InspectedVariant[], seed: number | undefined): Panel[] {
  const panels = new Map<string, { kind: Kind; title: string; sequences: Sequence[] }>();
  for (const variant of variants) {
    for (const [id, { kind, title, sequence }] of sequencesOf(variant, seed)) {
      const panel = panels.get(id) ?? { kind, title, sequences: [] };
      panel.sequences.push(sequence);
      panels.set(id, panel);
    }
  }
  return [...panels].map(([id, panel]) => ({ id, ...panel }));
}

interface Found {
  readonly kind: Kind;
  readonly title: string;
  readonly sequence: Sequence;
}

/** The views of a variant by what they are, as [panel, sequence]. */
function sequencesOf({ key, label, runs }: InspectedVariant, seed: number | undefined): [string, Found][] {
  const chosen = runs.filter((run) => seed === undefined || run.seed === seed);
  const bySeed = chosen.map(({ id, seed: own, events }) => ({ id, seed: own, views: byIdentity(events) }));
  const ids = [...new Set(bySeed.flatMap(({ views }) => [...views.keys()]))];
  const found = ids.flatMap((id) => {
    const having = bySeed.flatMap((run) => {
      const own = run.views.get(id);
      return own ? [{ id: run.id, seed: run.seed, views: own.views, own }] : [];
    });
    const [first] = having;
    if (!first) return [];
    return [{ first: first.own, combined: combine(having) }];
  });
  const panelOf = ({ kind, title }: Identified) => `${kind} ${title}`;
  return found.map(({ first, combined }) => {
    const isAlone = found.filter((other) => panelOf(other.first) === panelOf(first)).length === 1;
    const { kind, title, method } = first;
    return [
      panelOf(first),
      { kind, title, sequence: { variant: key, label: isAlone ? label : `${label} · ${method}`, ...combined } },
    ];
  });
}

interface Identified {
  readonly kind: Kind;
  readonly title: string;
  readonly method: string;
  readonly views: Map<number, ReadView>;
}

/** The views of a run by kind, title and method; the n-th of those that agree in all by its place. */
function byIdentity(events: readonly Inspected[]): Map<string, Identified> {
  const found = new Map<string, Identified>();
  // What was said last of a task holds.
  for (const { task, method: ofRun, views } of new Map(events.map((event) => [event.task, event])).values()) {
    const times = new Map<string, number>();
    for (const view of views) {
      const { kind, title, method = ofRun } = view;
      const name = JSON.stringify([kind, title, method]);
      const time = (times.get(name) ?? 0) + 1;
      times.set(name, time);
      const id = `${name} ${time}`;
      const known = found.get(id) ?? { kind, title, method, views: new Map<number, ReadView>() };
      known.views.set(task, view);
      found.set(id, known);
    }
  }
  return found;
}

interface OfSeed {
  readonly id: string;
  readonly seed: number;
  readonly views: ReadonlyMap<number, ReadView>;
}

/** The mean of the seeds where it has a meaning, else what the first of them shows. */
function combine(runs: readonly OfSeed[]): Pick<Sequence, 'seeds' | 'run' | 'views'> {
  const tasks = [...new Set(runs.flatMap(({ views }) => [...views.keys()]))].sort((a, b) => a - b);
  const means =
    runs.length < 2
      ? []
      : tasks.map((task) => ({ task, view: meanOf(runs.flatMap((run) => run.views.get(task) ?? [])) }));
  if (means.length > 0 && means.every((mean): mean is { task: number; view: ReadView } => mean.view !== undefined))
    return { seeds: runs.map(({ seed }) => seed), views: means };
  const [first] = runs;
  const own = tasks.flatMap((task) => {
    const view = first?.views.get(task);
    return view ? [{ task, view }] : [];
  });
  return { seeds: first ? [first.seed] : [], ...(first && { run: first.id }), views: own };
}

/** The tasks after which a panel has views, ascending. */
export const tasksOf = ({ sequences }: Pick<Panel, 'sequences'>): number[] =>
  [...new Set(sequences.flatMap(({ views }) => views.map(({ task }) => task)))].sort((a, b) => a - b);
