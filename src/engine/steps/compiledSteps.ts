import * as tf from '@tensorflow/tfjs-core';
import { TrainingGraph, type StepRows } from '../graph/trainingGraph';
import type { Constants, Step } from './batch';
import { eagerStep, type TrainingState } from './eagerStep';
import { lossAndGradient, lossAndGradients } from './gradient';
import type { StepperInput } from './stepper';

/** Graphs kept at a time; methods need one or two. */
const KEPT = 4;

/** The compiled graphs of a run: one for each number of rows and each set of tensors that its method brings. */
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
  graphFor(step: Step, constants: Constants, state: () => TrainingState, taken: number): TrainingGraph {
    const key = keyOf(step, constants);
    const known = this.graphs.get(key);
    if (known) {
      // Last used comes last.
      this.graphs.delete(key);
      this.graphs.set(key, known);
      return known;
    }
    const start = performance.now();
    const graph = this.build(step, constants);
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
  run(graph: TrainingGraph, steps: readonly Step[], constants: Constants, taken: number): Float32Array {
    return graph.run(this.rowsOf(steps, taken), this.input.data.forGraphs(), constants);
  }

  dispose(): void {
    for (const graph of this.graphs.values()) graph.dispose();
    this.graphs.clear();
  }

  private build({ indices, kept }: Step, constants: Constants): TrainingGraph {
    const { network, method, optimizer, data } = this.input;
    const { inputs, outputs } = data.widths;
    const hasOwnPart = (['penalty', 'gradient', 'update'] as const).some((part) => method[part] !== undefined);
    return new TrainingGraph({
      // Only what a method does to all parameters at once needs them in one piece.
      shapes: hasOwnPart ? [[network.parameterCount]] : network.views.map(({ shape }) => shape),
      optimizer: optimizer.fused,
      slots: optimizer.slotNames.length,
      rows: indices.length,
      inputs,
      outputs,
      hiddenUnits: (kept?.length ?? 0) / indices.length,
      masksOutputs: data.masksOutputs,
      drops: kept !== undefined,
      constants,
      gradients: (parameters, batch, own) => {
        if (!hasOwnPart) return lossAndGradients(network, parameters, batch);
        const { loss, gradient } = lossAndGradient(network, method, parameters[0] as tf.Tensor1D, batch, own);
        return { loss, gradients: [gradient] };
      },
      ...(method.update && {
        update: (proposed: tf.Tensor1D, previous: tf.Tensor1D, own: Constants) =>
          method.update?.(proposed, previous, own) ?? proposed,
      }),
    });
  }

  private test(graph: TrainingGraph, step: Step, constants: Constants, state: TrainingState, taken: number): void {
    graph.load(state.theta, state.slots);
    const [loss = NaN] = this.run(graph, [step], constants, taken);
    const eager = eagerStep(this.input, state, step, constants, taken + 1);
    const theta = graph.theta();
    const distance = tf.tidy(() => {
      const norm = (a: tf.Tensor, b: tf.Tensor) => tf.norm(tf.sub(a, b)).dataSync()[0] as number;
      return norm(theta, eager.state.theta) / Math.max(1e-12, norm(eager.state.theta, state.theta));
    });
    tf.dispose([theta, eager.state.theta, ...eager.state.slots]);
    const sameLoss = Math.abs(loss - eager.loss) <= TOLERANCE * Math.max(1, Math.abs(eager.loss));
    const finite = Number.isFinite(eager.loss);
    // A step that diverges has no result to compare.
    if (finite && !(sameLoss && distance <= TOLERANCE))
      throw new Error(
        `the compiled step differs from the eager one (loss ${loss} instead of ${eager.loss}, change off by ${distance})`,
      );
  }

  private rowsOf(steps: readonly Step[], taken: number): StepRows {
    const { optimizer } = this.input;
    const rows = steps[0]?.indices.length ?? 0;
    const indices = new Int32Array(steps.length * rows);
    const weights = new Float32Array(steps.length * rows);
    const stepSizes = new Float32Array(steps.length);
    const epsilons = new Float32Array(steps.length);
    const masks = steps[0]?.kept?.length ?? 0;
    const kept = new Uint8Array(steps.length * masks);
    steps.forEach((step, k) => {
      indices.set(step.indices, k * rows);
      weights.set(step.weights, k * rows);
      const { stepSize, epsilon } = optimizer.scalars(taken + k + 1, step.learningRate);
      stepSizes[k] = stepSize;
      epsilons[k] = epsilon;
      if (step.kept) kept.set(step.kept, k * masks);
    });
    return { count: steps.length, indices, weights, stepSizes, epsilons, ...(masks > 0 && { kept }) };
  }
}

/** How far a compiled step may be from an eager one: rounding is far below, a wrong graph far above. */
const TOLERANCE = 0.01;

const keyOf = ({ indices, kept }: Step, constants: Constants): string =>
  JSON.stringify([
    indices.length,
    kept !== undefined,
    ...Object.entries(constants).map(([name, { shape, dtype }]) => [name, shape, dtype]),
  ]);
