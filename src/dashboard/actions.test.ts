import { describe, expect, it, vi, type Mock } from 'vitest';
import { actions as names, fromWebviewSchema } from '../core/fromWebview';
import { perform, type DashboardActions } from './actions';

const experiment = 'file:///ws/a.lethe.json';
const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00]).toString('base64');
const details = { variant: 'ewc', run: 'run-1', text: png };
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

  it.each([
    'run',
    'runAll',
    'resume',
    'runAgain',
    'forkRun',
    'stopRun',
    'stop',
    'stopAll',
    'verify',
    'analyse',
    'showLandscape',
    'findPath',
    'savePicture',
  ] as const)('%s is refused in a workspace that is not trusted', async (action) => {
    const actions = recorded();
    expect(await perform({ type: 'action', action, ...details }, experiment, actions, false)).toBe(false);
    expect(actions[action]).not.toHaveBeenCalled();
  });

  it.each([
    'openFile',
    'openLog',
    'showSettings',
    'compareSettings',
    'reveal',
    'openReport',
    'copyTable',
    'copyLink',
  ] as const)('%s only shows, and needs no trust', async (action) => {
    expect(await perform({ type: 'action', action, ...details }, experiment, recorded(), false)).toBe(true);
  });

  it.each([
    'run',
    'stop',
    'resume',
    'openLog',
    'showSettings',
    'verify',
    'analyse',
    'copyTable',
    'copyLink',
    'savePicture',
  ] as const)('%s needs its argument', async (action) => {
    const actions = recorded();
    expect(await perform({ type: 'action', action }, experiment, actions, true)).toBe(false);
    expect(actions[action]).not.toHaveBeenCalled();
  });

  it('a picture is a PNG, and its name stays in its folder', async () => {
    const actions = recorded();
    const save = (text: string, variant: string) =>
      perform({ type: 'action', action: 'savePicture', text, variant }, experiment, actions, true);
    for (const text of ['', 'x', 'no base64!', Buffer.from('GIF89a').toString('base64'), png.repeat(1_000_000)])
      expect(await save(text, 'ewc')).toBe(false);
    expect(actions.savePicture).not.toHaveBeenCalled();
    expect(await save(png, '../../.bashrc')).toBe(true);
    expect(actions.savePicture).toHaveBeenCalledWith(experiment, Buffer.from(png, 'base64'), '-bashrc');
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
