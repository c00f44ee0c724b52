import { describe, expect, it } from 'vitest';
import { emptyRun } from '../core/runModel';
import { parseExperiment } from '../core/parse';
import type { Run } from '../core/run';
import { runOf } from '../report/testRuns';
import { statusText } from './statusText';

function run(status: Run['status'], stepsDone = 0): Run {
  const { experiment } = parseExperiment('{ "name": "x", "methods": [ { "method": "ewc" } ] }');
  const [variant] = experiment?.variants ?? [];
  if (!experiment || !variant) throw new Error('no experiment');
  const { manifest } = runOf(experiment, variant, 1);
  return {
    manifest,
    status,
    state: {
      ...emptyRun(),
      status: status === 'running' ? 'running' : 'not started',
      backendUse: { name: 'wasm', version: '4.22.0', why: 'native TensorFlow is not installed' },
      stepsPlanned: 100,
      stepsDone,
      firstAt: 0,
      lastAt: stepsDone * 1000,
    },
  };
}

describe('the status bar', () => {
  it('is empty when nothing runs or waits', () => {
    expect(statusText([])).toBeUndefined();
    expect(statusText([run('done')])).toBeUndefined();
  });

  it('counts what runs and what waits, and how long all of it will take', () => {
    const said = statusText([run('running', 50), run('running', 50), run('queued'), run('queued')]);
    expect(said?.text).toBe('$(sync~spin) 2 running · 2 queued · 2 min 30 s left');
    expect(said?.spoken).toBe('Lethe: 2 running · 2 queued · 2 min 30 s left');
  });

  it('says which backend trains, and why, once', () => {
    const said = statusText([run('running', 1), run('running', 2)])?.tooltip;
    expect(said?.match(/Backend: wasm 4\.22\.0 \(native TensorFlow is not installed\)/g)).toHaveLength(1);
  });

  it('shows what steers the reading direction in the log of a run as text', () => {
    const own = run('running', 1);
    const state = { ...own.state, backendUse: { name: '\u202emsaw', version: '1' } };
    expect(statusText([{ ...own, state }])?.tooltip).toContain('Backend: \\u202emsaw 1');
  });

  it('shows no spinner while everything waits', () => {
    expect(statusText([run('queued')])?.text).toBe('$(clock) 1 queued');
  });
});
