import * as tf from '@tensorflow/tfjs-core';
import type { Method } from '../contract/method';
import { KeptGraphs } from '../graph/keptGraphs';
import { feedOf } from '../graph/session';
import { TrainingGraph } from '../graph/trainingGraph';
import type { BatchFeeds, BatchLayout, GivenToStep, StepFeeds, StepParts, Taken } from '../graph/trainingInput';
import { keptShare } from '../optimizer';
import { layoutKey, type PlannedStep, type StepBatch } from './batch';
import { FedConstants, typesOf, type Constants } from './constants';
import { eagerStep, tensorsOf, type StepState } from './eagerStep';
import { countingFlops } from './flops';
import { apartOf, lossAndGradients, slopeAfter, slopeOf, stepFor } from './gradient';
import { rewrittenWith, slotsByName } from './rewritten';
import { handedOn } from './statistics';
import type { StepperInput } from './stepperInput';
import { columnShape } from './trainingData';

/** Graphs kept at a time; methods need one or two. */
const KEPT = 4;

/** The compiled graphs of a run: one for each layout of batches and each set of tensors that its method brings. */
export class CompiledSteps {
  private readonly graphs: KeptGraphs<TrainingGraph>;
  private readonly fed = new FedConstants();
  /** Of a step. */
  private readonly flops = new WeakMap<TrainingGraph, number>();

  constructor(private readonly input: StepperInput) {
    this.graphs = new KeptGraphs(KEPT, input.onEager);
  }

  private get isFrozen(): boolean {
    return this.input.frozen?.() ?? false;
  }

  /** Seconds spent on making graphs. */
  get seconds(): number {
    return this.graphs.seconds;
  }

  /**
   * The graph for a step like the given one; undefined when there can be none, which is told once for each reason. A new
   * one is tested: the step, taken from the present state, must have the result of the eager step.
   */
  graphFor(step: PlannedStep, constants: Constants, state: () => StepState, taken: number): TrainingGraph | undefined {
    return this.graphs.get(stepKey(step, constants, this.isFrozen), () => this.tested(step, constants, state(), taken));
  }

  /** Floating-point operations of a step of a graph: see `countingFlops`. */
  flopsOf(graph: TrainingGraph): number {
    return this.flops.get(graph) ?? 0;
  }

  /** Gives up the graphs used longest ago, but never `current`. */
  trim(current: TrainingGraph): void {
    this.graphs.trim(current);
  }

  /** Takes steps from the state in the graph's variables. @param taken steps before these */
  run(graph: TrainingGraph, steps: readonly PlannedStep[], constants: Constants, taken: number): Taken {
    const feeds = this.fed.feedsOf(constants);
    if (!graph.asks) return graph.run(this.feedsOf(steps, taken), feeds);
    const each = steps.map((step, k) => graph.run(this.feedsOf([step], taken + k), feeds));
    return {
      losses: Float32Array.from(each, ({ losses }) => losses[0] as number),
      answers: each.flatMap(({ answers }) => answers),
    };
  }

  /** Gives up all graphs; new ones can be made. */
  forgetAll(): void {
    this.fed.dispose();
    this.graphs.clear();
  }

  /** @throws Error when there can be no such graph */
  private tested(step: PlannedStep, constants: Constants, state: StepState, taken: number): TrainingGraph {
    const graph = this.build(step, constants, state);
    try {
      this.test(graph, step, constants, state, taken);
      return graph;
    } catch (error) {
      graph.dispose();
      throw error;
    }
  }

  private build(planned: PlannedStep, constants: Constants, { carried }: StepState): TrainingGraph {
    const { method, optimizer, data } = this.input;
    const network = this.input.network();
    const inOnePiece =
      partsOfAll.some((part) => method[part] !== undefined) ||
      Object.keys(planned.batches).length > 1 ||
      network.statistics !== undefined;
    return new TrainingGraph({
      // Only what a method does to all parameters at once needs them in one piece.
      shapes: inOnePiece ? [[network.parameterCount]] : network.views.map(({ shape }) => shape),
      optimizer: optimizer.fused,
      decays: optimizer.decay !== undefined,
      slots: optimizer.slotNames.length,
      batches: Object.entries(planned.batches).map(([name, batch]) => layoutOf(name, batch)),
      data: data.forGraphs(),
      constants: this.fed.feedsOf(constants),
      carried: Object.fromEntries(Object.entries(carried).map(([name, tensor]) => [name, feedOf(tensor)])),
      hasNext: method.update !== undefined || Object.keys(carried).length > 0,
      mayAsk: method.ask !== undefined,
      step: (given) => (inOnePiece ? this.wholeStep(given, apartOf(planned.batches)) : this.plainStep(given)),
    });
  }

  /** A step in which the method has no part. */
  private plainStep({ parameters, batches }: GivenToStep): StepParts {
    const [batch] = Object.values(batches);
    if (!batch) throw new Error('a step without a batch');
    const { network, answering, beforeOptimizer } = this.input;
    const { answers, loss, gradients } = lossAndGradients(network(), parameters, batch, answering);
    const results = () => ({ loss, gradients: beforeOptimizer?.(gradients, parameters) ?? gradients });
    return { question: undefined, ...(answers && { answers }), results };
  }

  private wholeStep({ parameters, ...given }: GivenToStep, apart: ReadonlySet<string>): StepParts {
    const { method, optimizer, answering, beforeOptimizer } = this.input;
    const network = this.input.network();
    const [theta] = parameters as [tf.Tensor1D];
    const frozen = this.isFrozen;
    const step = stepFor(network, { theta, ...given }, frozen);
    const { slope: before, answers } = slopeOf({ network, method, step, apart, answering, frozen });
    const question = method.ask?.(before, step);
    return {
      question,
      ...(answers && { answers }),
      results: (answers) => {
        const slope = question ? slopeAfter(before, question.goOn(answers)) : before;
        return {
          loss: slope.loss,
          gradients: beforeOptimizer?.([slope.total], [theta]) ?? [slope.total],
          next: (at, slots) => {
            const proposed = { theta: at, slots: slotsByName(optimizer.slotNames, slots) };
            const next = rewrittenWith(proposed, method.update?.(proposed, slope, step));
            return {
              theta: next.theta,
              slots: optimizer.slotNames.map((name) => next.slots[name] as tf.Tensor1D),
              carried: handedOn(method, next.theta, slope, step),
            };
          },
        };
      },
    };
  }

  private test(graph: TrainingGraph, step: PlannedStep, constants: Constants, state: StepState, taken: number): void {
    graph.load(state);
    const [loss = NaN] = this.run(graph, [step], constants, taken).losses;
    const { result: eager, flops } = countingFlops(() => eagerStep(this.input, state, step, constants, taken + 1));
    this.flops.set(graph, flops);
    const compiled = { theta: graph.readTheta(), ...graph.readRest() };
    const distance = tf.tidy(() => {
      // `tf.norm` takes powers, which take ten times as long.
      const norm = (a: tf.Tensor, b: tf.Tensor) =>
        Math.sqrt(tf.sum(tf.squaredDifference(a, b)).dataSync()[0] as number);
      const far = (found: tf.Tensor, wanted: tf.Tensor, before: tf.Tensor) =>
        norm(found, wanted) / Math.max(1e-12, norm(wanted, before));
      const carried = Object.entries(eager.state.carried).map(([name, wanted]) =>
        far(compiled.carried[name] as tf.Tensor, wanted, state.carried[name] as tf.Tensor),
      );
      // Slots differ by rounding alone where a step hardly changes them.
      const slots = eager.state.slots.map((wanted, i) =>
        far(compiled.slots[i] as tf.Tensor, wanted, tf.zerosLike(wanted)),
      );
      return Math.max(far(compiled.theta, eager.state.theta, state.theta), ...slots, ...carried);
    });
    const finite = Number.isFinite(eager.loss) && tensorsOf(eager.state).every(isFinite);
    tf.dispose([...tensorsOf(compiled), ...tensorsOf(eager.state)]);
    const sameLoss = Math.abs(loss - eager.loss) <= TOLERANCE * Math.max(1, Math.abs(eager.loss));
    // A step that diverges has no result to compare.
    if (finite && !(sameLoss && distance <= TOLERANCE))
      throw new Error(
        `the compiled step differs from the eager one (loss ${loss} instead of ${eager.loss}, change off by ${distance})`,
      );
  }

  private feedsOf(steps: readonly PlannedStep[], taken: number): StepFeeds {
    const { optimizer } = this.input;
    const stepSizes = new Float32Array(steps.length);
    const epsilons = new Float32Array(steps.length);
    const { decay } = optimizer;
    const keptShares =
      decay === undefined ? undefined : Float32Array.from(steps, ({ learningRate }) => keptShare(decay, learningRate));
    const counts = Float32Array.from(steps, (_, k) => taken + k + 1);
    const learningRates = Float32Array.from(steps, ({ learningRate }) => learningRate);
    steps.forEach(({ learningRate }, k) => {
      const { stepSize, epsilon } = optimizer.scalars(taken + k + 1, learningRate);
      stepSizes[k] = stepSize;
      epsilons[k] = epsilon;
    });
    const names = Object.keys(steps[0]?.batches ?? {});
    const batches = names.map((name): [string, BatchFeeds] => [
      name,
      this.batchFeeds(steps.map(({ batches }) => batches[name] as StepBatch)),
    ]);
    return {
      ...{ count: steps.length, stepSizes, epsilons, counts, learningRates },
      ...(keptShares && { keptShares }),
      batches: Object.fromEntries(batches),
    };
  }

  /** The same batch of several steps, one after the other. */
  private batchFeeds(batches: readonly StepBatch[]): BatchFeeds {
    const { data } = this.input;
    const columns = Object.keys(batches[0]?.columns ?? {}).map((name) => {
      const parts = batches.map((batch) => batch.columns?.[name] ?? new Float32Array());
      return [name, parts[0] instanceof Int32Array ? joined(Int32Array, parts) : joined(Float32Array, parts)] as const;
    });
    return {
      indices: joined(
        Int32Array,
        batches.map(({ indices }) => indices),
      ),
      labelRows: joined(
        Int32Array,
        batches.map((batch) => data.labelRows(batch)),
      ),
      tasks: joined(
        Int32Array,
        batches.map(({ tasks }) => tasks),
      ),
      weights: joined(
        Float32Array,
        batches.map(({ weights }) => weights),
      ),
      ...(batches[0]?.kept && {
        kept: joined(
          Uint8Array,
          batches.map(({ kept }) => kept ?? new Uint8Array()),
        ),
      }),
      ...(batches[0]?.cut && {
        boxes: joined(
          Float32Array,
          batches.map((batch) => data.boxesOf(batch)),
        ),
      }),
      columns: Object.fromEntries(columns),
    };
  }
}

/** Parts that deal with all parameters at once, or are given more than the batch. */
const partsOfAll = [
  'network',
  'loss',
  'penalty',
  'gradient',
  'ask',
  'update',
  'carry',
] as const satisfies readonly (keyof Method)[];

type Numbers = Int32Array | Float32Array | Uint8Array;

function joined<T extends Numbers>(type: new (length: number) => T, parts: readonly Numbers[]): T {
  const whole = new type(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function layoutOf(name: string, { indices, kept, columns = {} }: StepBatch): BatchLayout {
  const rows = indices.length;
  return {
    name,
    rows,
    hiddenUnits: kept && kept.length / rows,
    columns: Object.entries(columns).map(([column, values]) => ({
      name: column,
      shape: columnShape(rows, values.length),
      isWhole: values instanceof Int32Array,
    })),
  };
}

const isFinite = (tensor: tf.Tensor): boolean => Number.isFinite(tf.tidy(() => tf.sum(tensor).dataSync()[0]));

/** How far a compiled step may be from an eager one: rounding is far below, a wrong graph far above. */
const TOLERANCE = 0.01;

/** Steps of one key do the same with other numbers. */
export const stepKey = (step: PlannedStep, constants: Constants, frozen: boolean): string =>
  JSON.stringify([layoutKey(step), frozen, ...typesOf(constants)]);
