// Runs published protocols, writes docs/reproduction.md and lethe.lock.
//   npm run reproduce -- [protocol …] [--method KEY …] [--seeds N] [--backend NAME] [--parallel N]
//   npm run reproduce -- --check [protocol …]      runs again what lethe.lock has, with this build
// A protocol is an id or how it begins (split-mnist/). It goes on where it stopped: Ctrl-C at any time. Each cell is written
// when it is there.
import { build } from 'esbuild';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const outfile = path.join(root, 'test/artifacts/reproduction/program/main.cjs');

process.chdir(root);
await build({
  entryPoints: ['test/reproduction/main.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  mainFields: ['module', 'main'],
  logLevel: 'error',
});
const { main } = createRequire(import.meta.url)(outfile);
process.exitCode = await main(process.argv.slice(2));
