import { expect, it } from 'vitest';
import { parseExperiment } from '../core/parse';
import { planRuns } from '../runs/index';
import { InputError } from './exitCodes';
import { withinMemory } from './experimentFile';

it('a plan is refused for what it creates alone, where that outgrows the memory of any machine', () => {
  const { experiment } = parseExperiment(
    JSON.stringify({
      ...{ name: 'Huge', stream: { kind: 'permuted', tasks: 100, scenario: 'task' }, bounds: false, seeds: 2 },
      network: { hidden: [8000, 8000, 8000, 8000] },
      methods: [{ method: 'ewc', network: { hidden: [20] } }, { method: 'progressive' }],
    }),
  );
  if (!experiment) throw new Error('no experiment');
  const planOf = (keys: string[]) => planRuns(experiment, [], { backend: 'auto', keys });
  expect(() => withinMemory(planOf(['ewc', 'progressive']), experiment)).toThrow(InputError);
  expect(() => withinMemory(planOf(['progressive']), experiment)).toThrow(
    /^Nothing was started\. With Progressive networks the network comes to [\d,]+ parameters: .* TB, and this machine has/,
  );
  const small = planOf(['ewc']);
  expect(withinMemory(small, experiment)).toBe(small);
  // Its runs are there: nothing is trained.
  const there = { ...planOf(['progressive']), create: [] };
  expect(withinMemory(there, experiment)).toBe(there);
});
