// The program of bench/dashboard, built for as long as it is needed.
import { build } from 'esbuild';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { output, root } from './processes.mjs';

/** Gives `work` the path of the program, beside a package of the extension as it is now. */
export async function dashboardProgram(work) {
  const program = path.join(root, 'bench', 'results', `dashboard-${process.pid}.cjs`);
  await build({
    entryPoints: [path.join(root, 'bench', 'dashboard', 'program.ts')],
    ...{ bundle: true, platform: 'node', mainFields: ['module', 'main'], outfile: program, logLevel: 'error' },
    external: ['playwright-core'],
    // Of the modules that it is made of some look for files beside them.
    define: { 'import.meta.url': '__url' },
    banner: { js: `const __url = ${JSON.stringify(`file://${path.join(root, 'test', 'vscode', 'x.mjs')}`)};` },
  });
  try {
    await output('npm', ['run', 'package']);
    return await work(program);
  } finally {
    rmSync(program);
  }
}
