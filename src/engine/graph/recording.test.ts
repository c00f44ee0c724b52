import { describe, expect, it } from 'vitest';
import { RecordingBuilder } from './builder';
import { Emitter } from './emitter';
import { attribute, bytesOf, dataTypes } from './model';
import { shortcut, type Operation } from './peepholes';
import { fingerprint, pruned, type Ref } from './recording';
import { StagedRecording } from './stagedRecording';

const { float32, int32, bool } = dataTypes;
const matrix = { shape: [2, 3], dtype: float32 };
const argument = (i: number): Ref => ({ argument: i });

const constant = (recording: RecordingBuilder, values: Int32Array | Float32Array, shape: number[]) =>
  recording.constant(shape, values instanceof Int32Array ? int32 : float32, bytesOf(values));
const take = (recording: RecordingBuilder, op: string, inputs: Ref[], shape: number[], more: Partial<Operation> = {}) =>
  shortcut(recording, { op, inputs, attributes: {}, output: { shape, dtype: float32 }, ...more });

describe('recordings', () => {
  it('keep only what their results need, and count anew', () => {
    const recording = new RecordingBuilder([matrix]);
    recording.value('Neg', [argument(0)], {}, matrix);
    const kept = recording.value('Exp', [argument(0)], {}, matrix);
    const result = recording.value('Abs', [kept], {}, matrix);
    const { nodes, results } = pruned(recording.finish([result]));
    expect(nodes.map(({ op, inputs }) => [op, inputs])).toEqual([
      ['Exp', [{ argument: 0 }]],
      ['Abs', [{ node: 0, output: 0 }]],
    ]);
    expect(results).toEqual([{ node: 1, output: 0 }]);
  });

  it('are told apart by wiring, attributes and the contents of constants', () => {
    const make = (value: number, axis: number) => {
      const recording = new RecordingBuilder([matrix]);
      const number = constant(recording, Float32Array.of(value), []);
      const sum = recording.value('Sum', [argument(0), number], { axis: attribute.int(axis) }, matrix);
      return fingerprint(recording.finish([sum]));
    };
    expect(make(1, 0)).toBe(make(1, 0));
    expect(new Set([make(1, 0), make(2, 0), make(1, 1)]).size).toBe(3);
  });

  it('have the same operation on the same values once', () => {
    const recording = new RecordingBuilder([matrix]);
    const first = recording.value('Exp', [argument(0)], {}, matrix);
    expect(recording.value('Exp', [argument(0)], {}, matrix)).toEqual(first);
    expect(recording.value('Exp', [first], {}, matrix)).not.toEqual(first);
    expect(recording.value('Exp', [argument(0)], { T: attribute.type(int32) }, matrix)).not.toEqual(first);
  });

  it('keep small constants once', () => {
    const recording = new RecordingBuilder([]);
    const first = constant(recording, Float32Array.of(1), []);
    expect(constant(recording, Float32Array.of(1), [])).toEqual(first);
    expect(constant(recording, Float32Array.of(1), [1])).not.toEqual(first);
  });
});

describe('shortcuts', () => {
  it('make several reshapes one, or none', () => {
    const recording = new RecordingBuilder([matrix]);
    const flat = take(recording, 'Reshape', [argument(0)], [6]) as Ref;
    const back = take(recording, 'Reshape', [flat], [3, 2]) as Ref;
    expect(recording.nodeOf(back)?.inputs[0]).toEqual(argument(0));
    expect(take(recording, 'Reshape', [back], [2, 3])).toEqual(argument(0));
  });

  it('leave out a factor of 1 that does not change the shape, and no other', () => {
    const times = (factor: number, shape = matrix.shape) => {
      const recording = new RecordingBuilder([matrix]);
      return take(recording, 'Mul', [argument(0), constant(recording, Float32Array.of(factor), [])], shape);
    };
    expect(times(1)).toEqual(argument(0));
    expect(times(2)).toBeUndefined();
    expect(times(1, [4, 2, 3])).toBeUndefined();
  });

  it('leave the transposing to the product', () => {
    const recording = new RecordingBuilder([matrix, matrix]);
    const order = constant(recording, Int32Array.of(1, 0), [2]);
    const transposed = recording.value('Transpose', [argument(0), order], {}, { shape: [3, 2], dtype: float32 });
    const flags = { adj_x: attribute.bool(false), adj_y: attribute.bool(false) };
    const product = take(recording, 'BatchMatMulV2', [transposed, argument(1)], [3, 3], { attributes: flags }) as Ref;
    const node = recording.nodeOf(product);
    expect(node?.op).toBe('MatMul');
    expect(node?.inputs).toEqual([argument(0), argument(1)]);
    expect(node?.attributes).toMatchObject({ transpose_a: attribute.bool(true), transpose_b: attribute.bool(false) });
  });

  it('leave alone a product of several matrices, and a transposition of other axes', () => {
    const many = { shape: [4, 2, 3], dtype: float32 };
    expect(
      take(new RecordingBuilder([many, many]), 'BatchMatMulV2', [argument(0), argument(1)], [4, 2, 2]),
    ).toBeUndefined();
    const recording = new RecordingBuilder([matrix, matrix]);
    const same = constant(recording, Int32Array.of(0, 1), [2]);
    const kept = recording.value('Transpose', [argument(0), same], {}, matrix);
    const product = take(recording, 'BatchMatMulV2', [kept, argument(1)], [2, 2]) as Ref;
    expect(recording.nodeOf(product)?.inputs[0]).toEqual(kept);
  });

  it('see a bias in a vector added to every row, of the plain matrix', () => {
    const added = (shape: number[], bias: number[], output = shape) => {
      const recording = new RecordingBuilder([
        { shape, dtype: float32 },
        { shape: bias, dtype: float32 },
      ]);
      const sum = take(recording, 'Add', [argument(0), argument(1)], output);
      return sum && recording.nodeOf(sum);
    };
    expect(added([2, 3], [3])).toMatchObject({ op: 'BiasAdd', inputs: [argument(0), argument(1)] });
    expect(added([5, 2, 2, 3], [3])).toMatchObject({ op: 'BiasAdd', outputs: [{ shape: [5, 2, 2, 3] }] });
    // A stack of one: its matrix, and back.
    expect(added([1, 2, 3], [3])).toMatchObject({ op: 'Reshape', outputs: [{ shape: [1, 2, 3] }] });
    expect(added([2, 3], [1])).toBeUndefined();
    expect(added([2, 3], [2, 3])).toBeUndefined();
    expect(added([1, 3], [3], [2, 3])).toBeUndefined();
  });

  it('see the gradient of a ReLU, but not a comparison with another number or of another shape', () => {
    const slope = (than: number, shape = matrix.shape) => {
      const recording = new RecordingBuilder([matrix, { shape, dtype: float32 }]);
      const limit = constant(recording, Float32Array.of(than), []);
      const above = recording.value('Greater', [argument(1), limit], {}, { shape, dtype: bool });
      const number = recording.value('Cast', [above], {}, { shape, dtype: float32 });
      const product = take(recording, 'Mul', [argument(0), number], [2, 3]);
      return product && recording.nodeOf(product);
    };
    expect(slope(0)).toMatchObject({ op: 'ReluGrad', inputs: [argument(0), argument(1)] });
    expect(slope(1)).toBeUndefined();
    expect(slope(0, [1, 3])).toBeUndefined();
  });
});

describe('bytes', () => {
  const bytes = { shape: [4, 3], dtype: dataTypes.uint8 };
  const cast = (recording: RecordingBuilder, input: Ref, dtype: number, shape: number[]) =>
    shortcut(recording, { op: 'Cast', inputs: [input], attributes: {}, output: { shape, dtype } }) ??
    recording.value('Cast', [input], {}, { shape, dtype });

  it('become numbers at once, and only those that are gathered', () => {
    const recording = new RecordingBuilder([bytes, { shape: [2], dtype: int32 }]);
    const whole = cast(recording, argument(0), int32, [4, 3]);
    const gather = { inputs: [whole, argument(1)], attributes: {}, output: { shape: [2, 3], dtype: int32 } };
    const gathered = shortcut(recording, { op: 'GatherV2', ...gather }) as Ref;
    const numbers = cast(recording, gathered, float32, [2, 3]);
    expect(recording.nodeOf(numbers)?.op).toBe('Cast');
    const source = recording.nodeOf(numbers)?.inputs[0] as Ref;
    expect([recording.nodeOf(source)?.op, recording.specOf(source)]).toEqual([
      'GatherV2',
      { shape: [2, 3], dtype: dataTypes.uint8 },
    ]);
    expect(pruned(recording.finish([numbers])).nodes.length).toBe(2);
  });

  it('are the only ones: other numbers are gathered as they are', () => {
    const recording = new RecordingBuilder([matrix, { shape: [2], dtype: int32 }]);
    expect(take(recording, 'GatherV2', [argument(0), argument(1)], [2, 3])).toBeUndefined();
  });
});

describe('a recording in stages', () => {
  /** exp(a) and, when b is there, exp(a) · b. */
  const inTwo = () => {
    const recording = new RecordingBuilder([matrix, matrix]);
    const first = recording.value('Exp', [argument(0)], { T: attribute.type(float32) }, matrix);
    const second = recording.value('Mul', [first, argument(1)], { T: attribute.type(float32) }, matrix);
    return { whole: recording.finish([second]), first, second };
  };

  it('is written as its arguments come to be there, each operation once', () => {
    const { whole, first, second } = inTwo();
    const emitter = new Emitter();
    const staged = new StagedRecording(whole, [1]);
    staged.emit(emitter, () => 'a');
    expect(emitter.nodes.map(({ op, inputs }) => [op, inputs])).toEqual([['Exp', ['a']]]);
    expect(() => staged.nameOf(second)).toThrow('not there yet');
    expect(staged.leftOver([])).toEqual([first]);
    staged.rename(first, 'kept');
    staged.emit(emitter, () => 'b');
    expect(emitter.nodes.map(({ op, inputs }) => [op, inputs])).toEqual([
      ['Exp', ['a']],
      ['Mul', ['kept', 'b']],
    ]);
  });
});
