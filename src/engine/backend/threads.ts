import { THREADS_VARIABLE, threadVariables } from '../../core/threads';

/** To be called before TensorFlow's library is loaded, which looks only then: one thread, where nothing says how many. */
export function setThreads(env: NodeJS.ProcessEnv = process.env): void {
  for (const [name, one] of Object.entries(threadVariables(1))) env[name] ||= one;
}

/** Threads that native TensorFlow spreads an operation over in this process. */
export const nativeThreads = (env: NodeJS.ProcessEnv = process.env): number =>
  Math.max(1, Math.floor(Number(env[THREADS_VARIABLE])) || 1);
