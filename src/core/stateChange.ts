import type { RunState } from './runModel';

/** Lists of a state that grow at their end; of the last one only may something change. */
const lists = ['rows', 'works', 'warnings', 'answered', 'flips', 'watched', 'grown'] as const;
type List = (typeof lists)[number];

/** What only a fold that goes on needs. */
const inner = ['onlineAt', 'curveFactsAt'] as const;
type Inner = (typeof inner)[number];

type Field = Exclude<keyof RunState, List | Inner>;

/** What is new in the state of a run. */
export interface StateChange {
  /** Fields with other values than before; null where there is none any more. */
  readonly set?: { readonly [K in Field]?: Exclude<RunState[K], undefined> | null };
  /** What a list has from one of its places on. */
  readonly lists?: { readonly [K in List]?: { readonly from: number; readonly items: RunState[K] } };
}

/** What of a state is shown. */
export const shownState = (state: RunState): RunState => ({ ...state, onlineAt: [], curveFactsAt: [] });

/** A state as it was told: its lists may have grown since. */
export interface ToldState {
  readonly state: RunState;
  readonly ends: Readonly<Record<List, { readonly length: number; readonly last: unknown }>>;
}

export const toldState = (state: RunState): ToldState => ({
  state,
  ends: Object.fromEntries(
    lists.map((name) => [name, { length: state[name].length, last: state[name].at(-1) }]),
  ) as ToldState['ends'],
});

/** What has changed since a state was told, undefined where nothing has; and what is told with it. */
export function changeSince(
  { state: before, ends }: ToldState,
  state: RunState,
): { readonly change: StateChange | undefined; readonly told: ToldState } {
  const names = (Object.keys(state) as (keyof RunState)[]).filter(isField);
  const changed = names.filter((name) => !Object.is(state[name], before[name]) && isDue(name, before, ends, state));
  const grown = lists.flatMap((name) => {
    const from = firstNew(before[name], ends[name], state[name]);
    const isSame = from === state[name].length && from === ends[name].length;
    return isSame ? [] : [[name, { from, items: state[name].slice(from) }] as const];
  });
  const isCurrent = Object.is(state.curveFacts, before.curveFacts) || changed.includes('curveFacts');
  const told = toldState(isCurrent ? state : { ...state, curveFacts: before.curveFacts });
  if (changed.length === 0 && grown.length === 0) return { change: undefined, told };
  const change: StateChange = {
    ...(changed.length > 0 && { set: Object.fromEntries(changed.map((name) => [name, state[name] ?? null])) }),
    ...(grown.length > 0 && { lists: Object.fromEntries(grown) }),
  };
  return { change, told };
}

const isField = (name: keyof RunState): name is Field =>
  !(lists as readonly string[]).includes(name) && !(inner as readonly string[]).includes(name);

/** Of hundreds of tasks the facts of the curves are large, and change with every point: they are told with each row. */
const isDue = (name: Field, before: RunState, ends: ToldState['ends'], state: RunState): boolean =>
  name !== 'curveFacts' ||
  state.status !== 'running' ||
  before.status !== 'running' ||
  state.rows !== before.rows ||
  state.rows.length !== ends.rows.length;

/** The place from which on a list is another than the one that was told. */
function firstNew(
  before: readonly unknown[],
  { length, last }: { readonly length: number; readonly last: unknown },
  now: readonly unknown[],
): number {
  if (length === 0) return 0;
  const isContinued = now === before && now.length >= length;
  if (!isContinued) return 0;
  return now[length - 1] === last ? length : length - 1;
}

/** The state after a change. */
export function withChange(state: RunState, { set = {}, lists: grown = {} }: StateChange): RunState {
  const fields = Object.entries(set).map(([name, value]) => [name, value ?? undefined]);
  const longer = Object.entries(grown).map(([name, { from, items }]) => [
    name,
    [...state[name as List].slice(0, from), ...items],
  ]);
  return { ...state, ...Object.fromEntries(fields), ...Object.fromEntries(longer) } as RunState;
}
