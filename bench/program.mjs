import { build } from 'esbuild';
import path from 'node:path';
import { root, withFolder } from './processes.mjs';

/** Gives `work` the path of a program made of `bench/NAME.ts`, which is gone afterwards. */
export const withProgram = (name, work) =>
  withFolder(async (folder) => {
    const outfile = path.join(folder, `${name}.cjs`);
    await build({
      entryPoints: [path.join(root, 'bench', `${name}.ts`)],
      bundle: true,
      platform: 'node',
      mainFields: ['module', 'main'],
      outfile,
      logLevel: 'error',
    });
    return work(outfile);
  });
