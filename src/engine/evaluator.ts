import * as tf from '@tensorflow/tfjs-core';
import type { Method } from './contract/method';
import type { Clock } from './clock';
import type { Network } from './contract/network';
import type { Stream } from './contract/stream';
import { accuracyOf, answersOf, answersTo, CHUNK, type TaskAccuracy, type TaskAnswers } from './evaluation';
import type { MeanPlainLoss } from './meanPlainLoss';
import { HeadScores } from './measures/rocAuc';
import type { NetworkAtTest, OfOutputs, TestedWith } from './networkAtTest';
import { valuesOf } from './valuesOf';

export interface EvaluatorInput {
  readonly stream: Stream;
  readonly network: () => Network;
  readonly method: Method;
  readonly networkAtTest: NetworkAtTest;
  readonly plainLoss: MeanPlainLoss;
  /** Running statistics in training, where the network has some. */
  readonly buffers: () => tf.Tensor1D | undefined;
  readonly clock: Clock;
}

/** What is tested. */
export interface TestedOn {
  /** Ascending; all when left out. */
  readonly tasks?: readonly number[] | undefined;
  /** Test examples per task; all when left out. */
  readonly samples?: number | undefined;
  /** In place of the test sets, training examples by task: its validation set. */
  readonly validation?: readonly Int32Array[] | undefined;
  /** Areas under ROC curves, too. */
  readonly rocAuc?: boolean | undefined;
}

/** What came of it. */
export interface Tested {
  readonly accuracies: readonly TaskAccuracy[];
  /** Which tasks these are of; all when left out. */
  readonly tasks?: readonly number[];
  readonly samples?: number;
  /** Of each task the mean area under the ROC curves of its outputs, where it was asked for: null where that is undefined. */
  readonly rocAuc?: readonly (number | null)[];
}

/** The same with each answer, and of each task the mean loss of its test examples: null where that is no number. */
export interface Answered extends Tested {
  readonly answers: readonly TaskAnswers[];
  readonly losses: readonly (number | null)[];
}

/** What is made of the network's outputs at test, and the tensors that it takes. */
interface Answering {
  readonly of: OfOutputs;
  readonly more: readonly tf.Tensor[];
}

/** Tests the network on the tasks of a stream. */
export class Evaluator {
  /** The method works before tests. */
  private preparing = false;
  /** What is made of the outputs where the method classifies in a way of its own, by the names of its templates. */
  private readonly scoresOf = new Map<string, OfOutputs>();

  constructor(private readonly input: EvaluatorInput) {}

  get isPreparing(): boolean {
    return this.preparing;
  }

  /** What a method would show of the parameters starts with training: all methods have the same baseline. */
  untrained(theta: tf.Tensor1D, on: TestedOn): Tested {
    const answering = this.outputsAsTheyAre();
    return this.test(
      on,
      () => ({ theta }),
      () => answering,
    );
  }

  /** Some tasks, each with the parameters that the method tests it with. */
  tested(theta: tf.Tensor1D, on: TestedOn): Tested {
    return this.asTested(theta, (testedWith) => this.test(on, testedWith, this.answeringWith()));
  }

  /** As `tested`, and says more of it: what each example is taken for, and the loss. */
  answered(theta: tf.Tensor1D, on: TestedOn): Answered {
    return this.asTested(theta, (testedWith) => {
      const losses: (number | null)[] = [];
      const answeringWith = this.answeringWith();
      const { answers, ...tested } = this.ask(on, (task) => {
        const own = testedWith(task);
        const answering = this.input.method.scores && answeringWith(own);
        const sums: number[] = [];
        return {
          // Losses are those of the network's outputs, whatever the method classifies by.
          outputs: (indices) => {
            const found = this.outputsAndLoss(own, task, indices, on, (sum) => sums.push(sum));
            return answering ? this.outputs(own, answering, task, indices, on) : found;
          },
          done: (count) => losses.push(meanOrNull(sums, count)),
        };
      });
      return { ...tested, answers, losses };
    });
  }

  /** Measures something with what the method tests each task with. */
  asTested<T>(theta: tf.Tensor1D, measure: (testedWith: (task: number) => TestedWith) => T): T {
    const { method, buffers } = this.input;
    const prepared = this.prepared(theta);
    const found = measure((task) => {
      const running = buffers();
      return {
        network: method.networkFor?.(task),
        theta: method.parametersFor?.(task, prepared) ?? prepared,
        buffers: running && (method.statisticsFor?.(task, running) ?? running),
      };
    });
    if (prepared !== theta) prepared.dispose();
    return found;
  }

  /** The parameters to test with: those given, or others that are the caller's. */
  private prepared(theta: tf.Tensor1D): tf.Tensor1D {
    const { method, clock } = this.input;
    if (!method.beforeEvaluation) return theta;
    return clock.during('method', () =>
      tf.tidy(() => this.whilePreparing(() => method.beforeEvaluation?.(theta) ?? theta)),
    );
  }

  private whilePreparing<T>(work: () => T): T {
    this.preparing = true;
    try {
      return work();
    } finally {
      this.preparing = false;
    }
  }

  private outputsAsTheyAre(): Answering {
    return { of: answersOf[this.input.network().output], more: [] };
  }

  /** What the method makes of the outputs with some parameters, made once for the same ones: it belongs to the present tidy. */
  private answeringWith(): (own: TestedWith) => Answering {
    let last: { own: TestedWith; answering: Answering } | undefined;
    return (own) => {
      if (last?.own.theta !== own.theta || last.own.buffers !== own.buffers)
        last = { own, answering: this.answeringOf(own) };
      return last.answering;
    };
  }

  private answeringOf({ theta, buffers }: TestedWith): Answering {
    const { method } = this.input;
    if (!method.scores) return this.outputsAsTheyAre();
    const templates = this.whilePreparing(() => method.templates?.(theta, buffers) ?? {});
    const names = Object.keys(templates);
    const key = JSON.stringify(names);
    const of: OfOutputs =
      this.scoresOf.get(key) ??
      ((outputs, ...more) => {
        const given = Object.fromEntries(names.map((name, i) => [name, more[i] as tf.Tensor]));
        return [method.scores?.(outputs, given) ?? outputs.logits];
      });
    this.scoresOf.set(key, of);
    return { of, more: Object.values(templates) };
  }

  private test(
    on: TestedOn,
    testedWith: (task: number) => TestedWith,
    answeringWith: (own: TestedWith) => Answering,
  ): Tested {
    const { answers: _answers, ...tested } = this.ask(on, (task) => {
      const own = testedWith(task);
      const answering = answeringWith(own);
      return { outputs: (indices) => this.outputs(own, answering, task, indices, on) };
    });
    return tested;
  }

  private ask(
    { tasks, samples, validation, rocAuc }: TestedOn,
    asking: (task: number) => Asking,
  ): Tested & Pick<Answered, 'answers'> {
    const { method, stream, clock } = this.input;
    const taskAwareOnly = method.taskAwareOnly === true && stream.scenario !== 'task';
    const asked = samples === undefined ? {} : { samples };
    const tested = tasks ?? stream.tasks.map((_, task) => task);
    const answers: TaskAnswers[] = [];
    const areas: (number | null)[] = [];
    const askAll = () => {
      for (const task of tested) {
        const { outputs, done } = asking(task);
        const scores = rocAuc ? this.headScores(task) : undefined;
        const scored = scores ? (indices: Int32Array) => scores.add(outputs(indices)) : outputs;
        const found = answersTo({ stream, task, outputs: scored, ...asked, examples: validation?.[task] });
        done?.(found.indices.length);
        answers.push(found);
        if (scores) areas.push(orNull(scores.meanRocAuc(found.targets)));
      }
    };
    clock.during('evaluate', () => tf.tidy(askAll));
    const accuracies = answers.map((one) => accuracyOf(one, stream, taskAwareOnly));
    return { accuracies, answers, ...asked, ...(tasks && { tasks }), ...(rocAuc && { rocAuc: areas }) };
  }

  /** What a method classifies by is a score as it is. */
  private headScores(task: number): HeadScores {
    const { method, network, stream } = this.input;
    const isSoftmax = !method.scores && network().output === 'softmax';
    return new HeadScores(stream.heads[task] ?? [], stream.outputs, isSoftmax ? 'softmax' : 'as it is');
  }

  private outputs(
    own: TestedWith,
    { of, more }: Answering,
    task: number,
    indices: Int32Array,
    on: TestedOn,
  ): Float32Array {
    const { networkAtTest } = this.input;
    return valuesOf(() => {
      const part = on.validation ? 'train' : 'test';
      const [found] = networkAtTest.apply(of, { ...own, part, task, indices, rows: rowsOf(on) }, more);
      return found as tf.Tensor;
    });
  }

  private outputsAndLoss(
    own: TestedWith,
    task: number,
    indices: Int32Array,
    on: TestedOn,
    add: (sum: number) => void,
  ): Float32Array {
    const { network, plainLoss } = this.input;
    let found = new Float32Array();
    tf.tidy(() => {
      const { sum, logits } = plainLoss.of(own, { task, indices, part: 'test' }, rowsOf(on));
      add(sum);
      found = Float32Array.from(logits());
    });
    return network().output === 'relu' ? found.map((value) => Math.max(0, value)) : found;
  }
}

/** How a task is asked about, and what is to be done when it was. */
interface Asking {
  readonly outputs: (indices: Int32Array) => Float32Array;
  readonly done?: (examples: number) => void;
}

/** For which a graph is compiled. */
const rowsOf = ({ samples }: TestedOn): number => Math.min(CHUNK, samples ?? CHUNK);

const meanOrNull = (sums: readonly number[], count: number): number | null =>
  orNull(sums.reduce((total, sum) => total + sum, 0) / count);

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
