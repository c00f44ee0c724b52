import { describe, expect, it } from 'vitest';
import { nativeThreads, setThreads } from './threads';

describe('the threads of a training process', () => {
  it('are one where nothing says how many', () => {
    const env: NodeJS.ProcessEnv = {};
    setThreads(env);
    expect(env).toEqual({ TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' });
    expect(nativeThreads(env)).toBe(1);
  });

  it('are as many as were asked for', () => {
    const env: NodeJS.ProcessEnv = { TF_NUM_INTRAOP_THREADS: '4' };
    setThreads(env);
    expect(env['TF_NUM_INTRAOP_THREADS']).toBe('4');
    expect(nativeThreads(env)).toBe(4);
  });

  it('are one where the variable holds no number', () => {
    expect(nativeThreads({ TF_NUM_INTRAOP_THREADS: 'many' })).toBe(1);
  });
});
