import * as tf from '@tensorflow/tfjs-core';
import type { Method } from '../contract/method';
import type { Tensors } from '../contract/step';
import { TrainingGraph, type BatchFeeds, type BatchLayout, type StepFeeds } from '../graph/trainingGraph';
import { layoutKey, type PlannedStep, type StepBatch } from './batch';
import { eagerStep, tensorsOf, type TrainingState } from './eagerStep';
import { apartOf, lossAndGradients, slopeOf, stepFor } from './gradient';
import type { StepperInput } from './stepperInput';
import { columnShape } from './trainingData';

/** Graphs kept at a time; methods need one or two. */
const KEPT = 4;

/** The compiled graphs of a run: one for each layout of batches and each set of tensors that its method brings. */
export class CompiledSteps {
  private readonly graphs = new Map<string, TrainingGraph>();
  /** Seconds spent on making graphs. */
  seconds = 0;

  constructor(private readonly input: StepperInput) {}

  /**
   * The graph for a step like the given one. A new one is tested: the step, taken from the present state, must have the
   * result of the eager step.
   *
   * @throws Error when there can be no such graph
   */
  graphFor(step: PlannedStep, constants: Tensors, state: () => TrainingState, taken: number): TrainingGraph {
    const key = keyOf(step, constants);
    const known = this.graphs.get(key);
    if (known) {
      // Last used comes last.
      this.graphs.delete(key);
      this.graphs.set(key, known);
      return known;
    }
    const start = performance.now();
    const graph = this.build(step, constants, state().carried);
    try {
      this.test(graph, step, constants, state(), taken);
    } catch (error) {
      graph.dispose();
      throw error;
    }
    this.graphs.set(key, graph);
    this.seconds += (performance.now() - start) / 1000;
    return graph;
  }

  /** Gives up the graphs used longest ago, but never `current`. */
  trim(current: TrainingGraph): void {
    for (const [key, graph] of this.graphs) {
      if (this.graphs.size <= KEPT) return;
      if (graph === current) continue;
      graph.dispose();
      this.graphs.delete(key);
    }
  }

  /** Takes steps from the state in the graph's variables. @param taken steps before these */
  run(graph: TrainingGraph, steps: readonly PlannedStep[], constants: Tensors, taken: number): Float32Array {
    return graph.run(this.feedsOf(steps, taken), this.input.data.forGraphs(), constants);
  }

  dispose(): void {
    for (const graph of this.graphs.values()) graph.dispose();
    this.graphs.clear();
  }

  private build(planned: PlannedStep, constants: Tensors, carried: Tensors): TrainingGraph {
    const { network, method, optimizer, data } = this.input;
    const inOnePiece = partsOfAll.some((part) => method[part] !== undefined) || Object.keys(planned.batches).length > 1;
    const apart = apartOf(planned.batches);
    return new TrainingGraph({
      // Only what a method does to all parameters at once needs them in one piece.
      shapes: inOnePiece ? [[network.parameterCount]] : network.views.map(({ shape }) => shape),
      optimizer: optimizer.fused,
      slots: optimizer.slotNames.length,
      ...data.widths,
      batches: Object.entries(planned.batches).map(([name, batch]) => layoutOf(name, batch)),
      masksOutputs: data.masksOutputs,
      hasViews: data.hasViews,
      constants,
      carried,
      rewrites: method.update !== undefined,
      step: (parameters, batches, own, given) => {
        const [theta] = parameters as [tf.Tensor1D];
        if (!inOnePiece) {
          const [batch] = Object.values(batches);
          if (!batch) throw new Error('a step without a batch');
          return lossAndGradients(network, parameters, batch);
        }
        const step = stepFor(network, { theta, batches, constants: own, carried: given });
        const slope = slopeOf({ network, method, step, apart });
        return {
          loss: slope.loss,
          gradients: [slope.total],
          next: (proposed) => {
            const next = method.update?.(proposed, slope, step) ?? proposed;
            return { theta: next, carried: method.carry?.(next, slope, step) ?? {} };
          },
        };
      },
    });
  }

  private test(graph: TrainingGraph, step: PlannedStep, constants: Tensors, state: TrainingState, taken: number): void {
    graph.load(state);
    const [loss = NaN] = this.run(graph, [step], constants, taken);
    const eager = eagerStep(this.input, state, step, constants, taken + 1);
    const compiled = graph.read();
    const distance = tf.tidy(() => {
      const norm = (a: tf.Tensor, b: tf.Tensor) => tf.norm(tf.sub(a, b)).dataSync()[0] as number;
      const far = (found: tf.Tensor, wanted: tf.Tensor, before: tf.Tensor) =>
        norm(found, wanted) / Math.max(1e-12, norm(wanted, before));
      const carried = Object.entries(eager.state.carried).map(([name, wanted]) =>
        far(compiled.carried[name] as tf.Tensor, wanted, state.carried[name] as tf.Tensor),
      );
      return Math.max(far(compiled.theta, eager.state.theta, state.theta), ...carried);
    });
    tf.dispose([...tensorsOf(compiled), ...tensorsOf(eager.state)]);
    const sameLoss = Math.abs(loss - eager.loss) <= TOLERANCE * Math.max(1, Math.abs(eager.loss));
    const finite = Number.isFinite(eager.loss);
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
    return { count: steps.length, stepSizes, epsilons, batches: Object.fromEntries(batches) };
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
      ...(data.hasViews && {
        tasks: joined(
          Int32Array,
          batches.map(({ tasks }) => tasks),
        ),
      }),
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
      columns: Object.fromEntries(columns),
    };
  }
}

/** Parts that deal with all parameters at once. */
const partsOfAll = ['loss', 'penalty', 'gradient', 'update', 'carry'] as const satisfies readonly (keyof Method)[];

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

/** How far a compiled step may be from an eager one: rounding is far below, a wrong graph far above. */
const TOLERANCE = 0.01;

const keyOf = (step: PlannedStep, constants: Tensors): string =>
  JSON.stringify([
    layoutKey(step),
    ...Object.entries(constants).map(([name, { shape, dtype }]) => [name, shape, dtype]),
  ]);
