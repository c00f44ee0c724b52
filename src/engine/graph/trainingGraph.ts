import type * as tf from '@tensorflow/tfjs-core';
import { nativeBackend, type NativeTensor } from './binding';
import { withFeeds, type Call } from './callInputs';
import { ANSWERED, answerFeed, FIRST, halvesGraph, SECOND, toldFetch, type HalvesGraph } from './halves';
import { ANSWERS, COUNT_FEED, loopGraph, LOSSES, type LoopGraph } from './loop';
import { dataTypes } from './model';
import { deleteFeeds, feedFrom, GraphSession, type Feed } from './session';
import { traceStep, type Asking } from './tracedStep';
import type { GraphState, StepFeeds, Taken, TrainingGraphInput } from './trainingInput';
import { SessionState } from './variables';

/** How steps are taken: all of a call in a loop, or one at a time, with the host asked in the middle. */
type Way =
  | { readonly kind: 'loop'; readonly graph: LoopGraph }
  | { readonly kind: 'halves'; readonly graph: HalvesGraph; readonly asking: Asking };

/**
 * Training steps as one graph of TensorFlow: it gathers each step's batches by index from the data, computes the
 * gradient, and updates θ, the optimizer's slots and what steps carry, which are variables of its session, in place.
 */
export class TrainingGraph {
  private readonly session: GraphSession;
  private readonly state: SessionState;
  private readonly way: Way;
  private readonly isAnswered: boolean;

  /** @throws TraceError when the step cannot be made a graph */
  constructor(input: TrainingGraphInput) {
    const step = traceStep(input);
    const { asking } = step;
    this.isAnswered = step.answers !== undefined;
    this.way = asking
      ? { kind: 'halves', graph: halvesGraph(input, step, asking), asking }
      : { kind: 'loop', graph: loopGraph(input, step) };
    this.session = new GraphSession(this.way.graph);
    this.state = new SessionState(this.session, input);
  }

  /** Whether its steps ask the host: a call takes one of them, then. */
  get asks(): boolean {
    return this.way.kind === 'halves';
  }

  /** Sets the variables; the tensors stay the caller's. */
  load(state: GraphState): void {
    this.state.load(state);
  }

  /** θ as it is now. While a tensor of it in one piece lives, the next step copies it first. */
  readTheta(): tf.Tensor1D {
    return this.state.readTheta();
  }

  /** The other variables as they are now. */
  readRest(): Omit<GraphState, 'theta'> {
    return this.state.readRest();
  }

  /** The sum of θ: not finite where any of it is not. */
  sum(): number {
    return this.state.sum();
  }

  /** Takes steps one after the other. */
  run(steps: StepFeeds, constants: Readonly<Record<string, Feed>>): Taken {
    const call = { steps, constants };
    return this.way.kind === 'loop' ? this.runLoop(call, this.way.graph) : this.runHalves(call, this.way);
  }

  dispose(): void {
    this.session.dispose();
  }

  private runLoop(call: Call, { fed, answeredRows }: LoopGraph): Taken {
    const count = feedFrom(Int32Array.of(call.steps.count), { shape: [], dtype: dataTypes.int32 });
    try {
      return withFeeds(fed, call, (feeds) => {
        const fetches = this.isAnswered ? [LOSSES, ANSWERS] : [LOSSES];
        const [losses, answers] = this.valuesOf({ ...feeds, [COUNT_FEED]: count }, fetches);
        return { losses: losses as Float32Array, answers: answers ? inRows(answers as Int32Array, answeredRows) : [] };
      });
    } finally {
      deleteFeeds([count]);
    }
  }

  private runHalves(call: Call, { graph: { fed }, asking }: Extract<Way, { kind: 'halves' }>): Taken {
    if (call.steps.count !== 1) throw new Error('a call takes one step where the host is asked');
    const fetches = asking.told.map((_, i) => toldFetch(i));
    const told = withFeeds(fed[0], call, (feeds) => this.session.run(feeds, [...fetches, FIRST]));
    const { binding } = nativeBackend();
    let answers: ReturnType<Asking['answer']>;
    try {
      const values = asking.told.map(
        ({ name, shape }, i) =>
          [
            name,
            { shape, values: binding.tensorDataSync((told[i] as NativeTensor).id) as Float32Array | Int32Array },
          ] as const,
      );
      answers = asking.answer(Object.fromEntries(values));
    } finally {
      deleteFeeds(told);
    }
    const given: Feed[] = [];
    try {
      for (const spec of asking.answers) given.push(feedFrom(answerNamed(answers, spec.name), spec));
      const own = Object.fromEntries(given.map((feed, i) => [answerFeed(i), feed]));
      return withFeeds(fed[1], call, (feeds) => {
        const fetches = this.isAnswered ? [SECOND, ANSWERED] : [SECOND];
        const [loss, ...answers] = this.valuesOf({ ...feeds, ...own }, fetches);
        return { losses: Float32Array.from(loss as Float32Array), answers: answers as Int32Array[] };
      });
    } finally {
      deleteFeeds(given);
    }
  }

  private valuesOf(feeds: Readonly<Record<string, Feed>>, fetches: readonly string[]): (Float32Array | Int32Array)[] {
    const { binding } = nativeBackend();
    return this.session.run(feeds, [...fetches]).map(({ id }) => {
      const values = binding.tensorDataSync(id) as Float32Array | Int32Array;
      binding.deleteTensor(id);
      return values;
    });
  }
}

const inRows = (values: Int32Array, width: number): Int32Array[] =>
  Array.from({ length: values.length / width }, (_, row) => values.subarray(row * width, (row + 1) * width));

function answerNamed(answers: ReturnType<Asking['answer']>, name: string): Float32Array {
  const found = answers[name];
  if (!found) throw new Error(`the host has not answered with "${name}"`);
  return found;
}
