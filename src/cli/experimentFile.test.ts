import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { parseExperiment } from '../core/parse';
import { planRuns } from '../runs/index';
import { InputError } from './exitCodes';
import { withEngine, withinMemory } from './experimentFile';

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

it('a plan for native TensorFlow alone is refused where that is not installed, before anything is started', () => {
  vi.stubEnv('LETHE_ENGINE_DIR', join(tmpdir(), 'no-engine-was-ever-here'));
  const { experiment } = parseExperiment('{ "name": "x", "methods": [{ "method": "ewc" }] }');
  if (!experiment) throw new Error('no experiment');
  const native = planRuns(experiment, [], { backend: 'native' });
  expect(() => withEngine(native)).toThrow(/^Nothing was started\. The native engine is /);
  const others = planRuns(experiment, [], { backend: 'auto' });
  expect(withEngine(others)).toBe(others);
  // They are there, trained elsewhere.
  const there = { ...native, create: [] };
  expect(withEngine(there)).toBe(there);
  vi.unstubAllEnvs();
});
