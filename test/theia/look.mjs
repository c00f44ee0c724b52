// Whether Lethe's views have something to show in Eclipse Theia: `npm run build && npm run package`, then
// `node test/theia/look.mjs`. Installs Theia when it is not there yet; exits with 1 when a view stays empty.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setUpTheia } from './setup.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const theia = await setUpTheia((line) => console.log(line));
if (theia.ready) {
  const args = ['run', '--config', 'vitest.ui.config.mts', 'test/theia'];
  const { status } = spawnSync(path.join(ROOT, 'node_modules', '.bin', 'vitest'), args, {
    cwd: ROOT,
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
} else {
  console.log(`not available: ${theia.reason}`);
  process.exitCode = 1;
}
