import * as tf from '@tensorflow/tfjs-core';
import type { RowFunction } from './contract/learner';
import type { Method } from './contract/method';
import type { Asked, Network } from './contract/network';
import type { Outputs } from './contract/step';
import { flatten, parametersOf } from './networks/network';
import { tensorsFor, type Constants } from './steps/constants';
import type { RowFunctions } from './steps/rowFunctions';
import { columnShape } from './steps/trainingData';

/** What is made of the network's outputs for some rows, and of further tensors. The same object when it is used again. */
export type OfOutputs = (outputs: Outputs, ...more: tf.Tensor[]) => tf.Tensor[];

/** Parameters, and network and running statistics where a method gives others than those in training. */
export interface TestedWith {
  readonly network?: Network | undefined;
  readonly theta: tf.Tensor1D;
  readonly buffers?: tf.Tensor1D | undefined;
}

/** Some examples as a task sees them, through the network with some parameters. */
export interface TestRows extends TestedWith {
  readonly part: 'train' | 'test';
  readonly task: number;
  readonly indices: Int32Array;
  /** Examples for which it is compiled. */
  readonly rows: number;
}

export interface NetworkAtTestInput {
  readonly network: () => Network;
  readonly method: Method;
  readonly rowFunctions: RowFunctions;
  readonly constants: () => Constants;
  /** Running statistics in training, where the network has some. */
  readonly buffers: () => tf.Tensor1D | undefined;
}

/** The network as it is at test: with running statistics, and with what its method asks it with. */
export class NetworkAtTest {
  private readonly functions = new WeakMap<Network, WeakMap<OfOutputs, Map<string, RowFunction>>>();

  constructor(private readonly input: NetworkAtTestInput) {}

  /** The results belong to the caller (or its tidy). */
  apply(
    of: OfOutputs,
    { part, task, indices, rows, ...tested }: TestRows,
    more: readonly tf.Tensor[] = [],
  ): tf.Tensor[] {
    const { theta, network = this.input.network() } = tested;
    const given = this.given(network, task, indices.length, tested.buffers);
    const fn = this.functionFor(network, of, Object.keys(given));
    return this.input.rowFunctions.apply(fn, rows, theta, part, { task, indices }, [...Object.values(given), ...more]);
  }

  /** The gradient of a number made of the logits with respect to θ, [parameters], an operation at a time. */
  gradient(
    of: (logits: tf.Tensor2D) => tf.Scalar,
    { network = this.input.network(), theta, buffers, part, task, indices }: Omit<TestRows, 'rows'>,
  ): tf.Tensor1D {
    const given = this.given(network, task, indices.length, buffers);
    const asked = askedWith(Object.keys(given), Object.values(given));
    const x = this.input.rowFunctions.inputs(part, { task, indices });
    const valueOf = (...parameters: tf.Tensor[]) => of(network.forward(parameters, x, asked).logits);
    return flatten(tf.grads(valueOf)([...parametersOf(network, theta)]));
  }

  /** What goes into the network beside parameters and inputs, by the part of `Asked` and its name there. */
  private given(
    network: Network,
    task: number,
    rows: number,
    tested: tf.Tensor1D | undefined,
  ): Readonly<Record<string, tf.Tensor>> {
    const { method, buffers, constants } = this.input;
    const running = network.statistics && (tested ?? buffers());
    // Only a method's own network asks for what is the method's.
    const own = method.network ? tensorsFor(constants()) : {};
    const columns = Object.entries(method.columnsAt?.(task) ?? {}).map(([name, values]): [string, tf.Tensor] => {
      const all = Float32Array.from({ length: rows * values.length }, (_, i) => values[i % values.length] as number);
      return [`columns ${name}`, tf.tensor(all, columnShape(rows, all.length))];
    });
    return Object.fromEntries([
      ...(running ? [['buffers ', running] as const] : []),
      ...Object.entries(own).map(([name, tensor]) => [`constants ${name}`, tensor] as const),
      ...columns,
    ]);
  }

  private functionFor(network: Network, of: OfOutputs, names: readonly string[]): RowFunction {
    const ofNetwork = this.functions.get(network) ?? new WeakMap<OfOutputs, Map<string, RowFunction>>();
    this.functions.set(network, ofNetwork);
    const known = ofNetwork.get(of) ?? new Map<string, RowFunction>();
    ofNetwork.set(of, known);
    const key = JSON.stringify(names);
    const found: RowFunction =
      known.get(key) ??
      ((theta, x, ...more) => {
        const asked = askedWith(names, more);
        const outputs = network.forward(parametersOf(network, theta), x, asked);
        return of(outputs, ...more.slice(names.length));
      });
    known.set(key, found);
    return found;
  }
}

function askedWith(names: readonly string[], tensors: readonly tf.Tensor[]): Asked {
  const part = (prefix: string) =>
    Object.fromEntries(
      names.flatMap((name, i) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), tensors[i] as tf.Tensor] as const] : [],
      ),
    );
  const [buffers] = Object.values(part('buffers ')) as tf.Tensor1D[];
  return { training: false, buffers, constants: part('constants '), columns: part('columns ') };
}
