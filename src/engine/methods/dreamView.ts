import * as tf from '@tensorflow/tfjs-core';
import { MOST_IMAGE_BYTES, type View } from '../../core/mechanism';
import { volumeOf } from '../../core/recipe';
import type { Learner } from '../contract/learner';
import type { Stream } from '../contract/stream';
import { logitsOf, parametersOf } from '../networks/network';
import { decoded, type Vae } from '../networks/vae';
import { valuesOfEach } from '../valuesOf';

/** Images that are shown; fewer of large ones. */
const SHOWN = 24;

/**
 * What a decoder makes of some z, and where each output stands for one class what the present network takes it for; nothing
 * where inputs are no images, or too large ones.
 *
 * @param decoder its parameters
 * @param z so many rows of numbers, the same after every task
 */
export function dreamView(
  { stream, network, theta, buffers }: Learner,
  vae: Vae,
  decoder: Float32Array,
  z: (rows: number) => Float32Array,
): View[] {
  const [height, width, channels] = stream.dataset.shape;
  const count = Math.min(SHOWN, Math.floor(MOST_IMAGE_BYTES / volumeOf(stream.dataset.shape)));
  if (height === 1 || count === 0 || (channels !== 1 && channels !== 3)) return [];
  const [values = new Float32Array(), answers = new Float32Array()] = valuesOfEach(() => {
    const made = decoded(vae, tf.tensor1d(decoder), tf.tensor2d(z(count), [count, vae.latent]));
    const logits = logitsOf(network, parametersOf(network, theta), made, buffers);
    return [made, tf.argMax(logits, 1)];
  });
  const bytes = Uint8Array.from(values, (value) => Math.round(255 * value));
  const images = Array.from({ length: count }, (_, i) =>
    Buffer.from(bytes.subarray(i * vae.inputs, (i + 1) * vae.inputs)).toString('base64'),
  );
  const captions = stream.scenario === 'class' && [...answers].map((unit) => classOf(stream, unit));
  return [
    {
      kind: 'images',
      title: captions
        ? 'Images that the generator makes, and what the network takes them for'
        : 'Images that the generator makes',
      height,
      width,
      channels,
      rows: [{ name: 'made', images, ...(captions && { captions }) }],
    },
  ];
}

/** The class of an output that stands for one alone. */
function classOf({ unitOf }: Stream, unit: number): string {
  const label = unitOf.map((units) => units.indexOf(unit)).find((found) => found >= 0);
  return String(label ?? '–');
}
