import { describe, expect, it } from 'vitest';
import { parseExperiment } from './parse';
import { beyondMemory } from './memoryNeeds';

const GB = 1e9;

const fileOf = (methods: object[], more: object = {}) =>
  JSON.stringify({
    ...{ name: 'x', stream: { kind: 'permuted', tasks: 20, scenario: 'task' }, bounds: false },
    ...{ network: { hidden: [2000, 2000] }, training: { optimizer: 'adam' }, methods, ...more },
  });
const parsedOf = (methods: object[], memory = Infinity, more?: object) =>
  parseExperiment(fileOf(methods, more), undefined, undefined, undefined, memory);
const saidOf = (...input: Parameters<typeof parsedOf>) =>
  parsedOf(...input).problems.map(({ path, severity, message }) => [path.join('.'), severity, message] as const);
const refusedOf = (methods: object[], memory: number, more?: object) => {
  const { experiment } = parsedOf(methods, memory, more);
  if (!experiment) throw new Error('no experiment');
  return beyondMemory(
    experiment,
    experiment.variants.map(({ key }) => key),
    memory,
  );
};

describe('a network that grows beyond the memory of the machine', () => {
  it('is pointed out on the line of its method and refused before it starts, with its size', () => {
    // Column k (from 0) of hidden layers of n units: 785 n + (n + 1) n + (n + 1) 10, and from the second on as adapters
    // k + k n n + n² and k + 10 k n + 100.
    const n = 2000;
    const columns = Array.from({ length: 20 }, (_, k) => {
      const own = 785 * n + (n + 1) * n + (n + 1) * 10;
      return own + (k === 0 ? 0 : k + k * n * n + n * n + k + 10 * k * n + 100);
    });
    const parameters = columns.reduce((sum, count) => sum + count, 0);
    const bytes = 4 * parameters * 4;
    const message = `With Progressive networks the network comes to ${parameters.toLocaleString('en')} parameters: training takes at least 15.2 GB, and this machine has 8.00 GB. A smaller network, or fewer tasks, take less.`;
    expect(saidOf([{ method: 'ewc' }, { method: 'progressive' }], 8 * GB)).toEqual([['methods.1', 'warning', message]]);
    expect(refusedOf([{ method: 'progressive' }], 8 * GB)).toBe(message);
    expect(refusedOf([{ method: 'progressive' }], bytes)).toBeUndefined();
    expect(refusedOf([{ method: 'progressive' }], bytes - 1)).toBeDefined();
  });

  it('is pointed out once for each entry, and not where there is room or nobody knows how much', () => {
    const swept = { method: 'progressive', scale: { sweep: [0.1, 0.2] } };
    expect(saidOf([swept], 8 * GB)).toHaveLength(1);
    expect(saidOf([swept], 100 * GB)).toEqual([]);
    expect(saidOf([swept])).toEqual([]);
  });

  it('is no reason to refuse the methods beside it', () => {
    const { experiment } = parsedOf([{ method: 'ewc' }, { method: 'progressive' }], 8 * GB);
    expect(experiment && beyondMemory(experiment, ['ewc'], 8 * GB)).toBeUndefined();
    expect(experiment && beyondMemory(experiment, ['ewc', 'progressive'], 8 * GB)).toMatch(
      /^With Progressive networks/,
    );
  });

  it.each([
    ['den', { units: 100 }, /^With DEN .* the network can come to 39,359,000 parameters: training takes 630 MB then/],
    [
      'packnet',
      { growBelow: 0.9, growBy: 1 },
      /^With PackNet .* the network can come to [\d,]+ parameters, with 1\.64 GB beside them: training takes 27\.9 GB then/,
    ],
    [
      'branching',
      {},
      /^With Branching the network can come to 5,972,200 parameters, with 447 MB beside them: training takes 543 MB then/,
    ],
  ])('where it shows in training how large %s gets, it is pointed out and not refused', (method, settings, wanted) => {
    const entry = { method, ...settings };
    expect(saidOf([entry], 0.2 * GB)).toEqual([['methods.0', 'warning', expect.stringMatching(wanted)]]);
    expect(saidOf([entry], 0.2 * GB)[0]?.[2]).toContain('A run ends where it does not fit.');
    expect(refusedOf([entry], 0.2 * GB)).toBeUndefined();
  });

  it.each(['separate', 'branching'])('is counted with what lies beside it: %s', (method) => {
    const byHand = { trunkTasks: 1, branching: new Array<number>(19).fill(0) };
    const entry = { method, ...(method === 'branching' && byHand) };
    const plain = 4 * 4 * 5_776_200;
    expect(refusedOf([entry], plain + 18 * 4 * 5_576_000)).toMatch(/ with (4\d\d) MB beside them: /);
    expect(refusedOf([entry], GB)).toBeUndefined();
  });
});

describe('a network that is too large as it is', () => {
  it('is pointed out and refused too, by what its optimiser keeps', () => {
    const sgd = { training: { optimizer: 'sgd', momentum: 0 } };
    const bytes = 4 * 2 * (785 * 2000 + 2001 * 2000 + 2001 * 200);
    expect(refusedOf([{ method: 'ewc' }], bytes, sgd)).toBeUndefined();
    expect(refusedOf([{ method: 'ewc' }], bytes - 1, sgd)).toMatch(
      /^With EWC the network has 5,972,200 parameters: training takes at least 47\.8 MB, and this machine has 47\.8 MB\./,
    );
    expect(refusedOf([{ method: 'ewc' }], bytes)).toMatch(/at least 95\.6 MB/);
  });
});
