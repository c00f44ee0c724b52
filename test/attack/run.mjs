// Attacks the real programs and says what came of it.
//   npm run attack -- [section …] [--trials section=count …] [--hours H] [--seed N] [--write]
// Minutes by default; --hours gives each section its share of so much time, --trials a section its own count. Ctrl-C ends
// it and keeps what was counted. --write puts the tables into docs/reliability.md. Ends with 1 when anything was found.
import { build } from 'esbuild';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const outdir = path.join(root, 'test/artifacts/attack/program');

process.chdir(root);
await build({
  entryPoints: { attack: 'test/attack/main.ts', inside: 'test/attack/insideProgram.ts' },
  outdir,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['esbuild', '@tensorflow/tfjs-node'],
  mainFields: ['module', 'main'],
  // Some find the examples from where their own file lies.
  define: { 'import.meta.dirname': JSON.stringify(path.join(root, 'test/attack')) },
  logLevel: 'error',
});
const { main } = createRequire(import.meta.url)(path.join(outdir, 'attack.cjs'));
process.exitCode = await main(process.argv.slice(2), path.join(outdir, 'inside.cjs'));
