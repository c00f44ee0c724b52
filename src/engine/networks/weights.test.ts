import { describe, expect, it } from 'vitest';
import { networkSchema, type ImageShape } from '../../core/recipe';
import type { Network, TensorView } from '../contract/network';
import { decodeForeignTensors, encodeTensors, type StoredTensor } from '../safetensors';
import { networkFor } from './networkFor';
import { weightsFrom } from './weights';

const OUTPUTS = 3;
const made = (spec: object, image: ImageShape = [8, 8, 2], outputs = OUTPUTS) =>
  networkFor(networkSchema.parse(spec), image, outputs);

/** Every place has a value of its own. */
const numbered = (size: number, first = 1) => Float32Array.from({ length: size }, (_, i) => first + i);

/** As PyTorch has a tensor. @param inputAt where an input of a dense layer stands there */
function torchTensor({ shape, offset, size }: TensorView, all: Float32Array, inputAt = (i: number) => i): StoredTensor {
  const values = all.subarray(offset, offset + size);
  if (shape.length === 1) return { shape, values: values.slice() };
  const turned = new Float32Array(size);
  if (shape.length === 2) {
    const [inputs = 0, units = 0] = shape;
    for (let i = 0; i < inputs; i++)
      for (let unit = 0; unit < units; unit++) turned[unit * inputs + inputAt(i)] = values[i * units + unit] as number;
    return { shape: [units, inputs], values: turned };
  }
  const [height = 0, width = 0, channels = 0, filters = 0] = shape;
  let at = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < channels; channel++)
        for (let filter = 0; filter < filters; filter++)
          turned[((filter * channels + channel) * height + y) * width + x] = values[at++] as number;
  return { shape: [filters, channels, height, width], values: turned };
}

const read = (tensors: Record<string, StoredTensor>, network: Network, freshHead = false) =>
  weightsFrom(
    decodeForeignTensors(encodeTensors({ tensors, metadata: {} })),
    network,
    new Float32Array(network.parameterCount),
    freshHead,
  );

/** Names that a PyTorch network of the same make has, written out. */
const resnetNames = (shortcut: string, head: string) => {
  const norm = (name: string, what: readonly string[]) => what.map((part) => `${name}.${part}`);
  const unit = (conv: string, bn: string, what: readonly string[]) => [
    ...(what[0] === 'weight' ? [`${conv}.weight`] : []),
    ...norm(bn, what),
  ];
  const all = (what: readonly string[]) => [
    ...unit('conv1', 'bn1', what),
    ...[1, 2, 3, 4].flatMap((stage) =>
      [0, 1].flatMap((block) => {
        const place = `layer${stage}.${block}`;
        const past = stage > 1 && block === 0;
        return [
          ...unit(`${place}.conv1`, `${place}.bn1`, what),
          ...unit(`${place}.conv2`, `${place}.bn2`, what),
          ...(past ? unit(`${place}.${shortcut}.0`, `${place}.${shortcut}.1`, what) : []),
        ];
      }),
    ),
  ];
  return {
    parameters: [...all(['weight', 'bias']), `${head}.weight`, `${head}.bias`],
    statistics: all(['running_mean', 'running_var']),
  };
};

describe('weights of a file', () => {
  it.each([
    ['shortcut', 'linear'],
    ['downsample', 'fc'],
    ['shortcut', 'classifier'],
  ])('of a ResNet as PyTorch names them (%s, %s)', (shortcut, head) => {
    const network = made({ kind: 'resnet18', filters: 2 });
    const theta = numbered(network.parameterCount);
    const buffers = numbered(network.statistics?.initial.length ?? 0, 0.5);
    const names = resnetNames(shortcut, head);
    expect(names.parameters.length).toBe(network.views.length);
    const tensors = Object.fromEntries([
      ...network.views.map((view, i) => [names.parameters[i] as string, torchTensor(view, theta)] as const),
      ...(network.statistics?.views ?? []).map(
        (view, i) => [names.statistics[i] as string, torchTensor(view, buffers)] as const,
      ),
    ]);
    expect(read(tensors, network)).toEqual({ theta, buffers });
  });

  it('of layers in a row, in the natural order of their names; the first dense layer after images has channels first', () => {
    const network = made({ kind: 'cnn', conv: [3], hidden: [4] });
    const theta = numbered(network.parameterCount);
    const names = ['0.weight', '0.bias', '2.weight', '2.bias', '10.weight', '10.bias'];
    const channelsFirst = (input: number) => (input % 3) * 16 + Math.floor(input / 3);
    const tensors = Object.fromEntries(
      network.views.map((view, i) => [
        names[i] as string,
        torchTensor(view, theta, i === 2 ? channelsFirst : undefined),
      ]),
    );
    expect(read(tensors, network).theta).toEqual(theta);
  });

  it("under Lethe's own names, as runs leave them", () => {
    const network = made({ hidden: [5] });
    const theta = numbered(network.parameterCount);
    const tensors = Object.fromEntries(
      network.views.map(({ name, shape, offset, size }) => [
        name,
        { shape, values: theta.slice(offset, offset + size) },
      ]),
    );
    expect(read(tensors, network).theta).toEqual(theta);
  });

  describe('that do not fit', () => {
    const network = made({ kind: 'resnet18', filters: 2, norm: 'none' });
    const names = network.views.map(({ name }) =>
      name
        .replace(/stage(\d)\.(\d)/, (_, stage, block) => `layer${stage}.${Number(block) - 1}`)
        .replace('weights', 'weight')
        .replace('shortcut', 'shortcut.0')
        .replace('head', 'linear'),
    );
    const whole = () =>
      Object.fromEntries(
        network.views.map((view, i) => [names[i] as string, torchTensor(view, numbered(network.parameterCount))]),
      );

    it('are refused with the tensor and what was expected', () => {
      const refused = (change: (tensors: Record<string, StoredTensor>) => void) => {
        const tensors = whole();
        change(tensors);
        return () => read(tensors, network);
      };
      const other = (shape: number[]) => ({ shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
      expect(refused((t) => (t['layer1.0.conv1.weight'] = other([2, 2, 5, 5])))).toThrow(
        '"layer1.0.conv1.weight" is [2, 2, 5, 5], and the network needs [2, 2, 3, 3] (stage1.1.conv1.weights)',
      );
      expect(refused((t) => delete t['conv1.weight'])).toThrow(
        'there is no tensor for conv1.weights [3, 3, 2, 2]: expected "conv1.weights" or "conv1.weight"',
      );
      expect(refused((t) => (t['linear.weight'] = other([7, 16])))).toThrow('with "freshHead": true');
      expect(refused((t) => (t['conv1.bias'] = { shape: [2], values: Float32Array.of(1, NaN) }))).toThrow('not finite');
      expect(refused((t) => (t['conv1.bias'] = { shape: [2], values: Int32Array.of(1, 2) }))).toThrow('F32');
    });

    it('leave the head as it was drawn where that is asked for', () => {
      const tensors = whole();
      tensors['linear.weight'] = { shape: [7, 16], values: new Float32Array(112) };
      delete tensors['linear.bias'];
      const { theta } = read(tensors, network, true);
      for (const { isHead, offset, size } of network.views)
        expect(theta.subarray(offset, offset + size).every((value) => (value === 0) === (isHead === true))).toBe(true);
    });
  });
});
