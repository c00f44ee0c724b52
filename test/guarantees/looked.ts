/** Looks into a method while the real trainer trains it, through the contract alone. */
import * as tf from '@tensorflow/tfjs-core';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import { examplesOf } from '../../src/engine/data/examplesOf';
import { inputTensor } from '../../src/engine/data/inputTensor';
import { logitsOf, parametersOf } from '../../src/engine/networks/network';

export interface Looked {
  readonly learner: Learner;
  readonly method: Method;
}

/** The same method. @param look is called after every task, before the method shows its views */
export function lookedInto(method: Method, look: (at: Looked, task: number) => void): Method {
  let learner: Learner | undefined;
  return {
    ...method,
    begin(own) {
      learner = own;
      method.begin?.(own);
    },
    inspect(task) {
      if (!learner) throw new Error('not begun');
      look({ learner, method }, task);
      return method.inspect?.(task) ?? [];
    },
  };
}

/** Logits of the test images of a task, as it is tested, [images · outputs]. @param theta those in training, where left out */
export function testedLogits({ learner, method }: Looked, task: number, theta = learner.theta): Float32Array {
  const { stream, network } = learner;
  const images = examplesOf(task, stream.tasks[task]?.test ?? new Int32Array());
  return tf.tidy(() => {
    const then = method.networkFor?.(task) ?? network;
    const parameters = parametersOf(then, method.parametersFor?.(task, theta) ?? theta);
    return Float32Array.from(logitsOf(then, parameters, inputTensor(stream.dataset.test, images, 64)).dataSync());
  });
}

/** Bits of those of the task's own head, [images · outputs of the head]. */
export function headBits(at: Looked, task: number, theta = at.learner.theta): Uint32Array {
  const { heads, outputs } = at.learner.stream;
  const head = new Set(heads[task]);
  return new Uint32Array(testedLogits(at, task, theta).filter((_, i) => head.has(i % outputs)).buffer);
}
