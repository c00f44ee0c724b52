import { configDefaults, defineConfig } from 'vitest/config';

// Unit tests and guarantees. Two processes at most: training in tests takes memory, and the processor for itself.
export default defineConfig({
  test: {
    include: ['{src,webview,scripts,test}/**/*.test.{ts,mjs}'],
    exclude: [...configDefaults.exclude, 'test/vscode/host/**', 'test/artifacts/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What a passing test prints is noise.
    silent: 'passed-only',
  },
});
