import * as tf from '@tensorflow/tfjs-core';
import type { NativeAttribute, NativeBackend } from '../graph/binding';
import { dataTypes } from '../graph/model';
import { input, residueKernel, type KernelArguments } from './kernels';

/** TensorFlow's number of its double precision. */
const DOUBLE = 2;
/** Rows of which the products are made at a time, where there are more of them than values in each. */
const ROWS_AT_ONCE = 2048;

export const registerNativeResidue = (): void =>
  tf.registerKernel({ kernelName: residueKernel, backendName: 'tensorflow', kernelFunc: (a) => residue(a) });

/** By the eigenvectors of X Xᵀ or Xᵀ X, whichever is smaller, X being what lies outside of the basis. */
function residue({ inputs, backend }: KernelArguments): tf.TensorInfo[] {
  const native = backend as NativeBackend;
  const [rows, basis] = ['rows', 'basis'].map((name) => input(inputs, name)) as [tf.TensorInfo, tf.TensorInfo];
  const [count, width] = rows.shape as [number, number];
  const work = new Doubles(native);
  try {
    const [all, directions] = native.getInputTensorIds([rows, basis]) as [number, number];
    const within = basis.shape[0] === 0 ? undefined : work.fromFloats(directions);
    const outside = (some: number) => (within === undefined ? some : work.without(some, within));
    if (count < width) {
      const left = outside(work.fromFloats(all));
      const { values, vectors } = work.eigen(work.product(left, left, { second: true }));
      return work.given(values, work.product(vectors, left, { first: true }));
    }
    let sum: number | undefined;
    for (let start = 0; start < count; start += ROWS_AT_ONCE) {
      const part = work.rows(all, start, Math.min(ROWS_AT_ONCE, count - start), width);
      const left = outside(work.fromFloats(part));
      const products = work.product(left, left, { first: true });
      sum = sum === undefined ? products : work.sum(sum, products);
    }
    const { values, vectors } = work.eigen(sum as number);
    return work.given(values, work.transposed(vectors));
  } finally {
    work.dispose();
  }
}

/** Calls of TensorFlow with tensors of doubles, which TensorFlow.js does not know: by their ids. */
class Doubles {
  private readonly made = new Set<number>();

  constructor(private readonly native: NativeBackend) {}

  fromFloats(floats: number): number {
    return this.run('Cast', [floats], [this.type('SrcT', dataTypes.float32), this.type('DstT')]);
  }

  rows(floats: number, start: number, count: number, width: number): number {
    const types = [this.type('T', dataTypes.float32), this.type('Index', dataTypes.int32)];
    return this.run('Slice', [floats, this.integers([start, 0]), this.integers([count, width])], types);
  }

  /** x − x Mᵀ M. */
  without(x: number, basis: number): number {
    const shares = this.product(x, basis, { second: true });
    return this.run('Sub', [x, this.product(shares, basis)], [this.type('T')]);
  }

  /** @param transposed which of both are taken as their transposes */
  product(a: number, b: number, transposed: { readonly first?: true; readonly second?: true } = {}): number {
    const flag = (name: string, value = false) => ({ name, type: this.native.binding.TF_ATTR_BOOL, value });
    const flags = [flag('transpose_a', transposed.first), flag('transpose_b', transposed.second)];
    return this.run('MatMul', [a, b], [this.type('T'), ...flags]);
  }

  sum(a: number, b: number): number {
    return this.run('AddV2', [a, b], [this.type('T')]);
  }

  transposed(matrix: number): number {
    return this.run(
      'Transpose',
      [matrix, this.integers([1, 0])],
      [this.type('T'), this.type('Tperm', dataTypes.int32)],
    );
  }

  /** Of a symmetric matrix: eigenvalues, rising, and eigenvectors as columns. */
  eigen(matrix: number): { readonly values: number; readonly vectors: number } {
    const { binding } = this.native;
    const vectors = { name: 'compute_v', type: binding.TF_ATTR_BOOL, value: true };
    const found = binding.executeOp('SelfAdjointEigV2', [this.type('T'), vectors], [matrix], 2).map(({ id }) => id);
    for (const id of found) this.made.add(id);
    return { values: found[0] as number, vectors: found[1] as number };
  }

  /** What the kernel gives: the last first, as bits. */
  given(...tensors: readonly number[]): tf.TensorInfo[] {
    return tensors.map((tensor) => {
      const types = [this.type('T'), this.type('Tidx', dataTypes.int32)];
      const falling = this.run('ReverseV2', [tensor, this.integers([0])], types);
      const bits = [this.type('T'), this.type('type', dataTypes.int32)];
      const [found] = this.native.binding.executeOp('Bitcast', bits, [falling], 1);
      if (!found) throw new Error('TensorFlow gave nothing');
      return this.native.createOutputTensor(found);
    });
  }

  dispose(): void {
    for (const id of this.made) this.native.binding.deleteTensor(id);
    this.made.clear();
  }

  private run(op: string, inputs: number[], attributes: NativeAttribute[]): number {
    const [found] = this.native.binding.executeOp(op, attributes, inputs, 1);
    if (!found) throw new Error('TensorFlow gave nothing');
    this.made.add(found.id);
    return found.id;
  }

  private type(name: string, value: number = DOUBLE): NativeAttribute {
    return { name, type: this.native.binding.TF_ATTR_TYPE, value };
  }

  private integers(values: number[]): number {
    const id = this.native.binding.createTensor([values.length], dataTypes.int32, Int32Array.from(values));
    this.made.add(id);
    return id;
  }
}
