import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { EVENT_SCHEMA } from '../core/events';
import type { RunManifest } from '../core/manifest';
import { stepsPerTask } from '../core/recipe';
import type { Backend } from './backend/backend';
import { latestFile, writeCheckpoint, writeParameters, type Snapshot } from './checkpoint';
import { inputsOf } from './data/dataset';
import { evaluateTask, inputTensor, type TaskAccuracy } from './evaluation';
import type { EventLog } from './log';
import { Stopped, type Batch, type Learner, type Method, type Phase, type Position } from './methods/method';
import { maskLogits, oneHot, weightedCrossEntropy, weightedSquaredError } from './networks/layers';
import { createNetwork, flatten, initialise, logitsOf, parametersOf, type Network } from './networks/mlp';
import { createOptimizer, type Optimizer } from './optimizer';
import { randomStream } from './random';
import { evaluationSteps, lossInterval } from './schedule';
import { DataOrder } from './streams/order';
import type { Stream } from './streams/split';

export interface TrainerInput {
  readonly manifest: RunManifest;
  readonly runFolder: string;
  readonly stream: Stream;
  readonly backend: Backend;
  readonly method: Method;
  readonly log: EventLog;
  /** Looked at between steps. */
  readonly stopRequested: () => boolean;
  readonly versions: Readonly<Record<string, string>>;
  readonly host: string;
}

/** The loss or the parameters became infinite or not a number. */
export class DivergedError extends Error {
  override name = 'DivergedError';
}

/** Longest time training goes on without letting signals and timers in (ms). */
const YIELD_EVERY = 40;

/** Trains one run: all tasks of its stream with one method and one seed. Everything that happens goes into the log. */
export class Trainer {
  private readonly network: Network;
  private readonly optimizer: Optimizer;
  private readonly learner: Learner;
  private readonly examples: readonly Int32Array[];
  private readonly phasesOf: readonly (readonly Phase[])[];
  private readonly heads: readonly tf.Tensor1D[];
  private theta: tf.Tensor1D;
  private slots: tf.Tensor1D[];
  private optimizerSteps = 0;
  private lossSum = 0;
  private lossCount = 0;
  private currentTask = 0;
  private lastYield = performance.now();
  private seconds = { train: 0, evaluate: 0, method: 0 };

  constructor(private readonly input: TrainerInput) {
    const { stream, manifest, method } = input;
    const { training, network } = manifest.spec;
    this.network = createNetwork(network, inputsOf(stream.dataset), stream.outputs);
    this.optimizer = createOptimizer(training);
    this.examples = stream.tasks.map((task) => task.train.subarray(0, training.samplesPerTask ?? task.train.length));
    this.theta = tf.tensor1d(initialise(this.network, randomStream(manifest.seed, 'init')));
    this.slots = this.zeroSlots();
    this.heads = stream.tasks.map((_, task) => this.headMask(task));
    this.learner = this.createLearner();
    method.begin?.(this.learner);
    this.phasesOf = this.examples.map((examples, task) => {
      const steps = stepsPerTask(training, examples.length);
      return method.phases?.(task, steps) ?? [{ name: 'train', steps }];
    });
  }

  /** From the first task, or from a snapshot. @throws Stopped, DivergedError */
  async run(snapshot?: Snapshot): Promise<void> {
    const { stream, log, backend, host } = this.input;
    const process_ = {
      pid: process.pid,
      host,
      backend: { name: backend.name, version: backend.version, why: backend.why, threads: backend.threads },
    };
    if (snapshot) {
      this.restore(snapshot);
      const step = this.stepOfTask(snapshot.task, snapshot.phase, snapshot.step);
      log.write({ type: 'resumed', task: snapshot.task, step, ...process_ });
    } else {
      this.logStart(process_);
    }
    const { task: first = 0, phase = 0, step = 0 } = snapshot ?? {};
    for (let task = first; task < stream.tasks.length; task++) {
      await this.learnTask(task, task === first ? { task, phase, step } : { task, phase: 0, step: 0 });
    }
  }

  private logStart(process_: object) {
    const { stream, log, versions } = this.input;
    log.write({
      type: 'started',
      schema: EVENT_SCHEMA,
      ...(process_ as { pid: number; host: string; backend: { name: string; version: string; why: string } }),
      versions: { ...versions },
      data: { ...stream.dataset.checksums },
      tasks: stream.tasks.map((task, i) => ({
        name: task.name,
        classes: [...task.classes],
        train: this.examples[i]?.length ?? 0,
        test: task.test.length,
      })),
      steps: this.phasesOf.map((phases) => phases.reduce((sum, { steps }) => sum + steps, 0)),
      parameters: this.network.parameterCount,
    });
    log.write({ type: 'baseline', ...split(this.evaluateUntrained()) });
  }

  private async learnTask(task: number, from: Position) {
    const { method, log, runFolder } = this.input;
    this.currentTask = task;
    this.seconds = { train: 0, evaluate: 0, method: 0 };
    const phases = this.phasesOf[task] ?? [];
    const steps = phases.reduce((sum, phase) => sum + phase.steps, 0);
    if (from.phase === 0 && from.step === 0) log.write({ type: 'task-start', task, steps });
    const curveSteps = evaluationSteps(steps, this.input.manifest.spec.evaluation);
    let done = this.stepOfTask(task, from.phase, from.step);
    for (let phase = from.phase; phase < phases.length; phase++) {
      const start = phase === from.phase ? from.step : 0;
      if (start === 0) {
        // A run that stops here prepares the phase when it goes on: this must not come after the preparation.
        await this.breathe({ task, phase, step: 0 });
        const position = { task, phase, step: 0 };
        if (method.beforePhase) await this.methodWork(position, async () => method.beforePhase?.(position));
      }
      for (let step = start; step < (phases[phase]?.steps ?? 0); step++) {
        if (step > 0) await this.breathe({ task, phase, step });
        this.timedSync('train', () => this.step({ task, phase, step }));
        done++;
        if (done % lossInterval(steps) === 0 || done === steps) this.logLoss(task, done);
        if (curveSteps.has(done)) this.logCurvePoint(task, done);
      }
    }
    const trained = { task, phase: phases.length, step: 0 };
    if (method.afterTask) await this.methodWork(trained, async () => method.afterTask?.(task));
    this.endTask(task, runFolder);
  }

  private endTask(task: number, runFolder: string) {
    const { method, log, stream } = this.input;
    const rows = split(this.evaluate(stream.tasks.length));
    const view = method.inspect?.(task);
    if (view) log.write({ type: 'mechanism', task, method: method.id, view });
    log.write({
      type: 'task-end',
      task,
      ...rows,
      memoryBytes: method.memoryBytes?.() ?? 0,
      seconds: { ...this.seconds },
    });
    writeParameters(runFolder, task, this.network, this.theta.dataSync() as Float32Array);
    this.saveCheckpoint({ task: task + 1, phase: 0, step: 0 });
  }

  // ---- one step

  private step(position: Position) {
    const { method, manifest } = this.input;
    const current = this.orderOf(position.task).batch(this.orderStep(position));
    const plain: Batch = { indices: current, weights: new Float32Array(current.length).fill(1 / current.length) };
    const batch = method.batch?.(plain, position) ?? plain;
    const phase = this.phasesOf[position.task]?.[position.phase];
    const learningRate = phase?.learningRate ?? manifest.spec.training.learningRate;
    const { loss, theta, slots } = tf.tidy(() => this.computeStep(batch, position, learningRate));
    this.checkFinite('loss', loss, this.stepOfTask(position.task, position.phase, position.step) + 1, position.task);
    tf.dispose([this.theta, ...this.slots]);
    this.theta = theta;
    this.slots = slots;
    this.lossSum += loss;
    this.lossCount++;
    method.afterStep?.(current, position);
  }

  /** The step itself: (parameters, optimiser state, batch) → (loss, new parameters, new state). */
  private computeStep(batch: Batch, position: Position, learningRate: number) {
    const { method } = this.input;
    const x = this.learner.inputs(batch.indices);
    const targets = this.learner.targets(batch.indices);
    const weights = tf.tensor1d(batch.weights);
    const active = this.activeOutputs(batch.indices);
    const dropout = this.dropoutMasks(batch.indices.length, position);
    const parameters = parametersOf(this.network, this.theta);
    const lossOf = (...p: tf.Tensor[]) => {
      const logits = logitsOf(this.network, p, x, dropout);
      if (this.network.spec.output === 'relu') return weightedSquaredError(logits, targets, weights, active);
      return weightedCrossEntropy(active ? maskLogits(logits, active) : logits, targets, weights);
    };
    const { value, grads } = tf.valueAndGrads(lossOf)(parameters);
    let gradient = flatten(grads);
    let loss: tf.Scalar = value;
    const penalty = method.penalty?.(this.theta);
    if (penalty) {
      gradient = tf.add(gradient, penalty.gradient);
      loss = tf.add(loss, penalty.value);
    }
    gradient = method.gradient?.(gradient, this.theta) ?? gradient;
    this.optimizerSteps++;
    const next = this.optimizer.update(this.theta, gradient, this.slots, this.optimizerSteps, learningRate);
    const theta = method.update?.(next.theta, this.theta) ?? next.theta;
    return { loss: loss.dataSync()[0] as number, theta, slots: next.slots };
  }

  private checkFinite(what: string, value: number, step: number, task: number) {
    if (Number.isFinite(value)) return;
    throw new DivergedError(
      `The ${what} became ${value} in step ${step} of task ${task + 1}: training diverged. Try a smaller learning rate, or a weaker penalty.`,
    );
  }

  /** Outputs that are trained (compete in the softmax) for each example: its own task's in the task-incremental scenario, else all. */
  private activeOutputs(indices: Int32Array): tf.Tensor2D | undefined {
    const { stream, method } = this.input;
    if (stream.scenario !== 'task' && !method.taskAwareOnly) return undefined;
    const { taskOf, dataset } = stream;
    const rows = Array.from(
      indices,
      (index) => this.heads[taskOf[dataset.train.labels[index] as number] as number] as tf.Tensor1D,
    );
    return tf.stack(rows) as tf.Tensor2D;
  }

  private headMask(task: number): tf.Tensor1D {
    const { outputs, heads } = this.input.stream;
    const mask = new Float32Array(outputs);
    for (const unit of heads[task] ?? []) mask[unit] = 1;
    return tf.tensor1d(mask);
  }

  private dropoutMasks(rows: number, { task, phase, step }: Position): tf.Tensor2D[] | undefined {
    const { dropout, hidden } = this.network.spec;
    if (dropout === 0) return undefined;
    return hidden.map((units, layer) => {
      const random = randomStream(this.input.manifest.seed, 'dropout', task, phase, step, layer);
      const kept = new Float32Array(rows * units);
      for (let i = 0; i < kept.length; i++) kept[i] = random() < dropout ? 0 : 1;
      return tf.tensor2d(kept, [rows, units]);
    });
  }

  // ---- data order

  private order?: { readonly key: number; readonly order: DataOrder };

  /** The pooled data of all tasks for the upper bound, else the data of the task. */
  private orderOf(task: number): DataOrder {
    const key = this.input.method.pooled ? -1 : task;
    if (this.order?.key !== key) {
      const indices = key === -1 ? concatenated(this.examples) : (this.examples[task] ?? new Int32Array());
      const { training } = this.input.manifest.spec;
      this.order = { key, order: new DataOrder(indices, training.batchSize, this.input.manifest.seed, [key]) };
    }
    return this.order.order;
  }

  /** Pooled data is met in one long pass over all tasks' steps. */
  private orderStep({ task, phase, step }: Position): number {
    const own = this.stepOfTask(task, phase, step);
    if (!this.input.method.pooled) return own;
    return this.phasesOf.slice(0, task).reduce((sum, phases) => sum + phases.reduce((s, p) => s + p.steps, 0), 0) + own;
  }

  private stepOfTask(task: number, phase: number, step: number): number {
    return (this.phasesOf[task] ?? []).slice(0, phase).reduce((sum, { steps }) => sum + steps, 0) + step;
  }

  // ---- evaluation and events

  /** What a method would show of the parameters starts with training: all methods have the same baseline. */
  private evaluateUntrained(): TaskAccuracy[] {
    return this.evaluate(this.input.stream.tasks.length, undefined, () => this.theta);
  }

  private evaluate(
    tasks: number,
    samples?: number,
    parametersFor = (task: number) => this.input.method.parametersFor?.(task, this.theta) ?? this.theta,
  ): TaskAccuracy[] {
    const { method, stream } = this.input;
    const taskAwareOnly = method.taskAwareOnly === true && stream.scenario !== 'task';
    const accuracies: TaskAccuracy[] = [];
    this.timedSync('evaluate', () =>
      tf.tidy(() => {
        for (let task = 0; task < tasks; task++) {
          const theta = parametersFor(task);
          accuracies.push(
            evaluateTask({
              network: this.network,
              stream,
              task,
              theta,
              taskAwareOnly,
              ...(samples === undefined ? {} : { samples }),
            }),
          );
        }
      }),
    );
    return accuracies;
  }

  private logCurvePoint(task: number, step: number) {
    const { manifest, method, stream, log } = this.input;
    const { samples } = manifest.spec.evaluation;
    const seen = method.pooled ? stream.tasks.length : task + 1;
    log.write({ type: 'eval', task, step, ...split(this.evaluate(seen, samples)), samples });
  }

  private logLoss(task: number, step: number) {
    if (this.lossCount === 0) return;
    // A ReLU may turn what is not a number into 0: the loss alone does not tell.
    const total = tf.tidy(() => tf.sum(this.theta).dataSync()[0] as number);
    this.checkFinite('sum of the parameters', total, step, task);
    this.input.log.write({ type: 'step', task, step, loss: this.lossSum / this.lossCount });
    this.lossSum = 0;
    this.lossCount = 0;
  }

  // ---- time, stopping, checkpoints

  /** Lets signals in now and then. When a stop was asked for: keeps a checkpoint of `position` if given, and ends. */
  private async breathe(position?: Position) {
    if (performance.now() - this.lastYield < YIELD_EVERY) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.lastYield = performance.now();
    if (!this.input.stopRequested()) return;
    if (position) this.saveCheckpoint(position);
    throw new Stopped('stopped on request');
  }

  private saveCheckpoint(position: Position) {
    this.writeSnapshot(this.snapshot(position));
  }

  private snapshot({ task, phase, step }: Position): Snapshot {
    const { optimizerSteps, lossSum, lossCount } = this;
    const slots = Object.fromEntries(
      this.optimizer.slotNames.map((name, i) => [name, this.slots[i]?.dataSync() as Float32Array]),
    );
    const theta = this.theta.dataSync() as Float32Array;
    const method = structuredClone(this.input.method.state?.() ?? {});
    return { task, phase, step, theta, slots, optimizerSteps, lossSum, lossCount, method };
  }

  private writeSnapshot(snapshot: Snapshot) {
    const { task, phase, step } = snapshot;
    const sha256 = writeCheckpoint(this.input.runFolder, snapshot);
    const done = this.stepOfTask(task, phase, step);
    this.input.log.write({ type: 'checkpoint', task, step: done, file: latestFile, sha256 });
  }

  /** What a method does between steps; a stop in the middle of it keeps what was before, and the method does it anew. */
  private async methodWork(position: Position, work: () => Promise<void>) {
    const before = this.snapshot(position);
    try {
      await this.timed('method', work);
    } catch (error) {
      if (error instanceof Stopped) this.writeSnapshot(before);
      throw error;
    }
  }

  private restore(snapshot: Snapshot) {
    this.setTheta(snapshot.theta);
    tf.dispose(this.slots);
    this.slots = this.optimizer.slotNames.map((name) =>
      tf.tensor1d(snapshot.slots[name] ?? new Float32Array(this.network.parameterCount)),
    );
    this.optimizerSteps = snapshot.optimizerSteps;
    this.lossSum = snapshot.lossSum;
    this.lossCount = snapshot.lossCount;
    this.input.method.restore?.(snapshot.method);
  }

  private async timed<T>(part: keyof Trainer['seconds'], work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await work();
    this.seconds[part] += (performance.now() - start) / 1000;
    return result;
  }

  private timedSync<T>(part: keyof Trainer['seconds'], work: () => T): T {
    const start = performance.now();
    const result = work();
    this.seconds[part] += (performance.now() - start) / 1000;
    return result;
  }

  // ---- what methods see

  private zeroSlots(): tf.Tensor1D[] {
    return this.optimizer.slotNames.map(() => tf.zeros<tf.Rank.R1>([this.network.parameterCount]));
  }

  private setTheta(values: Float32Array) {
    this.theta.dispose();
    this.theta = tf.tensor1d(Float32Array.from(values));
  }

  private createLearner(): Learner {
    const theta = () => this.theta;
    const { stream, manifest, log, method } = this.input;
    const { dataset } = stream;
    return {
      stream,
      network: this.network,
      training: manifest.spec.training,
      examples: this.examples,
      get theta() {
        return theta();
      },
      setTheta: (values) => this.setTheta(values),
      resetOptimizer: () => {
        tf.dispose(this.slots);
        this.slots = this.zeroSlots();
        this.optimizerSteps = 0;
      },
      random: (name, ...place) => randomStream(manifest.seed, name, ...place),
      inputs: (indices) => inputTensor(dataset.train, indices, inputsOf(dataset)),
      targets: (indices) => {
        return oneHot(
          Array.from(indices, (index) => stream.unitOf[dataset.train.labels[index] as number] as number),
          stream.outputs,
        );
      },
      logits: (parameters, inputs) => logitsOf(this.network, parameters, inputs),
      activeUnits: (task) =>
        stream.scenario === 'task' || method.taskAwareOnly
          ? (stream.heads[task] ?? [])
          : Array.from({ length: stream.outputs }, (_, unit) => unit),
      progress: async (name, done, note) => {
        log.write({ type: 'phase', task: this.currentTask, name, done, ...(note === undefined ? {} : { note }) });
        await this.breathe();
      },
    };
  }
}

const split = (accuracies: readonly TaskAccuracy[]) => ({
  accuracy: accuracies.map(({ accuracy }) => accuracy),
  taskAware: accuracies.map(({ taskAware }) => taskAware),
});

function concatenated(parts: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
