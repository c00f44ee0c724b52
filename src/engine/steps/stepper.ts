import * as tf from '@tensorflow/tfjs-core';
import type { TrainingGraph } from '../graph/trainingGraph';
import type { Stored } from '../contract/memory';
import type { Tensors } from '../contract/step';
import type { Taken } from '../graph/trainingInput';
import { layoutKey, rowsOf, type PlannedStep } from './batch';
import { CompiledSteps, stepKey } from './compiledSteps';
import type { Constants } from './constants';
import { eagerStep, tensorsOf, type StepState } from './eagerStep';
import { countingFlops } from './flops';
import type { StepperInput } from './stepperInput';

/** Longest time in one call of native code (ms): signals and timers wait that long. */
const CALL_TIME = 40;
/** Steps in one call, and bytes of dropout masks in it. */
const MOST_STEPS = 2000;
const MASK_BYTES = 4e6;

/**
 * Holds θ, the optimizer's state and what steps carry, and takes training steps: compiled on native TensorFlow, else one
 * operation at a time. Both compute the same to rounding.
 */
export class Stepper {
  /** Floating-point operations of the steps since this was 0: see `countingFlops`. */
  flops = 0;
  /** Undefined while the state is in the variables of `graph`. */
  private held: StepState | undefined;
  /** θ as it is there, where only that was asked for. */
  private readTheta: tf.Tensor1D | undefined;
  private graph: TrainingGraph | undefined;
  private readonly compiled: CompiledSteps | undefined;
  private taken = 0;
  /** Floating-point operations of a step that is not compiled, by its key. */
  private readonly eagerFlops = new Map<string, number>();
  /** Time of a compiled step (ms), by the layout of its batches. */
  private readonly stepTime = new Map<string, number>();
  /** Why steps could not be compiled, until one of them was taken all the same: a step that fails says why by itself. */
  private readonly refusals: string[] = [];

  constructor(
    private readonly input: StepperInput,
    theta: Float32Array,
  ) {
    this.held = { theta: tf.keep(tf.tensor1d(theta)), slots: this.zeroSlots(), carried: {} };
    const onEager = (reason: string) => this.refusals.push(reason);
    if (input.compile) this.compiled = new CompiledSteps({ ...input, onEager });
  }

  /** Current parameters, float32 [parameters]; valid until the next step. */
  get theta(): tf.Tensor1D {
    if (this.held) return this.held.theta;
    const theta = this.readTheta ?? tf.keep(this.graphWithState().readTheta());
    this.readTheta = theta;
    return theta;
  }

  /** The sum of the parameters: not finite where any of them is not. */
  sumOfParameters(): number {
    if (!this.held && this.graph) return this.graph.sum();
    return tf.tidy(() => tf.sum(this.theta).dataSync()[0] as number);
  }

  get slots(): readonly tf.Tensor1D[] {
    return this.hold().slots;
  }

  get carried(): Tensors {
    return this.hold().carried;
  }

  /** Steps taken since the optimizer's state was zero. */
  get optimizerSteps(): number {
    return this.taken;
  }

  /** Seconds that went into compiling. */
  get compileSeconds(): number {
    return this.compiled?.seconds ?? 0;
  }

  /** Replaces the parameters by a copy of what is given. */
  setTheta(values: Float32Array): void {
    const held = this.hold();
    held.theta.dispose();
    this.held = { ...held, theta: tf.keep(tf.tensor1d(Float32Array.from(values))) };
    this.graph = undefined;
  }

  /** Goes on with another network, its parameters and the optimiser's state over them: graphs were for the one before. */
  adopt(theta: Float32Array, slots: Readonly<Record<string, Float32Array>>): void {
    this.setTheta(theta);
    this.setSlots(slots, this.taken);
    this.compiled?.forgetAll();
    this.stepTime.clear();
    this.eagerFlops.clear();
  }

  /** Replaces some of what steps carry. */
  setCarried(values: Readonly<Record<string, Stored>>): void {
    const held = this.hold();
    const carried = Object.fromEntries(
      Object.entries(values).map(([name, { shape, values: own }]) => {
        held.carried[name]?.dispose();
        return [name, tf.keep(tf.tensor(own, [...shape], 'float32'))];
      }),
    );
    this.held = { ...held, carried: { ...held.carried, ...carried } };
    this.graph = undefined;
  }

  /** The optimizer's state as it was after so many steps; back to zero without arguments. */
  setSlots(values: Readonly<Record<string, Float32Array>> = {}, taken = 0): void {
    const held = this.hold();
    tf.dispose([...held.slots]);
    const zeros = this.zeroSlots();
    const given = this.input.optimizer.slotNames.map((name, i) => {
      const value = values[name];
      if (!value) return zeros[i] as tf.Tensor1D;
      zeros[i]?.dispose();
      return tf.keep(tf.tensor1d(Float32Array.from(value)));
    });
    this.held = { ...held, slots: given };
    this.graph = undefined;
    this.taken = taken;
  }

  /** How many steps like this one may be taken in one call, so that a stop is heard soon. */
  stepsPerCall(step: PlannedStep): number {
    const time = this.stepTime.get(layoutKey(step));
    if (time === undefined) return 1;
    const { share, units } = this.input.network().dropout;
    const masks = rowsOf(step) * units.reduce((sum, ofLayer) => sum + ofLayer, 0);
    const byMemory = share === 0 ? MOST_STEPS : Math.floor(MASK_BYTES / masks);
    return Math.max(1, Math.min(MOST_STEPS, byMemory, Math.floor(CALL_TIME / time)));
  }

  /** Takes steps, which have one layout. */
  run(steps: readonly PlannedStep[]): Taken {
    const constants = this.input.constants();
    const [first] = steps;
    if (!first) return { losses: new Float32Array(), answers: [] };
    const graph = this.graphFor(first, constants);
    if (!graph || !this.compiled) {
      // One at a time from now on.
      this.stepTime.delete(layoutKey(first));
      const each = steps.map((step) => this.runEagerly(step, constants));
      this.refusals.splice(0).forEach(this.input.onEager);
      return {
        losses: Float32Array.from(each, ({ loss }) => loss),
        answers: each.flatMap(({ answers }) => answers ?? []),
      };
    }
    const start = performance.now();
    const found = this.compiled.run(graph, steps, constants, this.taken);
    this.taken += steps.length;
    this.flops += steps.length * this.compiled.flopsOf(graph);
    this.noteTime(layoutKey(first), (performance.now() - start) / steps.length);
    return found;
  }

  private runEagerly(step: PlannedStep, constants: Constants) {
    const before = this.hold();
    const take = () => eagerStep(this.input, before, step, constants, this.taken + 1);
    const key = stepKey(step, constants, this.input.frozen?.() ?? false);
    const known = this.eagerFlops.get(key);
    const { result, flops } = known === undefined ? countingFlops(take) : { result: take(), flops: known };
    this.eagerFlops.set(key, flops);
    this.flops += flops;
    const { state, ...found } = result;
    tf.dispose(tensorsOf(before));
    this.held = state;
    this.graph = undefined;
    this.taken++;
    return found;
  }

  /** The graph for such steps, with the state in its variables; undefined when they cannot be compiled. */
  private graphFor(step: PlannedStep, constants: Constants): TrainingGraph | undefined {
    const graph = this.compiled?.graphFor(step, constants, () => this.hold(), this.taken);
    if (!graph) return undefined;
    if (graph !== this.graph) {
      graph.load(this.hold());
      this.graph = graph;
      this.compiled?.trim(graph);
    }
    this.release();
    return graph;
  }

  private hold(): StepState {
    if (!this.held) {
      this.held = { theta: this.theta, ...this.graphWithState().readRest() };
      this.readTheta = undefined;
      for (const tensor of tensorsOf(this.held)) tf.keep(tensor);
    }
    return this.held;
  }

  private graphWithState(): TrainingGraph {
    if (!this.graph) throw new Error('the training state is nowhere');
    return this.graph;
  }

  /** While a tensor of the state lives, a step copies that variable before it changes it. */
  private release(): void {
    if (this.held) tf.dispose(tensorsOf(this.held));
    this.readTheta?.dispose();
    this.held = undefined;
    this.readTheta = undefined;
  }

  /** A first call also prepares things; what is slow now and then should not make calls short. */
  private noteTime(layout: string, milliseconds: number): void {
    const before = this.stepTime.get(layout);
    this.stepTime.set(layout, before === undefined ? milliseconds : Math.min(milliseconds, before * 1.2));
  }

  private zeroSlots(): tf.Tensor1D[] {
    return this.input.optimizer.slotNames.map(() =>
      tf.keep(tf.zeros<tf.Rank.R1>([this.input.network().parameterCount])),
    );
  }
}
