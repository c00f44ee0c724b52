import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Experiments } from '../workspace/experiments';
import type { RunsModel } from '../workspace/runsModel';

const { keys } = vi.hoisted(() => ({ keys: new Map<string, unknown>() }));
vi.mock('vscode', () => ({
  commands: { executeCommand: (_command: string, key: string, value: unknown) => keys.set(key, value) },
}));
const { ContextKeys } = await import('./contextKeys');

/** A workspace in which so much has been found so far. `finish` ends the reading; `change` says what there is now. */
function workspaceOf(found: { experiments: number; damaged: number }) {
  const listeners: (() => void)[] = [];
  const onDidChange = (listener: () => void) => {
    listeners.push(listener);
    return { dispose: () => undefined };
  };
  let hasRead = (): void => undefined;
  const ready = new Promise<void>((resolve) => (hasRead = resolve));
  const experiments = { ready, onDidChange, list: () => Array.from({ length: found.experiments }) };
  const damaged = () => Array.from({ length: found.damaged });
  const runs = { ready, onDidChange, all: () => [], folderPaths: () => ['/w'], damaged };
  new ContextKeys(experiments as unknown as Experiments, runs as unknown as RunsModel);
  const settle = () => vi.advanceTimersByTimeAsync(1000);
  return {
    finish: () => {
      hasRead();
      return settle();
    },
    change: (experimentsNow: number) => {
      found.experiments = experimentsNow;
      for (const listener of listeners) listener();
      return settle();
    },
  };
}

describe('whether there is anything to list', () => {
  beforeEach(() => {
    keys.clear();
    vi.useFakeTimers();
  });
  afterEach(() => void vi.useRealTimers());

  it('is not denied before everything has been read', async () => {
    const { change, finish } = workspaceOf({ experiments: 0, damaged: 0 });
    await change(0);
    expect(keys.get('lethe.isEmpty')).toBe(false);
    await finish();
    expect(keys.get('lethe.isEmpty')).toBe(true);
  });

  it('follows experiments that come and go', async () => {
    const { change, finish } = workspaceOf({ experiments: 1, damaged: 0 });
    await finish();
    expect(keys.get('lethe.isEmpty')).toBe(false);
    await change(0);
    expect(keys.get('lethe.isEmpty')).toBe(true);
    await change(1);
    expect(keys.get('lethe.isEmpty')).toBe(false);
  });

  it('counts a run folder that cannot be read, which the tree lists', async () => {
    const { finish } = workspaceOf({ experiments: 0, damaged: 1 });
    await finish();
    expect(keys.get('lethe.isEmpty')).toBe(false);
  });
});
