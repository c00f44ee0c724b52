import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { EVENT_SCHEMA } from '../core/events';
import type { OwnManifest } from '../core/manifest';
import type { Backend } from './backend/backend';
import type { Snapshot } from './checkpoint';
import { latestFile, writeCheckpoint, writeParameters } from './checkpointFiles';
import { CHUNK, evaluateTask, outputsOf, type TaskAccuracy } from './evaluation';
import { requireFit, requirePosition, type LoggedPosition } from './fit';
import type { Learner, RowFunction } from './contract/learner';
import type { Lesson, Method, Position } from './contract/method';
import type { EventLog } from './log';
import type { Network } from './contract/network';
import { examplesOf } from './data/examplesOf';
import { createNetwork } from './networks/network';
import { createOptimizer, type Optimizer } from './optimizer';
import { requireMemory } from './outOfMemory';
import { randomStream } from './random';
import { evaluationSteps, lossInterval } from './schedule';
import { bytesOf, Memory } from './steps/memory';
import { Plan } from './steps/plan';
import { RowFunctions } from './steps/rowFunctions';
import { Stepper } from './steps/stepper';
import { StepSource } from './steps/stepSource';
import { TrainingData } from './steps/trainingData';
import { Stopped } from './stopped';
import type { Stream } from './contract/stream';
import type { Tenure } from './tenure';
import { valuesOf } from './valuesOf';

export interface TrainerInput {
  readonly manifest: OwnManifest;
  readonly runFolder: string;
  readonly stream: Stream;
  readonly backend: Backend;
  readonly method: Method;
  readonly log: EventLog;
  /** Take steps one operation at a time although they could be compiled. */
  readonly eager?: boolean;
  /** Asked before anything is written that would speak for the run. */
  readonly tenure: Tenure;
  /** Looked at between steps. */
  readonly stopRequested: () => boolean;
  readonly versions: Readonly<Record<string, string>>;
  /** Seconds that went by before, by part. */
  readonly startSeconds?: Readonly<Record<string, number>>;
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
  private readonly data: TrainingData;
  private readonly stepper: Stepper;
  private readonly rowFunctions: RowFunctions;
  private readonly outputs: RowFunction;
  private readonly learner: Learner;
  private readonly examples: readonly Int32Array[];
  private readonly plan: Plan;
  private readonly source: StepSource;
  private readonly memory = new Memory();
  private readonly carries: ReturnType<NonNullable<Method['carries']>>;
  private lossSum = 0;
  private lossCount = 0;
  private currentTask = 0;
  /** Where training goes on, where it was restored. */
  private restored: Position | undefined;
  private lastYield = performance.now();
  /** Of this task, by part. */
  private seconds = { train: 0, evaluate: 0, method: 0 };

  constructor(private readonly input: TrainerInput) {
    const { stream, manifest, method } = input;
    const { training, network } = manifest.spec;
    this.network = createNetwork(network, stream.dataset.shape, stream.outputs);
    this.optimizer = createOptimizer(training);
    requireMemory(this.network.parameterCount, this.optimizer.slotNames.length, input.backend.name);
    this.examples = stream.tasks.map((task) => task.train.subarray(0, training.samplesPerTask ?? task.train.length));
    const compile = input.backend.name === 'native' && input.eager !== true;
    const warn = (what: string) => (reason: string) =>
      input.log.write({ type: 'warning', message: `${what} compiled, so the run takes longer: ${reason}` });
    this.rowFunctions = new RowFunctions(stream, compile, warn('Evaluation is not'));
    this.outputs = outputsOf(this.network);
    this.data = new TrainingData(stream, stream.scenario === 'task' || method.taskAwareOnly === true);
    this.stepper = new Stepper(
      {
        network: this.network,
        method,
        optimizer: this.optimizer,
        data: this.data,
        compile,
        constants: () => this.memory.constants(() => method.constants?.() ?? {}),
        onEager: warn('Steps are not'),
      },
      this.network.initial(randomStream(manifest.seed, 'init')),
    );
    this.learner = this.createLearner();
    method.begin?.(this.learner);
    this.memory.declare(method.keeps?.() ?? {});
    this.carries = method.carries?.() ?? {};
    this.stepper.setCarried(this.carries);
    const lessons = this.examples.map((indices, task): Lesson => method.lesson?.(task) ?? examplesOf(task, indices));
    this.plan = new Plan(training, method, lessons, this.examples);
    this.source = new StepSource({
      training,
      network: this.network,
      method,
      plan: this.plan,
      seed: manifest.seed,
      lessons,
    });
  }

  /**
   * Lets `run` go on from a snapshot.
   *
   * @throws RangeError, with nothing changed, when it is not one of this run at the point that the log says
   */
  restore(snapshot: Snapshot, at: LoggedPosition): void {
    const { parameterCount } = this.network;
    const { slotNames } = this.optimizer;
    const carried = Object.fromEntries(Object.entries(this.carries).map(([name, { values }]) => [name, values.length]));
    requireFit(snapshot, { parameterCount, slotNames, carried, plan: this.plan });
    requirePosition(snapshot, this.plan, at);
    this.memory.requireFit(snapshot.memory);
    this.memory.restore(snapshot.memory);
    Object.entries(snapshot.carried).forEach(([name, values]) => this.setCarried(name, values));
    this.stepper.setTheta(snapshot.theta);
    this.stepper.setSlots(snapshot.slots, snapshot.optimizerSteps);
    this.lossSum = snapshot.lossSum;
    this.lossCount = snapshot.lossCount;
    const { task, phase, step } = snapshot;
    this.restored = { task, phase, step };
  }

  /** What the method keeps at the moment. */
  kept(): Snapshot['memory'] {
    return this.memory.snapshot();
  }

  /**
   * From the first task, or from what was restored.
   *
   * @param warnings to be said at the start
   * @throws Stopped, DivergedError, Superseded
   */
  async run(warnings: readonly string[] = []): Promise<void> {
    const { stream, log, tenure } = this.input;
    tenure.confirm();
    const { restored: from = { task: 0, phase: 0, step: 0 } } = this;
    if (this.restored) this.logResumption(from);
    else this.logStart();
    for (const message of warnings) log.write({ type: 'warning', message });
    if (!this.restored) log.write({ type: 'baseline', ...split(this.evaluateUntrained()) });
    for (let task = from.task; task < stream.tasks.length; task++) {
      await this.learnTask(task, task === from.task ? from : { task, phase: 0, step: 0 });
    }
  }

  /** What the log says of this process. */
  private ownProcess() {
    const { backend, host, tenure } = this.input;
    return {
      pid: process.pid,
      host,
      ...(tenure.token !== undefined && { token: tenure.token }),
      backend: { name: backend.name, version: backend.version, why: backend.why, threads: backend.threads },
    };
  }

  private logResumption(from: Position) {
    const step = this.plan.stepInTask(from);
    this.input.log.write({ type: 'resumed', task: from.task, step, ...this.ownProcess() });
  }

  private logStart() {
    const { stream, log, versions, startSeconds } = this.input;
    log.write({
      type: 'started',
      schema: EVENT_SCHEMA,
      ...this.ownProcess(),
      versions: { ...versions },
      data: { ...stream.dataset.checksums },
      tasks: stream.tasks.map((task, i) => ({
        name: task.name,
        classes: [...task.classes],
        train: this.examples[i]?.length ?? 0,
        test: task.test.length,
      })),
      steps: stream.tasks.map((_, task) => this.plan.stepsOf(task)),
      parameters: this.network.parameterCount,
      ...(startSeconds && { seconds: { ...startSeconds } }),
    });
  }

  private async learnTask(task: number, from: Position) {
    const { method, log, runFolder } = this.input;
    this.currentTask = task;
    this.memory.forget();
    this.seconds = { train: 0, evaluate: 0, method: 0 };
    const before = { compile: this.compileSeconds(), events: log.seconds };
    const phases = this.plan.phases[task] ?? [];
    const steps = this.plan.stepsOf(task);
    if (from.phase === 0 && from.step === 0) log.write({ type: 'task-start', task, steps });
    const curveSteps = evaluationSteps(steps, this.input.manifest.spec.evaluation);
    let done = this.plan.stepInTask(from);
    for (let phase = from.phase; phase < phases.length; phase++) {
      const start = phase === from.phase ? from.step : 0;
      if (start === 0) {
        // A run that stops here prepares the phase when it goes on: this must not come after the preparation.
        await this.breathe({ task, phase, step: 0 });
        const position = { task, phase, step: 0 };
        if (method.beforePhase) await this.methodWork(position, async () => method.beforePhase?.(position));
      }
      const end = phases[phase]?.steps ?? 0;
      for (let step = start; step < end;) {
        if (step > 0) await this.breathe({ task, phase, step });
        const position = { task, phase, step };
        const limit = stepsUntil(curveSteps, done, end - step);
        const losses = this.timedSync('train', () =>
          this.stepper.run(this.source.next(position, (first) => Math.min(limit, this.stepper.stepsPerCall(first)))),
        );
        const logged = Array.from(losses, (loss) => this.countLoss(loss, ++done, task, steps));
        step += losses.length;
        if (logged.includes(true)) this.checkParameters(done, task);
        if (curveSteps.has(done)) this.logCurvePoint(task, done);
      }
    }
    const trained = { task, phase: phases.length, step: 0 };
    if (method.afterTask) await this.methodWork(trained, async () => method.afterTask?.(task));
    this.endTask(task, runFolder, before);
  }

  private endTask(task: number, runFolder: string, before: { readonly compile: number; readonly events: number }) {
    const { method, log, stream, tenure } = this.input;
    const rows = split(this.evaluate(stream.tasks.length));
    tenure.confirm();
    const views = method.inspect?.(task) ?? [];
    if (views.length > 0) log.write({ type: 'mechanism', task, method: method.id, views: [...views] });
    log.write({
      type: 'task-end',
      task,
      ...rows,
      memoryBytes: method.memoryBytes?.() ?? this.memory.size + bytesOf(this.carries),
      seconds: {
        ...this.seconds,
        compile: this.compileSeconds() - before.compile,
        events: log.seconds - before.events,
      },
    });
    writeParameters(runFolder, task, this.network, this.stepper.theta.dataSync() as Float32Array);
    this.saveCheckpoint({ task: task + 1, phase: 0, step: 0 });
  }

  // ---- evaluation and events

  /** What a method would show of the parameters starts with training: all methods have the same baseline. */
  private evaluateUntrained(): TaskAccuracy[] {
    return this.evaluate(this.input.stream.tasks.length, undefined, () => this.stepper.theta);
  }

  private evaluate(
    tasks: number,
    samples?: number,
    parametersFor = (task: number) => this.input.method.parametersFor?.(task, this.stepper.theta) ?? this.stepper.theta,
  ): TaskAccuracy[] {
    const { method, stream } = this.input;
    const taskAwareOnly = method.taskAwareOnly === true && stream.scenario !== 'task';
    const rows = Math.min(CHUNK, samples ?? CHUNK);
    const accuracies: TaskAccuracy[] = [];
    this.timedSync('evaluate', () =>
      tf.tidy(() => {
        for (let task = 0; task < tasks; task++) {
          const theta = parametersFor(task);
          const outputs = (indices: Int32Array) =>
            valuesOf(
              () => this.rowFunctions.apply(this.outputs, rows, theta, 'test', { task, indices })[0] as tf.Tensor,
            );
          const asked = samples === undefined ? {} : { samples };
          accuracies.push(evaluateTask({ stream, task, outputs, taskAwareOnly, ...asked }));
        }
      }),
    );
    return accuracies;
  }

  private logCurvePoint(task: number, step: number) {
    const { manifest, stream, log } = this.input;
    const { samples } = manifest.spec.evaluation;
    // Who learns from all tasks at once has seen them all.
    const seen = this.source.goesThroughTheRun(task) ? stream.tasks.length : task + 1;
    log.write({ type: 'eval', task, step, ...split(this.evaluate(seen, samples)), samples });
  }

  /** @returns whether the mean loss was logged */
  private countLoss(loss: number, step: number, task: number, steps: number): boolean {
    this.checkFinite('loss', loss, step, task);
    this.lossSum += loss;
    this.lossCount++;
    if (step % lossInterval(steps) !== 0 && step !== steps) return false;
    this.input.log.write({ type: 'step', task, step, loss: this.lossSum / this.lossCount });
    this.lossSum = 0;
    this.lossCount = 0;
    return true;
  }

  /** A ReLU may turn what is not a number into 0: the loss alone does not tell. */
  private checkParameters(step: number, task: number) {
    this.checkFinite('sum of the parameters', this.stepper.sumOfParameters(), step, task);
  }

  private checkFinite(what: string, value: number, step: number, task: number) {
    if (Number.isFinite(value)) return;
    throw new DivergedError(
      `The ${what} became ${value} in step ${step} of task ${task + 1}: training diverged. Try a smaller learning rate, or a weaker penalty.`,
    );
  }

  // ---- time, stopping, checkpoints

  /** Lets signals in now and then. When a stop was asked for: keeps a checkpoint of `position` if given, and ends. */
  private async breathe(position?: Position) {
    if (performance.now() - this.lastYield < YIELD_EVERY) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.lastYield = performance.now();
    this.input.tenure.giveSign();
    if (!this.input.stopRequested()) return;
    if (position) this.saveCheckpoint(position);
    throw new Stopped('stopped on request');
  }

  private saveCheckpoint(position: Position) {
    this.writeSnapshot(this.snapshot(position));
  }

  private snapshot({ task, phase, step }: Position): Snapshot {
    const { lossSum, lossCount } = this;
    const { optimizerSteps } = this.stepper;
    const slots = Object.fromEntries(
      this.optimizer.slotNames.map((name, i) => [name, this.stepper.slots[i]?.dataSync() as Float32Array]),
    );
    const theta = this.stepper.theta.dataSync() as Float32Array;
    const memory = this.memory.snapshot();
    const carried = Object.fromEntries(
      Object.keys(this.carries).map((name) => [name, this.stepper.carried[name]?.dataSync() as Float32Array]),
    );
    return { task, phase, step, theta, slots, optimizerSteps, lossSum, lossCount, memory, carried };
  }

  private writeSnapshot(snapshot: Snapshot) {
    const { log, runFolder, tenure } = this.input;
    const { task } = snapshot;
    const step = this.plan.stepInTask(snapshot);
    tenure.confirm();
    writeCheckpoint(runFolder, snapshot, (sha256) => {
      // Writing it took its time.
      tenure.confirm();
      log.write({ type: 'checkpoint', task, step, file: latestFile, sha256 });
      log.sync();
    });
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

  private async timed<T>(part: keyof Trainer['seconds'], work: () => Promise<T>): Promise<T> {
    const end = this.startClock(part);
    const result = await work();
    end();
    return result;
  }

  private timedSync<T>(part: keyof Trainer['seconds'], work: () => T): T {
    const end = this.startClock(part);
    const result = work();
    end();
    return result;
  }

  private readonly compileSeconds = () => this.stepper.compileSeconds + this.rowFunctions.compileSeconds;

  /** What compiling takes on the way is a part of its own. */
  private startClock(part: keyof Trainer['seconds']): () => void {
    const [start, compile] = [performance.now(), this.compileSeconds()];
    return () => {
      this.seconds[part] += (performance.now() - start) / 1000 - (this.compileSeconds() - compile);
    };
  }

  private setCarried(name: string, values: Float32Array) {
    const { shape } = this.carries[name] ?? { shape: [values.length] };
    this.stepper.setCarried({ [name]: { shape, values } });
  }

  // ---- what methods see

  private createLearner(): Learner {
    const theta = () => this.stepper.theta;
    const task = () => this.currentTask;
    const { stream, manifest, log } = this.input;
    return {
      stream,
      network: this.network,
      training: manifest.spec.training,
      examples: this.examples,
      get theta() {
        return theta();
      },
      get task() {
        return task();
      },
      memory: this.memory,
      carried: {
        floats: (name) => Float32Array.from(this.stepper.carried[name]?.dataSync() ?? []),
        set: (name, values) => this.setCarried(name, values),
      },
      setTheta: (values) => this.stepper.setTheta(values),
      resetOptimizer: () => this.stepper.setSlots(),
      random: (name, ...place) => randomStream(manifest.seed, name, ...place),
      targets: (of, indices) => this.data.targetsOf(examplesOf(of, indices)),
      apply: (fn, rows, examples, more) => this.rowFunctions.apply(fn, rows, theta(), 'train', examples, more),
      activeUnits: (task) =>
        this.data.masksOutputs ? (stream.heads[task] ?? []) : Array.from({ length: stream.outputs }, (_, unit) => unit),
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

/** Steps up to the next point of the accuracy curves, or `limit` when there is none before. */
function stepsUntil(curveSteps: ReadonlySet<number>, done: number, limit: number): number {
  for (let count = 1; count < limit; count++) if (curveSteps.has(done + count)) return count;
  return limit;
}
