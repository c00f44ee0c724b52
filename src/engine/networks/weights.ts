import type { ImageShape } from '../../core/recipe';
import type { Stored } from '../contract/memory';
import type { LayeredNetwork, Network, TensorView } from '../contract/network';
import { isLayered } from './network';

/** What a network begins with. */
export interface Beginning {
  readonly theta: Float32Array;
  /** Running statistics; of a network that has some. */
  readonly buffers?: Float32Array;
}

/** Tensors of a file, and those of a type that no network has, by name. */
export interface WeightFile {
  readonly tensors: Readonly<Record<string, Stored>>;
  readonly otherTypes: Readonly<Record<string, string>>;
}

/**
 * The parameters and running statistics of a file, in a network's own order and layouts. Names are Lethe's own, as in the
 * files of a run's parameters, or PyTorch's: docs/networks.md lists them. PyTorch's filters [filters, channels, height, width]
 * and weights [outputs, inputs] are turned round.
 *
 * @param initial θ as it would be without the file
 * @param freshHead leaves the last layer as it is there
 * @throws RangeError that says which tensor is missing or does not fit, and what was expected
 */
export function weightsFrom(file: WeightFile, network: Network, initial: Float32Array, freshHead: boolean): Beginning {
  const names = namesIn(file, network);
  const fill = (views: readonly TensorView[], into: Float32Array) => {
    for (const view of views)
      if (!(freshHead && view.isHead)) into.set(valuesFor(view, file, names(view), network), view.offset);
    return into;
  };
  const theta = fill(network.views, Float32Array.from(initial));
  const { statistics } = network;
  if (!statistics) return { theta };
  return { theta, buffers: fill(statistics.views, Float32Array.from(statistics.initial)) };
}

/** A tensor of a file under the first of some names that it has. */
interface Named {
  readonly name: string;
  readonly isTorch: boolean;
}

function valuesFor(view: TensorView, file: WeightFile, names: readonly Named[], network: Network): Float32Array {
  const found = names.find(({ name }) => Object.hasOwn(file.tensors, name));
  if (!found) {
    const other = names.find(({ name }) => Object.hasOwn(file.otherTypes, name));
    const list = names.map(({ name }) => quoted(name)).join(' or ');
    if (other) throw new RangeError(`${quoted(other.name)} is of type ${file.otherTypes[other.name]}; F32 is needed`);
    throw new RangeError(`there is no tensor for ${view.name} [${view.shape.join(', ')}]: expected ${list}`);
  }
  const { shape, values } = file.tensors[found.name] as Stored;
  const wanted = found.isTorch ? torchShape(view.shape) : view.shape;
  if (shape.join() !== wanted.join()) {
    const hint = view.isHead ? '; with "freshHead": true the last layer is drawn anew' : '';
    throw new RangeError(
      `${quoted(found.name)} is [${shape.join(', ')}], and the network needs [${wanted.join(', ')}] (${view.name})${hint}`,
    );
  }
  if (!(values instanceof Float32Array)) throw new RangeError(`${quoted(found.name)} does not hold F32 values`);
  if (!values.every(Number.isFinite)) throw new RangeError(`${quoted(found.name)} has values that are not finite`);
  return found.isTorch ? turned(values, view, network) : values;
}

const quoted = (name: string): string => JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);

/** [height, width, channels, filters] → [filters, channels, height, width]; [inputs, outputs] → [outputs, inputs]. */
const torchShape = (shape: readonly number[]): readonly number[] =>
  shape.length === 4 ? [shape[3], shape[2], shape[0], shape[1]].map(Number) : [...shape].reverse();

function turned(values: Float32Array, view: TensorView, network: Network): Float32Array {
  const { shape } = view;
  if (shape.length === 1) return values;
  const own = new Float32Array(values.length);
  const outputs = shape.at(-1) ?? 1;
  const inputs = values.length / outputs;
  const from = placesOf(view, network, inputs);
  for (let input = 0; input < inputs; input++)
    for (let output = 0; output < outputs; output++)
      own[input * outputs + output] = values[output * inputs + from(input)] as number;
  return own;
}

/** Of each of a unit's inputs, in Lethe's order, its place in PyTorch's: images have their channels first there. */
function placesOf({ name, shape }: TensorView, network: Network, inputs: number): (input: number) => number {
  if (shape.length === 4) return channelsFirst([shape[0], shape[1], shape[2]] as unknown as ImageShape);
  const image = isLayered(network) ? imageBefore(network, name) : undefined;
  return image && image[0] * image[1] * image[2] === inputs ? channelsFirst(image) : (input) => input;
}

/** The image that the first dense layer gets flat. */
function imageBefore({ layers, views }: LayeredNetwork, name: string): ImageShape | undefined {
  const first = views.filter(({ role }) => role === 'weights').findIndex((view) => view.name === name);
  const [before, own] = [layers[first - 1], layers[first]];
  if (own?.kind !== 'dense') return undefined;
  if (before?.kind === 'convolution')
    return [Math.floor(before.image[0] / 2), Math.floor(before.image[1] / 2), before.filters];
  return undefined;
}

const channelsFirst =
  ([height, width, channels]: ImageShape) =>
  (input: number): number => {
    const [channel, place] = [input % channels, Math.floor(input / channels)];
    return channel * height * width + place;
  };

/** Names under which a view may stand in a file. */
function namesIn(file: WeightFile, network: Network): (view: TensorView) => readonly Named[] {
  const ofTorch = isLayered(network) ? inARow(file, network) : resnetNames;
  return (view) => [{ name: view.name, isTorch: false }, ...ofTorch(view).map((name) => ({ name, isTorch: true }))];
}

const parts: Readonly<Record<string, string>> = {
  weights: 'weight',
  bias: 'bias',
  scale: 'weight',
  shift: 'bias',
  mean: 'running_mean',
  variance: 'running_var',
};

/** As the reduced ResNet-18 is written in PyTorch (Lopez-Paz & Ranzato; Mammoth), and as torchvision names it. */
function resnetNames({ name }: TensorView): string[] {
  const at = name.lastIndexOf('.');
  const [module, part] = [name.slice(0, at), parts[name.slice(at + 1)] ?? ''];
  if (module === 'head') return ['linear', 'fc', 'classifier'].map((head) => `${head}.${part}`);
  const placed = module.replace(/^stage(\d)\.(\d)\./, (_, stage, block) => `layer${stage}.${Number(block) - 1}.`);
  if (placed.endsWith('shortcut'))
    return [`${placed}.0.${part}`, `${placed.replace('shortcut', 'downsample')}.0.${part}`];
  if (placed.endsWith('shortcutNorm'))
    return ['shortcut', 'downsample'].map((way) => `${placed.replace('shortcutNorm', way)}.1.${part}`);
  return [`${placed.replace('norm', 'bn')}.${part}`];
}

/** Layers in a row have no names that all share: those of a file count in their natural order, as "0", "2", "10" or "fc1", "fc2". */
function inARow({ tensors }: WeightFile, network: LayeredNetwork): (view: TensorView) => string[] {
  const modules = Object.keys(tensors)
    .filter((name) => name.endsWith('.weight'))
    .map((name) => name.slice(0, -'.weight'.length))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const layers = network.views.filter(({ role }) => role === 'weights').map(({ name }) => name.split('.')[0]);
  return ({ name }) => {
    const [layer = '', part = ''] = name.split('.');
    const module = modules[layers.indexOf(layer)];
    return module === undefined || modules.length !== layers.length ? [] : [`${module}.${parts[part]}`];
  };
}
