import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { augmentationOf } from '../core/augment';
import type { OwnManifest } from '../core/manifest';
import type { View } from '../core/mechanism';
import { growthOf } from '../core/memoryNeeds';
import type { Ground } from '../core/methods/card';
import {
  isLong,
  isStation,
  keepsParameters,
  measuredAfter,
  measuredAtFirst,
  seenAmongMeasured,
} from '../core/measuredTasks';
import { isOwnNetwork } from '../core/recipe';
import { ActiveOutputs } from './steps/activeOutputs';
import type { Backend } from './backend/backend';
import type { Snapshot } from './checkpoint';
import { writeParameters, type After } from './checkpointFiles';
import { Checkpoints } from './checkpoints';
import { Clock } from './clock';
import type { Method, Position } from './contract/method';
import type { MakeNetwork, Network } from './contract/network';
import type { Stream } from './contract/stream';
import { Evaluator, type Answered, type TestedOn } from './evaluator';
import type { LoggedPosition } from './fit';
import { beginningOf } from './givenWeights';
import { learnerFor } from './learnerFor';
import { Interference } from './interference';
import type { EventLog } from './log';
import { MeanLoss } from './meanLoss';
import { MeanPlainLoss } from './meanPlainLoss';
import { NetworkAtTest } from './networkAtTest';
import { networkFor } from './networks/networkFor';
import { createOptimizer } from './optimizer';
import { requireMemory } from './outOfMemory';
import { Passes, type PassesInput, type Validated } from './passes';
import { PresentNetwork } from './presentNetwork';
import { randomStream } from './random';
import { RowAnswers } from './rowAnswers';
import { RunEvents } from './runEvents';
import { evaluationSteps, lossInterval, watchedSteps, waySteps } from './schedule';
import { beforeOptimizer } from './steps/beforeOptimizer';
import { Lessons } from './steps/lessons';
import { Memory } from './steps/memory';
import { ownName } from './steps/ownNames';
import { Plan } from './steps/plan';
import { ownExamples, type PlannedStep } from './steps/batch';
import { shareRight } from './steps/rightAnswers';
import { RowFunctions } from './steps/rowFunctions';
import { Stepper } from './steps/stepper';
import { StepSource } from './steps/stepSource';
import { TrainingData } from './steps/trainingData';
import { Stopped } from './stopped';
import { BlurryOrder } from './streams/blurry';
import { usedExamples } from './streams/usedExamples';
import type { Tenure } from './tenure';
import { TrainingState } from './trainingState';
import { unitViews } from './unitViews';
import { Validator } from './validator';

export interface TrainerInput {
  readonly manifest: OwnManifest;
  readonly runFolder: string;
  readonly stream: Stream;
  readonly backend: Backend;
  readonly method: Method;
  /** Makes the network, where it is the user's own. */
  readonly makeNetwork?: MakeNetwork | undefined;
  /** The tasks from `from` up to the one before `until`, by default all: those before were learned with other settings. */
  readonly learns?: { readonly from: number; readonly until?: number | undefined };
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
  readonly processor?: string | undefined;
}

/** The loss or the parameters became infinite or not a number. */
export class DivergedError extends Error {
  override name = 'DivergedError';
}

/** Longest time training goes on without letting signals and timers in (ms). */
const YIELD_EVERY = 40;

/** Where something is said on the way through a task, as reckoned when it began. */
interface Course {
  /** Steps after which the accuracy curves are measured. */
  readonly points: ReadonlySet<number>;
  /** Steps (counted from 1) of which it is looked at what they do to old tasks. */
  readonly watched: ReadonlySet<number>;
  /** Steps after which the parameters are kept. */
  readonly way: ReadonlySet<number>;
  /** Steps between two losses of the log. */
  readonly interval: number;
}

/** Trains one run: all tasks of its stream with one method and one seed. Everything that happens goes into the log. */
export class Trainer {
  private readonly network: PresentNetwork;
  private readonly stepper: Stepper;
  private readonly examples: readonly Int32Array[];
  /** Validation examples of each task, where training has some. */
  private readonly validation: readonly Int32Array[] | undefined;
  private readonly plan: Plan;
  private readonly source: StepSource;
  private readonly memory = new Memory();
  private readonly state: TrainingState;
  private readonly clock: Clock;
  private readonly evaluator: Evaluator;
  /** Where rows say more than accuracies. */
  private readonly rowAnswers: RowAnswers | undefined;
  private readonly interference: Interference;
  private readonly networkAtTest: NetworkAtTest;
  private readonly events: RunEvents;
  private readonly checkpoints: Checkpoints;
  private readonly active: ActiveOutputs;
  private readonly data: TrainingData;
  private readonly lessons: Lessons;
  private readonly passes: Passes;
  private readonly logged = new MeanLoss();
  /** Of the shares of right answers since the last loss that was logged. */
  private readonly right = new MeanLoss();
  private readonly asked = new MeanLoss();
  private currentTask = 0;
  /** Where the method is at work besides training steps. */
  private workAt: Position | undefined;
  /** The network was replaced, and the log does not say so yet. */
  private replaced = false;
  /** Where training goes on, where it was restored. */
  private restored: Position | undefined;
  private lastYield = performance.now();

  constructor(private readonly input: TrainerInput) {
    const { manifest, method, log, tenure, runFolder } = input;
    const { seed } = manifest;
    const { training, evaluation } = manifest.spec;
    const used = usedExamples(input.stream, training, seed);
    const { stream } = used;
    this.network = new PresentNetwork(networkOf(input, stream), method, stream);
    const network = this.network.get;
    const optimizer = createOptimizer(training);
    const requireRoom = ({ parameterCount }: Network) =>
      requireMemory(parameterCount, optimizer.slotNames.length, input.backend.name);
    requireRoom(network());
    // Where settings change on the way it is not known what has grown by then.
    const growth = input.learns?.from ? undefined : growthOf(manifest.spec.methods, groundOf(manifest.spec, stream));
    if (growth && !growth.atMost)
      requireMemory(growth.parameters, optimizer.slotNames.length, input.backend.name, undefined, growth);
    this.events = new RunEvents(input);
    this.examples = used.training;
    const compile = input.backend.name === 'native' && input.eager !== true;
    const warn = (what: string) => (reason: string) =>
      this.events.warning(`${what} compiled, so the run takes longer: ${reason}`);
    const rowFunctions = new RowFunctions(stream, compile, warn('Evaluation is not'));
    this.active = new ActiveOutputs(stream, method, training);
    const { of: activeOf } = this.active;
    this.data = new TrainingData(stream, activeOf, augmentationOf(training), training.labelSmoothing);
    const { data } = this;
    const { memory } = this;
    const constants = () => memory.constants(() => method.constants?.() ?? {});
    const beginning = beginningOf(manifest.spec, runFolder, network(), network().initial(randomStream(seed, 'init')));
    const frozen = () => network().statistics !== undefined && method.freezesStatistics?.(this.currentTask) === true;
    const stepper = new Stepper(
      {
        ...{ network, method, optimizer, data, compile, constants, frozen },
        answering: evaluation.online ?? isLong(stream.tasks.length),
        beforeOptimizer: beforeOptimizer(training),
        onEager: warn('Steps are not'),
      },
      beginning.theta,
    );
    this.stepper = stepper;
    this.clock = new Clock({
      compile: () => stepper.compileSeconds + rowFunctions.compileSeconds,
      events: () => log.seconds,
    });
    const buffers = () => this.state.buffers;
    const networkAtTest = new NetworkAtTest({ network, method, rowFunctions, constants, buffers });
    this.networkAtTest = networkAtTest;
    this.lessons = new Lessons(stream, method, this.examples);
    this.plan = new Plan(training, method, this.examples, input.learns?.from);
    const { lessons, plan, events, logged, right, asked, clock } = this;
    const plainLoss = new MeanPlainLoss({ network, data, networkAtTest, activeOf });
    this.evaluator = new Evaluator({ stream, network, method, networkAtTest, plainLoss, buffers, clock: this.clock });
    const taskAwareOnly = method.taskAwareOnly === true;
    const { matrixSamples: samples } = evaluation;
    this.rowAnswers = evaluation.answers ? new RowAnswers({ stream, taskAwareOnly, samples }) : undefined;
    const { rowAnswers } = this;
    this.interference = new Interference({
      ...{ stream, network, method, training, data, networkAtTest, activeOf, buffers },
      examples: this.examples,
    });
    this.validation = used.validation;
    const validator = new Validator({ stream, plainLoss, examples: used.validation ?? [], taskAwareOnly });
    const validate: PassesInput['validate'] = (tasks, at) => this.validate(validator, tasks, at);
    const setBuffers = (values: Float32Array) => this.state.setBuffers(values);
    const passes = new Passes({ training, plan, lessons, stepper, buffers, setBuffers, events, validate });
    this.passes = passes;
    const ofSteps = { stepper, memory, plan, lessons, passes, logged, right, asked, rowAnswers };
    this.state = new TrainingState({ network: this.network, method, optimizer, ...ofSteps });
    this.checkpoints = new Checkpoints({ runFolder, state: this.state, plan, events, tenure, clock });
    const { blurry: share } = stream;
    const blurry = share && new BlurryOrder({ blurry: share, training, seed, examples: this.examples });
    const { stepSize } = passes;
    this.source = new StepSource({
      training,
      network,
      method,
      plan,
      seed,
      lessons,
      stepSize,
      ...(blurry && { blurry }),
    });
    const buffersAtFirst = beginning.buffers ?? network().statistics?.initial;
    method.begin?.(
      learnerFor({
        ...{ stream, network, plainLoss, activeOf, training, seed, memory, stepper, data, rowFunctions },
        examples: this.examples,
        beginning: { theta: beginning.theta, ...(buffersAtFirst && { buffers: buffersAtFirst }) },
        state: this.state,
        isTesting: () => this.evaluator.isPreparing,
        task: () => this.currentTask,
        stepInTask: (position) => plan.stepInTask(position),
        replaceNetwork: (next, move) => {
          requireRoom(next);
          this.state.replaceNetwork(next, move);
          this.replaced = true;
        },
        progress: async (name, done, note) => {
          const step = this.workAt && this.plan.stepInTask(this.workAt);
          events.work(this.currentTask, step, name, done, note);
          await this.breathe();
        },
      }),
    );
    this.state.begin();
    if (beginning.buffers) this.state.setBuffers(beginning.buffers);
  }

  /**
   * Lets `run` go on from a snapshot.
   *
   * @throws RangeError, with nothing changed, when it is not one of this run at the point that the log says
   */
  restore(snapshot: Snapshot, at: LoggedPosition): void {
    this.state.restore(snapshot, at);
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
    this.begin(warnings);
    await this.learn();
  }

  /**
   * Says in the log that the run begins, or goes on, and what the network knows before.
   *
   * @param stepsOf how many steps each task is planned to take
   */
  begin(warnings: readonly string[], stepsOf = (task: number) => this.stepsOf(task)): void {
    this.input.tenure.confirm();
    const { restored } = this;
    if (restored) this.logResumption(restored);
    else this.logStart(stepsOf);
    for (const message of warnings) this.events.warning(message);
    if (!restored) this.events.baseline(this.evaluator.untrained(this.stepper.theta, this.testedAtFirst));
  }

  /** Learns its tasks, from the first or from what was restored. @throws Stopped, DivergedError, Superseded */
  async learn(): Promise<void> {
    const { stream, learns } = this.input;
    const { restored: from = { task: 0, phase: 0, step: 0 } } = this;
    for (let task = from.task; task < (learns?.until ?? stream.tasks.length); task++) {
      await this.learnTask(task, task === from.task ? from : { task, phase: 0, step: 0 });
    }
  }

  /** What another trainer goes on with that learns this task and those after it. */
  snapshotBefore(task: number): Snapshot {
    return this.state.snapshot({ task, phase: 0, step: 0 });
  }

  /** Steps of a task as far as it is known. */
  stepsOf(task: number): number {
    return this.plan.stepsOf(task);
  }

  /** What the untrained network is tested on: what the trained one is, at the end. */
  private get testedAtFirst(): TestedOn {
    const { evaluation } = this.input.manifest.spec;
    return { tasks: measuredAtFirst(this.plan.tasks, evaluation), samples: evaluation.matrixSamples };
  }

  private logResumption(from: Position) {
    const { plan } = this;
    const steps = from.task < plan.tasks ? plan.stepsOf(from.task) : undefined;
    this.events.resumed(from.task, plan.stepInTask(from), steps);
  }

  private logStart(stepsOf: (task: number) => number) {
    const { examples } = this;
    const steps = examples.map((_, task) => stepsOf(task));
    this.events.started({ steps, examples, network: this.network.get() });
  }

  private async learnTask(task: number, from: Position) {
    const { method, manifest } = this.input;
    const { plan } = this;
    this.currentTask = task;
    this.memory.forget();
    this.clock.begin();
    if (from.phase === 0 && from.step === 0)
      this.clock.during('method', () => plan.begin(task, this.lessons.begin(task)));
    if (this.active.meet(task, this.lessons.current)) this.data.renew();
    const planned = plan.plannedStepsOf(task);
    if (plan.stepInTask(from) === 0) {
      this.events.taskStart(task, planned);
      plan.corrections().forEach(({ step, steps }) => this.events.plan(task, step, steps));
    }
    const { tasks } = plan;
    const points = evaluationSteps(planned, tasks, manifest.spec.evaluation);
    const { interference = 0 } = manifest.spec.evaluation;
    const watched = watchedSteps(task === 0 ? 0 : planned, interference);
    const way = waySteps(planned, manifest.spec.evaluation);
    const course = { points, watched, way, interval: lossInterval(planned, tasks) };
    const { length: phases } = plan.phasesOf(task);
    for (let { phase } = from; phase < phases; phase++)
      await this.takePhase({ task, phase, step: phase === from.phase ? from.step : 0 }, course);
    const trained = { task, phase: phases, step: 0 };
    // Who goes on from here has measured it.
    if (from.phase < phases) this.measureEnd(trained, course);
    if (method.afterTask) await this.methodWork(trained, async () => method.afterTask?.(task));
    this.endTask(task);
  }

  private async takePhase(from: Position, course: Course) {
    const { method } = this.input;
    const { task, phase } = from;
    if (from.step === 0) {
      // A run that stops here prepares the phase when it goes on: this must not come after the preparation.
      await this.breathe(from);
      if (this.passes.begin(from)) {
        this.endPhase(from);
        return;
      }
      const said = method.beforePhase && (await this.methodWork(from, async () => method.beforePhase?.(from)));
      if (said === 'skip') {
        this.endPhase(from);
        return;
      }
    }
    const phases = this.plan.phasesOf(task);
    const planned = phases[phase];
    if (planned && phases.length > 1 && from.step === 0) this.events.stretch(task, this.plan.stepInTask(from), planned);
    const end = planned?.steps ?? 0;
    let { step } = from;
    while (step < end) {
      const position = { task, phase, step };
      if (this.endsAt(position) || this.passes.endsAt(position)) break;
      if (step > 0) await this.breathe(position);
      step += this.takeSteps(position, course);
    }
    this.passes.end({ task, phase, step });
    this.endPhase({ task, phase, step });
  }

  /** Measures the validation sets of some tasks, with the parameters that the method tests them with. */
  private validate(validator: Validator, tasks: readonly number[], at: Position): Validated {
    const { clock, evaluator, stepper, plan } = this;
    const found = evaluator.asTested(stepper.theta, (testedWith) =>
      clock.during('evaluate', () => validator.over(tasks, testedWith)),
    );
    checkFinite('validation loss', found.loss, plan.stepInTask(at), at.task);
    return found;
  }

  /** Asks the method, where it is time for it, whether a phase ends here. */
  private endsAt(position: Position): boolean {
    const { asked, plan } = this;
    const every = plan.asksEvery(plan.phasesOf(position.task)[position.phase]);
    if (every === undefined || asked.count < every) return false;
    const loss = asked.take();
    const said = this.clock.during('method', () => this.input.method.afterSteps?.(position, loss));
    this.tellReplaced();
    return said === 'end';
  }

  /** A phase is over after so many steps; the log hears of it where there should have been more. */
  private endPhase({ task, phase, step }: Position) {
    const { plan, asked } = this;
    const planned = plan.phasesOf(task)[phase]?.steps;
    plan.endPhase(step);
    asked.restore(0, 0);
    if (step === planned) return;
    this.events.plan(task, plan.stepInTask({ phase: phase + 1, step: 0 }), plan.stepsOf(task));
  }

  /** Takes some steps, up to where something is to be done between them. @returns how many */
  private takeSteps(position: Position, course: Course): number {
    const { plan, stepper, source } = this;
    const { task } = position;
    const phase = plan.phasesOf(task)[position.phase];
    const every = plan.asksEvery(phase);
    const left = (phase?.steps ?? 0) - position.step;
    const most = every === undefined ? left : Math.min(left, every - this.asked.count);
    const before = plan.stepInTask(position);
    const { method } = this.input;
    const together = method.afterStep ? 1 : most;
    const limit = stepsUntil(course, before, Math.min(together, this.passes.stepsLeft(position)));
    const steps = this.clock.during('train', () =>
      source.next(position, (first) => Math.min(limit, stepper.stepsPerCall(first))),
    );
    const watch = course.watched.has(before + 1) ? this.watch(task, course, steps[0]) : undefined;
    const { losses, shares } = this.clock.during('train', () => {
      const { answers, ...found } = stepper.run(steps);
      return { ...found, shares: steps.map((step, i) => shareRight(step, answers[i], this.input.stream)) };
    });
    if (method.afterStep) this.clock.during('method', () => method.afterStep?.(position));
    const last = plan.stepsOf(task);
    const isLogged = Array.from(losses, (loss, i) => {
      const share = shares[i];
      if (share !== undefined) this.right.add(share);
      return this.countLoss(loss, { task, step: before + i + 1, last }, course);
    });
    if (every !== undefined) losses.forEach((loss) => this.asked.add(loss));
    const done = before + losses.length;
    if (isLogged.includes(true)) this.checkParameters(done, task);
    if (watch) this.clock.during('evaluate', () => this.events.interference(task, done, watch.after(stepper.theta)));
    if (course.way.has(done)) this.clock.during('files', () => this.keepParameters({ task, step: done }));
    if (course.points.has(done)) this.logCurvePoint(task, done);
    return losses.length;
  }

  /** Looks at the old tasks before a step that is taken alone. */
  private watch(task: number, { watched }: Course, step: PlannedStep | undefined) {
    const { interference, stepper, plan, clock } = this;
    const own = step ? ownExamples(step, task) : new Int32Array();
    const asked = { steps: plan.plannedStepsOf(task), points: watched.size, own };
    return clock.during('evaluate', () => interference.before(task, stepper.theta, asked));
  }

  /** A task that came to its end before its last planned step: what is always said of the last step is said now. */
  private measureEnd(trained: Position, { points }: Course) {
    const { task } = trained;
    const done = this.plan.stepInTask(trained);
    if (this.logged.count > 0) {
      this.logLoss(task, done);
      this.checkParameters(done, task);
    }
    if (done > 0 && points.size > 0 && !points.has(done)) this.logCurvePoint(task, done);
    this.checkCarried(done, task);
  }

  private logLoss(task: number, step: number) {
    const { logged, right } = this;
    this.events.loss(task, step, logged.take(), right.count > 0 ? right.take() : undefined);
  }

  private endTask(task: number) {
    const { method, manifest, tenure } = this.input;
    const { evaluation } = manifest.spec;
    const { plan, stepper, clock } = this;
    const tasks = measuredAfter(task, evaluation);
    const on = { tasks, samples: evaluation.matrixSamples, rocAuc: evaluation.rocAuc };
    const { rowAnswers } = this;
    const answered = rowAnswers && this.evaluator.answered(stepper.theta, on);
    const tested = answered ?? this.evaluator.tested(stepper.theta, on);
    tenure.confirm();
    const isAtStation = isStation(task, plan.tasks);
    if (isAtStation) {
      const views = clock.during('method', () => method.inspect?.(task) ?? []);
      this.events.mechanism(task, method.id, [...views, ...this.unitViews(task)]);
    }
    if (rowAnswers && answered) this.logAnswers(task, answered, rowAnswers);
    const memoryBytes = method.memoryBytes?.() ?? this.memory.size + this.state.carriedSize;
    const { validation } = this;
    const validated =
      validation && this.evaluator.tested(stepper.theta, { tasks: seenAmongMeasured(task, evaluation), validation });
    const { flops } = stepper;
    this.events.taskEnd(task, tested, { memoryBytes, flops, seconds: clock.ofTask, validation: validated });
    clock.end();
    stepper.flops = 0;
    if (keepsParameters(evaluation, task, plan.tasks)) clock.during('files', () => this.keepParameters({ task }));
    plan.endTask();
    if (isAtStation) this.checkpoints.save({ task: task + 1, phase: 0, step: 0 });
  }

  /** What is shown of the network whatever the method, where rows tell more than accuracies. */
  private unitViews(task: number): View[] {
    const { input, evaluator, stepper, clock, network, networkAtTest } = this;
    if (!this.rowAnswers) return [];
    return clock.during('evaluate', () =>
      evaluator.asTested(stepper.theta, (testedWith) =>
        unitViews({ stream: input.stream, network: network.get(), networkAtTest }, task, testedWith),
      ),
    );
  }

  private logAnswers(task: number, tested: Answered, rowAnswers: RowAnswers) {
    const { clock, events } = this;
    const found = clock.during('evaluate', () => ({
      confusion: rowAnswers.confusion(task, tested.answers),
      forgotten: rowAnswers.forgotten(task, tested.answers),
    }));
    events.confusion(task, tested, found.confusion);
    if (found.forgotten) events.forgotten(task, found.forgotten);
  }

  private keepParameters(after: After) {
    writeParameters(this.input.runFolder, after, this.network.get(), {
      theta: this.stepper.theta.dataSync() as Float32Array,
      buffers: this.state.buffers?.dataSync() as Float32Array | undefined,
    });
  }

  private logCurvePoint(task: number, step: number) {
    const { evaluation } = this.input.manifest.spec;
    const { samples } = evaluation;
    // Who learns from all tasks at once has seen them all.
    const newest = this.lessons.current.throughTheRun ? this.plan.tasks - 1 : task;
    const tested = this.evaluator.tested(this.stepper.theta, { tasks: seenAmongMeasured(newest, evaluation), samples });
    this.events.curvePoint(task, step, tested, samples);
  }

  /** @param at the step, and the last one of its task. @returns whether the mean loss was logged */
  private countLoss(
    loss: number,
    { task, step, last }: { readonly task: number; readonly step: number; readonly last: number },
    { interval }: Course,
  ): boolean {
    checkFinite('loss', loss, step, task);
    this.logged.add(loss);
    if (step % interval !== 0 && step !== last) return false;
    this.logLoss(task, step);
    return true;
  }

  /** A ReLU may turn what is not a number into 0: the loss alone does not tell. */
  private checkParameters(step: number, task: number) {
    checkFinite('sum of the parameters', this.stepper.sumOfParameters(), step, task);
  }

  /** Neither loss nor parameters tell of it where steps carry it for later. */
  private checkCarried(step: number, task: number) {
    if (!this.input.method.carry) return;
    for (const [name, tensor] of Object.entries(this.stepper.carried)) {
      const sum = tf.tidy(() => tf.sum(tensor).dataSync()[0] as number);
      checkFinite(`sum of what steps carry as "${ownName(name)}"`, sum, step, task);
    }
  }

  /** Lets signals in now and then. When a stop was asked for: keeps a checkpoint of `position` if given, and ends. */
  private async breathe(position?: Position) {
    if (performance.now() - this.lastYield < YIELD_EVERY) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.lastYield = performance.now();
    this.input.tenure.giveSign();
    if (!this.input.stopRequested()) return;
    if (position) this.checkpoints.save(position);
    throw new Stopped('stopped on request');
  }

  /** What a method does between steps; a stop in the middle of it keeps what was before, and the method does it anew. */
  private async methodWork<T>(position: Position, work: () => Promise<T>): Promise<T> {
    this.workAt = position;
    const result = await this.checkpoints.around(position, () => this.clock.duringWait('method', work));
    this.workAt = undefined;
    this.tellReplaced();
    return result;
  }

  private tellReplaced() {
    if (this.replaced) this.events.network(this.currentTask, this.network.get());
    this.replaced = false;
  }
}

const groundOf = ({ network }: OwnManifest['spec'], { dataset, outputs, heads }: Stream): Ground | undefined =>
  isOwnNetwork(network)
    ? undefined
    : { network, image: dataset.shape, outputs, heads: heads.map(({ length }) => length) };

/** @throws Error when it is the user's own, and nobody says how it is made */
function networkOf({ manifest, makeNetwork }: TrainerInput, { dataset, outputs }: Stream): Network {
  if (makeNetwork) return makeNetwork(dataset.shape, outputs);
  const { network } = manifest.spec;
  if (isOwnNetwork(network)) throw new Error(`The network ${network.kind} was not loaded.`);
  return networkFor(network, dataset.shape, outputs);
}

function checkFinite(what: string, value: number, step: number, task: number): void {
  if (Number.isFinite(value)) return;
  throw new DivergedError(
    `The ${what} became ${value} in step ${step} of task ${task + 1}: training diverged. Try a smaller learning rate, or a weaker penalty.`,
  );
}

/** Steps up to where something is said or kept, and to a step that is watched; `limit` when there is none before. */
function stepsUntil({ points, watched, way }: Course, done: number, limit: number): number {
  const ends = (step: number) => points.has(step) || way.has(step) || watched.has(step) || watched.has(step + 1);
  for (let count = 1; count < limit; count++) if (ends(done + count)) return count;
  return limit;
}
