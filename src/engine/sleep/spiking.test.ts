import { describe, expect, it } from 'vitest';
import { srcFashionMnist, srcMnist, srcSleepSteps, type SleepConstants } from './constants';
import { sleep, type SleepInput } from './spiking';

/** Everything spikes in every step: inputs of brightness 1 are certain, thresholds are reached by any current ≥ 1. */
const certain: SleepConstants = {
  maxRate: 1000,
  increase: 0.01,
  decrease: 0.001,
  beta: [1],
  alphaScale: 1,
  decay: 0.999,
  threshold: 1,
  dt: 0.001,
  windowSize: null,
};

describe('the rule of sleep', () => {
  /** Two inputs, the first always spiking and the second never; one output. */
  const oneStep = (weights: number[], alpha: number) => {
    const matrix = Float32Array.from(weights);
    const statistics = sleep({
      weights: [matrix],
      sizes: [2, 1],
      alphas: [alpha],
      constants: certain,
      meanImage: Float32Array.of(1, 0),
      steps: 1,
      random: seeded(1),
    });
    return { matrix, statistics };
  };

  it('raises a weight when both neurons spike, and lowers it when only the post-synaptic one does', () => {
    const { matrix, statistics } = oneStep([0.001, -0.3], 2000);
    const g = 2 / (1 + Math.E);
    expect(matrix[0]).toBe(Math.fround(Math.fround(0.001) + 0.01 * (2 / (1 + Math.exp(Math.fround(0.001) / 0.001)))));
    expect(matrix[0]).toBeCloseTo(0.001 + 0.01 * g, 6);
    expect(matrix[1]).toBe(Math.fround(Math.fround(-0.3) - 0.001 * 2));
    expect(statistics.weights).toEqual([{ increases: 1, decreases: 1 }]);
  });

  it('leaves every weight alone when the post-synaptic neuron is silent', () => {
    const { matrix, statistics } = oneStep([0.001, -0.3], 1);
    expect([...matrix]).toEqual([Math.fround(0.001), Math.fround(-0.3)]);
    expect(statistics.weights).toEqual([{ increases: 0, decreases: 0 }]);
  });

  it('leaves strong positive weights alone', () => {
    const { matrix, statistics } = oneStep([0.5, 0.5], 1000);
    expect([...matrix]).toEqual([0.5, 0.5]);
    expect(statistics.neurons[1]?.spikes).toBe(1);
    expect(statistics.weights).toEqual([{ increases: 0, decreases: 0 }]);
  });
});

describe('the neurons of sleep', () => {
  const frozen = { ...certain, increase: 0, decrease: 0 };
  const spikeTimes = (constants: SleepConstants, weight: number, steps: number): number[] => {
    const times: number[] = [];
    sleep({
      weights: [Float32Array.of(weight)],
      sizes: [1, 1],
      alphas: [1],
      constants,
      meanImage: Float32Array.of(1),
      steps,
      random: seeded(1),
      onSpike: (_layer, _neuron, step) => times.push(step),
    });
    return times;
  };

  it('keep their potential from step to step, spike at the threshold and start again from zero', () => {
    expect(spikeTimes({ ...frozen, decay: 1 }, 0.25, 10)).toEqual([3, 7]);
  });

  it('may spike again in the next step: there is no refractory period', () => {
    expect(spikeTimes({ ...frozen, decay: 1 }, 1, 4)).toEqual([0, 1, 2, 3]);
  });

  it('lose a share of their potential in every step', () => {
    // 0.25 + 0.5 · (0.25 + …) converges to 0.5 and never reaches 1
    expect(spikeTimes({ ...frozen, decay: 0.5 }, 0.25, 1000)).toEqual([]);
  });

  it('have a threshold scaled by beta', () => {
    expect(spikeTimes({ ...frozen, decay: 1, beta: [2] }, 0.25, 10)).toEqual([7]);
  });

  it('pass a spike through all layers within one step', () => {
    const spikes: string[] = [];
    sleep({
      weights: [Float32Array.of(1), Float32Array.of(1), Float32Array.of(1)],
      sizes: [1, 1, 1, 1],
      alphas: [1, 1, 1],
      constants: { ...frozen, beta: [1, 1, 1] },
      meanImage: Float32Array.of(1),
      steps: 1,
      random: seeded(1),
      onSpike: (layer, neuron, step) => spikes.push(`${layer}/${neuron}/${step}`),
    });
    expect(spikes).toEqual(['1/0/0', '2/0/0', '3/0/0']);
  });
});

describe('sleep', () => {
  it('equals a dense implementation of the published loop bit for bit', () => {
    let increases = 0;
    let decreases = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const sparse = smallNet(seed);
      const dense = smallNet(seed);
      const statistics = sleep(sparse);
      const counts = denseSleep(dense);
      expect(sparse.weights).toEqual(dense.weights);
      expect(statistics.neurons.map(({ spikes }) => spikes)).toEqual(counts.spikes);
      expect(statistics.weights.map((layer) => layer.increases)).toEqual(counts.increases);
      expect(statistics.weights.map((layer) => layer.decreases)).toEqual(counts.decreases);
      for (const layer of statistics.weights) {
        increases += layer.increases;
        decreases += layer.decreases;
      }
    }
    // The comparison is empty unless the nets really fire and learn.
    expect(increases).toBeGreaterThan(5000);
    expect(decreases).toBeGreaterThan(5000);
  });

  it('equals it for a layer whose threshold is 0, where every neuron at rest fires', () => {
    const sparse = smallNet(3, [3, 5, 0]);
    const dense = smallNet(3, [3, 5, 0]);
    const statistics = sleep(sparse);
    denseSleep(dense);
    expect(sparse.weights).toEqual(dense.weights);
    expect(statistics.neurons[3]?.spikes).toBeGreaterThan(400);
  });

  it('is determined by the generator: the same seed gives the same weights, another seed others', () => {
    const [first, again, other] = [smallNet(1), smallNet(1), { ...smallNet(1), random: seeded(99) }];
    for (const net of [first, again, other]) sleep(net);
    expect(again.weights).toEqual(first.weights);
    expect(other.weights).not.toEqual(first.weights);
  });

  it('counts every spike once, in its part of the night', () => {
    const perChunk = new Map<number, number>();
    const net = smallNet(2);
    const statistics = sleep({
      ...net,
      steps: 450,
      onSpike: (layer, _neuron, step) => {
        if (layer === 1) perChunk.set(Math.floor(step / 5), (perChunk.get(Math.floor(step / 5)) ?? 0) + 1);
      },
    });
    expect(statistics.stepsPerChunk).toBe(5);
    const counted = Array.from(statistics.neurons[1]?.spikesPerChunk ?? [], (count, chunk) => [chunk, count] as const);
    expect(new Map(counted.filter(([, count]) => count > 0))).toEqual(perChunk);
  });

  it('reports rising progress up to 1', () => {
    const fractions: number[] = [];
    sleep({ ...smallNet(1), steps: 250, onProgress: (fraction) => void fractions.push(fraction) });
    expect(fractions.at(-1)).toBe(1);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.length).toBe(84); // every 3 steps, and at the end
  });

  it('ends where the listener returns false', () => {
    const { steps } = sleep({ ...smallNet(1), steps: 1000, onProgress: (fraction) => fraction < 0.3 });
    expect(steps).toBe(300);
  });

  it('refuses shapes that disagree and scales that are not numbers', () => {
    const net = smallNet(1);
    expect(() => sleep({ ...net, alphas: [1] })).toThrow(RangeError);
    expect(() => sleep({ ...net, sizes: [36, 20, 16, 5] })).toThrow('weights 3');
    expect(() => sleep({ ...net, meanImage: new Float32Array(35) })).toThrow('mean image');
    expect(() => sleep({ ...net, alphas: [1, Number.NaN, 1] })).toThrow('alpha of layer 2');
  });
});

describe('published constants', () => {
  it('have one beta per layer of the 784-1200-1200-10 network, an 11-pixel window and 1 ms steps', () => {
    for (const constants of [srcMnist, srcFashionMnist]) {
      expect(constants.beta).toHaveLength(3);
      expect(constants).toMatchObject({ decay: 0.999, threshold: 1, dt: 0.001, windowSize: 11 });
    }
  });

  it('let the network sleep 125,000 steps in five nights', () => {
    const nights = [0, 1, 2, 3, 4].map(srcSleepSteps);
    expect(nights).toEqual([15000, 20000, 25000, 30000, 35000]);
  });
});

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A 36-20-16-4 network with weak and strong weights of both signs that fires often in all layers. */
function smallNet(seed: number, beta: number[] = [3, 5, 4]): SleepInput {
  const random = seeded(seed);
  const sizes = [36, 20, 16, 4];
  const weights = sizes.slice(1).map((outputs, l) => {
    const inputs = sizes[l] ?? 0;
    return Float32Array.from({ length: inputs * outputs }, () =>
      random() < 0.3 ? 0.2 * random() - 0.03 : 0.02 * random() - 0.01,
    );
  });
  return {
    weights,
    sizes,
    alphas: [7.3, 9.1, 11.7],
    constants: { ...srcMnist, beta, windowSize: 4, maxRate: 300 },
    meanImage: Float32Array.from({ length: 36 }, () => random()),
    steps: 500,
    random,
  };
}

/** The published loop, dense and without shortcuts, in single precision. Slow; only for small networks. */
function denseSleep({ weights, sizes, alphas, constants, meanImage, steps, random }: SleepInput) {
  const f = Math.fround;
  const { maxRate, dt, decay, threshold, beta, increase, decrease, windowSize } = constants;
  const side = Math.sqrt(meanImage.length);
  const window = windowSize ?? side;
  const potentials = sizes.map((size) => new Array<number>(size).fill(0));
  const spikes = sizes.map(() => 0);
  const increases = weights.map(() => 0);
  const decreases = weights.map(() => 0);

  for (let t = 0; t < steps; t++) {
    const row = Math.floor(random() * (side - window + 1));
    const column = Math.floor(random() * (side - window + 1));
    let pre: number[] = Array.from(meanImage, (brightness, pixel) => {
      const [y, x] = [Math.floor(pixel / side), pixel % side];
      const inside = y >= row && y < row + window && x >= column && x < column + window;
      return inside && random() < Math.min(1, 2 * dt * maxRate * brightness) ? 1 : 0;
    });
    spikes[0] = (spikes[0] ?? 0) + pre.reduce((total, spike) => total + spike, 0);

    weights.forEach((matrix, l) => {
      const outputs = sizes[l + 1] ?? 0;
      const potential = potentials[l + 1] ?? [];
      const post: number[] = Array.from({ length: outputs }, (_, j) => {
        const current = pre.reduce((total, spike, i) => f(total + f((matrix[i * outputs + j] ?? 0) * spike)), 0);
        potential[j] = f(f(f(decay) * (potential[j] ?? 0)) + f(f(alphas[l] ?? 0) * current));
        return (potential[j] ?? 0) >= f(threshold * (beta[l] ?? 0)) ? 1 : 0;
      });
      for (let i = 0; i < pre.length; i++) {
        for (let j = 0; j < outputs; j++) {
          const weight = matrix[i * outputs + j] ?? 0;
          const g = 2 / (1 + Math.exp(weight / 0.001));
          let next = weight;
          if (post[j] === 1 && pre[i] === 1) next = f(weight + increase * g);
          if (post[j] === 1 && pre[i] === 0) next = f(weight - decrease * g);
          if (next > weight) increases[l] = (increases[l] ?? 0) + 1;
          if (next < weight) decreases[l] = (decreases[l] ?? 0) + 1;
          matrix[i * outputs + j] = next;
        }
      }
      post.forEach((spike, j) => {
        if (spike === 1) potential[j] = 0;
      });
      spikes[l + 1] = (spikes[l + 1] ?? 0) + post.reduce((total, spike) => total + spike, 0);
      pre = post;
    });
  }
  return { spikes, increases, decreases };
}
