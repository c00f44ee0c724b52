import * as tf from '@tensorflow/tfjs-core';
import type { TensorView } from '../contract/network';
import type { Random } from '../random';
import { denseLayer, inputLayer, weightedBinaryCrossEntropy } from './layers';
import { flatten, parametersOf, uniformBound } from './network';

/**
 * A variational autoencoder of dense layers with ReLU (Kingma & Welling 2014), as van de Ven's code has it. The encoder says of
 * an input how its latent variable is distributed, q(z | x) = N(μ, diag σ²); the decoder says of a z how likely each value of an
 * input is 1, p(x | z). Its parameters lie in one flat vector, the decoder's last.
 */
export interface Vae {
  readonly inputs: number;
  /** Length of z. */
  readonly latent: number;
  readonly views: readonly TensorView[];
  readonly parameterCount: number;
  /** Where the decoder's parameters begin, and its views within those alone. */
  readonly decoderAt: number;
  readonly decoder: { readonly views: readonly TensorView[] };
}

/** @param hidden units of the encoder's hidden layers, one at least; the decoder has them the other way round */
export function createVae(inputs: number, hidden: readonly number[], latent: number): Vae {
  const last = hidden.at(-1) ?? inputs;
  const inRow = (part: string, sizes: readonly number[]): Tensor[] =>
    sizes.slice(1).flatMap((units, i) => dense(`${part}.layer${i + 1}`, sizes[i] as number, units));
  const encoder = placed([
    ...inRow('encoder', [inputs, ...hidden]),
    ...dense('encoder.mean', last, latent),
    // Without a bias, as there.
    ...dense('encoder.logVariance', last, latent).slice(0, 1),
  ]);
  const decoder = placed(inRow('decoder', [latent, ...[...hidden].reverse(), inputs]));
  return {
    inputs,
    latent,
    views: [...encoder.views, ...decoder.views.map((view) => ({ ...view, offset: encoder.size + view.offset }))],
    parameterCount: encoder.size + decoder.size,
    decoderAt: encoder.size,
    decoder: { views: decoder.views },
  };
}

type Tensor = Omit<TensorView, 'offset' | 'size'>;

const dense = (name: string, inputs: number, units: number): Tensor[] => [
  { name: `${name}.weights`, role: 'weights', shape: [inputs, units] },
  { name: `${name}.bias`, role: 'bias', shape: [units] },
];

/** Tensors one after the other, and how long they are together. */
function placed(tensors: readonly Tensor[]): { readonly views: readonly TensorView[]; readonly size: number } {
  let end = 0;
  const views = tensors.map((tensor): TensorView => {
    const [offset, size] = [end, tensor.shape.reduce((product, n) => product * n, 1)];
    end += size;
    return { ...tensor, offset, size };
  });
  return { views, size: end };
}

/** Its parameters at first: uniform within ±1/√inputs of a layer, weights and biases, as PyTorch draws them. */
export function initialVae({ views, parameterCount }: Vae, random: Random): Float32Array {
  const theta = new Float32Array(parameterCount);
  let bound = 0;
  for (const { role, shape, offset, size } of views) {
    // A layer's bias comes after its weights.
    if (role === 'weights') bound = uniformBound('fan-in', ...(shape as [number, number]));
    for (let i = offset; i < offset + size; i++) theta[i] = bound * (2 * random() - 1);
  }
  return theta;
}

/**
 * μ and log σ², each [rows, latent].
 *
 * @param parameters the tensors of the encoder
 * @param x [rows, inputs]; no gradient flows to it
 */
function encode(parameters: readonly tf.Tensor[], x: tf.Tensor2D): { mean: tf.Tensor2D; logVariance: tf.Tensor2D } {
  const ofHidden = parameters.length - 3;
  let hidden = x;
  for (let at = 0; at < ofHidden; at += 2) {
    const [weights, bias] = parameters.slice(at) as [tf.Tensor2D, tf.Tensor1D];
    hidden = (at === 0 ? inputLayer : denseLayer)(hidden, weights, bias, true);
  }
  const [meanWeights, meanBias, varianceWeights] = parameters.slice(ofHidden) as [
    tf.Tensor2D,
    tf.Tensor1D,
    tf.Tensor2D,
  ];
  return {
    mean: denseLayer(hidden, meanWeights, meanBias, false),
    logVariance: denseLayer(hidden, varianceWeights, undefined, false),
  };
}

/** Logits of the values of an input, [rows, inputs]. @param parameters the tensors of the decoder. @param z [rows, latent] */
function decode(parameters: readonly tf.Tensor[], z: tf.Tensor2D): tf.Tensor2D {
  let hidden = z;
  for (let at = 0; at < parameters.length; at += 2) {
    const [weights, bias] = parameters.slice(at) as [tf.Tensor2D, tf.Tensor1D];
    hidden = denseLayer(hidden, weights, bias, at + 2 < parameters.length);
  }
  return hidden;
}

/** What a decoder makes of some z [rows, latent]: inputs 0..1, [rows, inputs]. @param theta parameters of the decoder */
export const decoded = ({ decoder }: Vae, theta: tf.Tensor1D, z: tf.Tensor2D): tf.Tensor2D =>
  tf.sigmoid(decode(parametersOf(decoder, theta), z));

/** Examples of a step of the generator. */
export interface VaeBatch {
  /** 0..1, [rows, inputs]. */
  readonly x: tf.Tensor2D;
  /** ε of z = μ + σ ε, standard normal, [rows, latent]. */
  readonly noise: tf.Tensor2D;
  /** Weight of each in the loss, [rows]. */
  readonly weights: tf.Tensor1D;
}

/**
 * Loss and gradient with respect to all parameters, [parameters]. The loss is the negative evidence lower bound for each value
 * of the input, by one sample of z: with n inputs
 *
 *     Σ_rows w / n · [ Σ BCE(x, σ(logits(z))) − ½ Σ (1 + log σ² − μ² − σ²) ]
 */
export function vaeSlope(
  vae: Vae,
  theta: tf.Tensor1D,
  { x, noise, weights }: VaeBatch,
): { readonly loss: tf.Scalar; readonly gradient: tf.Tensor1D } {
  const encoderTensors = vae.views.length - vae.decoder.views.length;
  const lossOf = (...parameters: tf.Tensor[]) => {
    const { mean, logVariance } = encode(parameters.slice(0, encoderTensors), x);
    const z = tf.add<tf.Tensor2D>(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), noise));
    const reconstruction = weightedBinaryCrossEntropy(decode(parameters.slice(encoderTensors), z), x, weights);
    const terms = tf.sub(tf.sub(tf.add(logVariance, 1), tf.square(mean)), tf.exp(logVariance));
    const divergence = tf.mul(tf.sum(tf.mul(tf.sum(terms, 1), weights)), -0.5 / vae.inputs);
    return tf.add<tf.Scalar>(reconstruction, divergence);
  };
  const { value, grads } = tf.valueAndGrads(lossOf)(parametersOf(vae, theta));
  return { loss: value, gradient: flatten(grads) };
}
