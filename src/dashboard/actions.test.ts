import { describe, expect, it, vi, type Mock } from 'vitest';
import { actions as names, fromWebviewSchema } from '../core/fromWebview';
import { perform, type DashboardActions } from './actions';

const experiment = 'file:///ws/a.lethe.json';
const details = { variant: 'ewc', run: 'run-1', text: '| a |' };
const recorded = () =>
  Object.fromEntries(names.map((name) => [name, vi.fn()])) as unknown as Record<
    keyof DashboardActions<string>,
    Mock<(...given: unknown[]) => void>
  >;

describe('what the page asks for', () => {
  it.each(names)('%s is done once, for the experiment of the panel', async (action) => {
    const actions = recorded();
    expect(await perform({ type: 'action', action, ...details }, experiment, actions, true)).toBe(true);
    expect(actions[action]).toHaveBeenCalledOnce();
    expect(actions[action].mock.calls[0]?.[0]).toBe(experiment);
  });

  it.each(['run', 'runAll', 'resume', 'stop', 'stopAll', 'openReport'] as const)(
    '%s is refused in a workspace that is not trusted',
    async (action) => {
      const actions = recorded();
      expect(await perform({ type: 'action', action, ...details }, experiment, actions, false)).toBe(false);
      expect(actions[action]).not.toHaveBeenCalled();
    },
  );

  it.each(['openFile', 'openLog', 'copyTable'] as const)('%s only shows, and needs no trust', async (action) => {
    expect(await perform({ type: 'action', action, ...details }, experiment, recorded(), false)).toBe(true);
  });

  it.each(['run', 'stop', 'resume', 'openLog', 'copyTable'] as const)('%s needs its argument', async (action) => {
    const actions = recorded();
    expect(await perform({ type: 'action', action }, experiment, actions, true)).toBe(false);
    expect(actions[action]).not.toHaveBeenCalled();
  });

  it('what is no known message is not parsed', () => {
    for (const raw of [
      null,
      'run',
      { type: 'action', action: 'format' },
      { type: 'eval' },
      { type: 'action', action: 'run', variant: 3 },
    ])
      expect(fromWebviewSchema.safeParse(raw).success).toBe(false);
  });
});
