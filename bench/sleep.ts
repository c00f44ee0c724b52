/**
 * The five sleeps of the published MNIST protocol (125,000 steps, 784-1200-1200-10) on one core: prints a JSON object.
 *
 * The network is not trained: its weights are U(-0.01, 0.01) with sparse stronger positive ones, the mean image is a
 * blurred disc, and the scales are set so that it fires at least as often as a trained network does.
 */
import { srcMnist, srcSleepSteps } from '../src/engine/sleep/constants';
import { sleep } from '../src/engine/sleep/spiking';

const sizes = [784, 1200, 1200, 10];
const alphas = [30, 500, 500];
const random = generator(1);

const weights = sizes.slice(1).map((outputs, l) => {
  const inputs = sizes[l] as number;
  return Float32Array.from({ length: inputs * outputs }, () => {
    const weak = 0.02 * random() - 0.01;
    return random() < 0.05 ? weak + 0.05 * random() : weak;
  });
});
const meanImage = Float32Array.from({ length: 784 }, (_, pixel) => {
  const distance = Math.hypot(Math.floor(pixel / 28) - 13.5, (pixel % 28) - 13.5);
  return 0.5 * Math.max(0, 1 - distance / 13);
});

const sleeps = Array.from({ length: 5 }, (_, task) => {
  const steps = srcSleepSteps(task);
  const start = performance.now();
  const { neurons } = sleep({ weights, sizes, alphas, constants: srcMnist, meanImage, steps, random });
  const seconds = (performance.now() - start) / 1000;
  return { steps, seconds, spikes: neurons.map(({ spikes }) => spikes / steps) };
});
console.log(JSON.stringify({ sleeps }));

/** Mulberry32: uniform numbers in [0, 1). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
