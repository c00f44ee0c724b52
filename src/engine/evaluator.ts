import * as tf from '@tensorflow/tfjs-core';
import type { Method } from './contract/method';
import type { Clock } from './clock';
import type { Network } from './contract/network';
import type { Stream } from './contract/stream';
import { answersOf, CHUNK, evaluateTask, type TaskAccuracy } from './evaluation';
import type { NetworkAtTest, TestedWith } from './networkAtTest';
import { valuesOf } from './valuesOf';

export interface EvaluatorInput {
  readonly stream: Stream;
  readonly network: () => Network;
  readonly method: Method;
  readonly networkAtTest: NetworkAtTest;
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
}

/** What came of it. */
export interface Tested {
  readonly accuracies: readonly TaskAccuracy[];
  /** Which tasks these are of; all when left out. */
  readonly tasks?: readonly number[];
  readonly samples?: number;
}

/** Tests the network on the tasks of a stream. */
export class Evaluator {
  /** The method works before tests. */
  private preparing = false;

  constructor(private readonly input: EvaluatorInput) {}

  get isPreparing(): boolean {
    return this.preparing;
  }

  /** What a method would show of the parameters starts with training: all methods have the same baseline. */
  untrained(theta: tf.Tensor1D, on: TestedOn): Tested {
    return this.test(on, () => ({ theta }));
  }

  /** Some tasks, each with the parameters that the method tests it with. */
  tested(theta: tf.Tensor1D, on: TestedOn): Tested {
    return this.asTested(theta, (testedWith) => this.test(on, testedWith));
  }

  /** Measures something with what the method tests each task with. */
  asTested<T>(theta: tf.Tensor1D, measure: (testedWith: (task: number) => TestedWith) => T): T {
    const { method, buffers } = this.input;
    const prepared = this.prepared(theta);
    const found = measure((task) => {
      const running = buffers();
      return {
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
    this.preparing = true;
    try {
      return clock.during('method', () => tf.tidy(() => method.beforeEvaluation?.(theta) ?? theta));
    } finally {
      this.preparing = false;
    }
  }

  private test({ tasks, samples }: TestedOn, testedWith: (task: number) => TestedWith): Tested {
    const { method, stream, network, networkAtTest, clock } = this.input;
    const taskAwareOnly = method.taskAwareOnly === true && stream.scenario !== 'task';
    const answers = answersOf[network().output];
    const rows = Math.min(CHUNK, samples ?? CHUNK);
    const asked = samples === undefined ? {} : { samples };
    const accuracies: TaskAccuracy[] = [];
    const tested = tasks ?? stream.tasks.map((_, task) => task);
    const testAll = () => {
      for (const task of tested) {
        const own = testedWith(task);
        const outputs = (indices: Int32Array) =>
          valuesOf(() => {
            const [found] = networkAtTest.apply(answers, { ...own, part: 'test', task, indices, rows });
            return found as tf.Tensor;
          });
        accuracies.push(evaluateTask({ stream, task, outputs, taskAwareOnly, ...asked }));
      }
    };
    clock.during('evaluate', () => tf.tidy(testAll));
    return { accuracies, ...asked, ...(tasks && { tasks }) };
  }
}
