import { describe, expect, it } from 'vitest';
import type { TensorView } from '../contract/network';
import { pooledStatistics } from './pooledStatistics';

const view = (name: string, offset: number, size = 2): TensorView => ({
  ...{ name, role: 'statistic', shape: [size], offset, size },
});
const views = [view('norm1.mean', 0), view('norm1.variance', 2), view('norm2.variance', 4), view('norm2.mean', 6)];

/** Examples of a task: of each two channels. */
const first = [
  [1, 10],
  [3, 14],
];
const second = [
  [9, -2],
  [11, 0],
  [13, 2],
  [15, 8],
];

/** As the network lays them out; the second norm sees the first one's input times 3. */
function statisticsOf(examples: readonly (readonly number[])[]): Float32Array {
  const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const channels = [0, 1].map((channel) => examples.map((example) => example[channel] as number));
  const means = channels.map(meanOf);
  const variances = channels.map((values, i) => meanOf(values.map((value) => (value - (means[i] as number)) ** 2)));
  return Float32Array.from([...means, ...variances, ...variances.map((v) => 9 * v), ...means.map((m) => 3 * m)]);
}

describe('statistics of several tasks together', () => {
  it('are those of the joined examples, with the variance between the means of the tasks', () => {
    const parts = [
      { values: statisticsOf(first), share: 2 / 6 },
      { values: statisticsOf(second), share: 4 / 6 },
    ];
    const joined = statisticsOf([...first, ...second]);
    pooledStatistics(views, parts).forEach((value, i) => expect(value).toBeCloseTo(joined[i] as number, 4));
  });

  it('are those of the task where there is one, to the bit', () => {
    const values = Float32Array.from([0.1, 1e4, 0.3, 1e-7, 0.7, 5, 0.9, -1e5]);
    expect(pooledStatistics(views, [{ values, share: 1 }])).toEqual(values);
  });

  it('are means of what is no variance with a mean beside it', () => {
    const alone = [view('square', 0), view('other.variance', 2), view('wide.mean', 4, 1), view('wide.variance', 5)];
    const parts = [
      { values: Float32Array.from([1, 2, 3, 4, 5, 6, 7]), share: 0.5 },
      { values: Float32Array.from([3, 4, 5, 6, 9, 8, 9]), share: 0.5 },
    ];
    expect([...pooledStatistics(alone, parts)]).toEqual([2, 3, 4, 5, 7, 7, 8]);
  });
});
