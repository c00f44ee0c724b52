import { EVENT_SCHEMA } from '../core/events';
import type { View } from '../core/mechanism';
import type { Backend } from './backend/backend';
import type { Phase } from './contract/method';
import type { Stream } from './contract/stream';
import type { Answered, Tested } from './evaluator';
import type { EventLog } from './log';
import type { Network } from './contract/network';
import { layerUnits } from './networks/layerUnits';
import type { InterferenceFound } from './interference';
import type { Confusion, Forgotten } from './rowAnswers';
import type { Tenure } from './tenure';

export interface RunEventsInput {
  readonly log: EventLog;
  readonly backend: Backend;
  readonly stream: Stream;
  readonly tenure: Tenure;
  readonly host: string;
  /** Model of the processor, where the system tells it. */
  readonly processor?: string | undefined;
  readonly versions: Readonly<Record<string, string>>;
  /** Seconds that went by before the run began, by part. */
  readonly startSeconds?: Readonly<Record<string, number>>;
}

/** What a run says of itself in its log. */
export class RunEvents {
  constructor(private readonly input: RunEventsInput) {}

  /** @param steps planned for each task. @param examples training examples of each task */
  started(run: {
    readonly steps: readonly number[];
    readonly examples: readonly Int32Array[];
    readonly network: Network;
  }): void {
    const { stream, log, versions, startSeconds } = this.input;
    const { normalisation } = stream;
    log.write({
      type: 'started',
      schema: EVENT_SCHEMA,
      ...this.ownProcess(),
      versions: { ...versions },
      data: { ...stream.dataset.checksums },
      tasks: stream.tasks.map((task, i) => ({
        name: task.name,
        classes: [...task.classes],
        train: run.examples[i]?.length ?? 0,
        test: task.test.length,
      })),
      steps: [...run.steps],
      parameters: run.network.parameterCount,
      layers: layerUnits(run.network),
      ...(normalisation && { normalisation: { mean: [...normalisation.mean], std: [...normalisation.std] } }),
      ...(startSeconds && { seconds: { ...startSeconds } }),
    });
  }

  /** @param step of the task, where training goes on. @param steps of that task, as far as it is known */
  resumed(task: number, step: number, steps: number | undefined): void {
    this.input.log.write({
      ...{ type: 'resumed', task, step },
      ...(steps !== undefined && { steps }),
      ...this.ownProcess(),
    });
  }

  warning(message: string): void {
    this.input.log.write({ type: 'warning', message });
  }

  baseline(tested: Tested): void {
    this.input.log.write({ type: 'baseline', ...split(tested) });
  }

  taskStart(task: number, steps: number): void {
    this.input.log.write({ type: 'task-start', task, steps });
  }

  /** A task turns out to have so many steps, after `step` of them. */
  plan(task: number, step: number, steps: number): void {
    this.input.log.write({ type: 'plan', task, step, steps });
  }

  /** Another network was put in the place of the one before. */
  network(task: number, network: Network): void {
    const layers = layerUnits(network);
    this.input.log.write({ type: 'network', task, parameters: network.parameterCount, layers });
  }

  /** The mean loss of the steps since the last one, and the mean accuracy on their examples, where it is known. */
  loss(task: number, step: number, loss: number, accuracy: number | undefined): void {
    this.input.log.write({ type: 'step', task, step, loss, ...(accuracy !== undefined && { accuracy }) });
  }

  /** Measured on the validation set of the task. */
  validation(
    task: number,
    step: number,
    { loss, accuracy }: { readonly loss: number; readonly accuracy: number },
  ): void {
    this.input.log.write({ type: 'validation', task, step, loss, accuracy });
  }

  curvePoint(task: number, step: number, tested: Tested, samples: number): void {
    this.input.log.write({ type: 'eval', task, step, ...split(named(tested)), samples });
  }

  /** @param step the one that was looked at */
  interference(task: number, step: number, found: InterferenceFound): void {
    this.input.log.write({ type: 'interference', task, step, ...found });
  }

  /** @param step of the task, after which it is done; undefined where it is of no step */
  work(task: number, step: number | undefined, name: string, done: number, note?: string): void {
    const place = step === undefined ? {} : { step };
    this.input.log.write({ type: 'phase', task, ...place, name, done, ...(note === undefined ? {} : { note }) });
  }

  /** A stretch of training steps begins that has a name of its own. */
  stretch(task: number, step: number, { name, steps }: Phase): void {
    this.input.log.write({ type: 'phase', task, step, steps, name, done: 0 });
  }

  mechanism(task: number, method: string, views: readonly View[]): void {
    if (views.length > 0) this.input.log.write({ type: 'mechanism', task, method, views: [...views] });
  }

  confusion(task: number, { tasks }: Tested, found: Confusion): void {
    this.input.log.write({ type: 'confusion', task, ...(tasks && { tasks: [...tasks] }), ...found });
  }

  forgotten(task: number, found: Forgotten): void {
    this.input.log.write({ type: 'forgotten', task, ...found });
  }

  taskEnd(
    task: number,
    tested: Tested & Partial<Pick<Answered, 'losses'>>,
    {
      memoryBytes,
      flops,
      seconds,
      validation,
    }: {
      readonly memoryBytes: number;
      /** Of the training steps of the task. */
      readonly flops: number;
      readonly seconds: Readonly<Record<string, number>>;
      /** On the validation sets, where there are some. */
      readonly validation?: Tested | undefined;
    },
  ): void {
    this.input.log.write({
      type: 'task-end',
      task,
      ...split(tested),
      ...lossOf(tested),
      ...(tested.rocAuc && { rocAuc: [...tested.rocAuc] }),
      ...(validation && { validation: split(named(validation)) }),
      memoryBytes,
      flops,
      seconds: { ...seconds },
    });
  }

  /** Outlasts a power cut when it returns. @param step of the task */
  checkpoint(task: number, step: number, file: string, sha256: string): void {
    this.input.log.write({ type: 'checkpoint', task, step, file, sha256 });
    this.input.log.sync();
  }

  /** What the log says of this process. */
  private ownProcess() {
    const { backend, host, processor, tenure } = this.input;
    return {
      pid: process.pid,
      host,
      ...(tenure.token !== undefined && { token: tenure.token }),
      backend: {
        ...{ name: backend.name, version: backend.version, why: backend.why, threads: backend.threads },
        ...(processor !== undefined && { processor }),
      },
    };
  }
}

const lossOf = ({ losses }: Partial<Pick<Answered, 'losses'>>) => (losses ? { loss: [...losses] } : {});

/** That the first tasks are measured, as many as there are values, need not be said. */
const named = ({ tasks, ...tested }: Tested): Tested =>
  tasks?.every((one, i) => one === i) === false ? { ...tested, tasks } : tested;

const split = ({ accuracies, tasks, samples }: Tested) => ({
  accuracy: accuracies.map(({ accuracy }) => accuracy),
  taskAware: accuracies.map(({ taskAware }) => taskAware),
  ...(tasks && { tasks: [...tasks] }),
  ...(samples !== undefined && { samples }),
});
