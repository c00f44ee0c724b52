import { tmpdir } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';

// Tests in a real VS Code: one after the other, because each starts a server and a browser of about 1.3 GB.
export default defineConfig({
  test: {
    // With LETHE_SCREENSHOT a picture is drawn instead: see there.
    include: [process.env.LETHE_SCREENSHOT ? 'test/ui/screenshot.ts' : 'test/**/*.ui.ts'],
    fileParallelism: false,
    // Runs train on WASM, which everybody has at first: on native TensorFlow they would be over before they are looked at.
    env: {
      ...(process.env.LETHE_TEST_METHODS ? {} : { LETHE_ENGINE_DIR: path.join(tmpdir(), 'lethe-no-engine') }),
      LETHE_STATE_DIR: path.join(tmpdir(), 'lethe-tests', 'state'),
      LETHE_CACHE_DIR: path.join(tmpdir(), 'lethe-tests', 'cache'),
      LETHE_DATA_DIR: path.join(tmpdir(), 'lethe-tests', 'data'),
    },
    testTimeout: 300_000,
    // The second that polls have by default is too short where the processor is shared: a browser's first use of the
    // clipboard alone may take longer.
    expect: { poll: { timeout: 20_000 } },
    // A second try, from a fresh VS Code: its start-up has races of its own (lenses, palette) on a loaded machine.
    // test/run.mjs names each test that needed it, before its last line.
    retry: 1,
    hookTimeout: 300_000,
  },
});
