import type { FedTensor } from './callInputs';
import { EmittedStep, Placeholders, wantedOf } from './emittedStep';
import { Emitter } from './emitter';
import { dataTypes, type Graph } from './model';
import { specOf } from './recording';
import type { Asking, TracedStep } from './tracedStep';
import type { TrainingGraphInput } from './trainingInput';
import { assign, emitState, read, variable } from './variables';

const { float32 } = dataTypes;

export const answerFeed = (i: number): string => `answer${i}`;
export const toldFetch = (i: number): string => `told${i}`;
/** Fetched from the first half where the host is told nothing, so that it runs. */
export const FIRST = 'first';
/** The loss, and with it the second half. */
export const SECOND = 'second';
/** What the rows were taken for, where it is wanted. */
export const ANSWERED = 'answered';

export interface HalvesGraph extends Graph {
  /** What is fed to each half; to the second also the answers. */
  readonly fed: readonly [first: readonly FedTensor[], second: readonly FedTensor[]];
}

/**
 * A graph that takes one step in two halves, between which the host is asked. What the first half has computed and the
 * second needs stays in variables of the session.
 */
export function halvesGraph(input: TrainingGraphInput, step: TracedStep, asking: Asking): HalvesGraph {
  const graph = new Emitter();
  const state = emitState(graph, input);
  const emitted = new EmittedStep(input, step);
  const placeAt = (placeholders: Placeholders) => ({
    emitter: graph,
    step: graph.integer(0),
    handleOf: (name: string) => state.get(name) as string,
    valueOf: placeholders.valueOf.bind(placeholders),
  });
  const first = new Placeholders(graph);
  emitted.begin(placeAt(first));
  const left = emitted.recording.leftOver(wantedOf(step));
  const told = asking.told.map(({ ref, dtype }) => ({ value: emitted.nameOf(ref), dtype }));
  const kept = left.map((ref, i) => {
    const { shape, dtype } = specOf(step.recording, ref);
    const handle = variable(graph, { name: `left${i}`, shape, dtype });
    return { ref, handle, dtype, set: assign(graph, handle, emitted.nameOf(ref), dtype) };
  });
  const after = kept.map(({ set }) => set);
  told.forEach(({ value, dtype }, i) => graph.identity(value, dtype, { name: toldFetch(i), after }));
  graph.identity(graph.integer(0), dataTypes.int32, { name: FIRST, after });

  for (const { ref, handle, dtype } of kept) emitted.recording.rename(ref, read(graph, handle, dtype).value);
  emitted.forgetReads();
  const second = new Placeholders(graph);
  const place = placeAt(second);
  const answers = asking.answers.map(({ shape, dtype }, i) => graph.placeholder(answerFeed(i), dtype, shape));
  emitted.goOn(place, answers);
  const done = emitted.end(place);
  graph.identity(emitted.nameOf(step.loss), float32, { name: SECOND, after: done });
  if (step.answers) graph.identity(emitted.nameOf(step.answers), dataTypes.int32, { name: ANSWERED, after: done });
  return { nodes: graph.nodes, functions: [], fed: [[...first.fed], [...second.fed]] };
}
