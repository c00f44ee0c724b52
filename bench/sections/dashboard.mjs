import { build } from 'esbuild';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { output, root, withFolder } from '../processes.mjs';
import { megabytes, number, table } from '../tables.mjs';

export const title = 'The dashboard';

/** Finished runs of five tasks, and points of the curve of each. */
const sizes = [
  { runs: 20, points: 10_000 },
  { runs: 2000, points: 100 },
];

/** Each time in a process of its own: first with nothing in the cache, then with what the first left there. */
export async function measure({ quick, say }) {
  const results = [];
  const program = path.join(root, 'bench', 'results', 'dashboard.cjs');
  await build({
    entryPoints: [path.join(root, 'bench', 'dashboard.ts')],
    ...{ bundle: true, platform: 'node', mainFields: ['module', 'main'], outfile: program, logLevel: 'error' },
    external: ['playwright-core'],
    define: { 'import.meta.dirname': JSON.stringify(path.join(root, 'test', 'webview')), 'import.meta.url': '__url' },
    banner: { js: `const __url = ${JSON.stringify(`file://${path.join(root, 'test', 'vscode', 'x.mjs')}`)};` },
  });
  for (const { runs, points } of quick ? [{ runs: 5, points: 100 }] : sizes)
    await withFolder(async (folder) => {
      const cache = path.join(folder, 'cache');
      const run = async (...args) => {
        const env = { LETHE_CACHE_DIR: cache };
        const text = await output(process.execPath, ['--expose-gc', program, ...args.map(String)], { env });
        return text === '' ? undefined : JSON.parse(text);
      };
      mkdirSync(cache);
      await run('prepare', folder, runs, points);
      const first = { list: await run('list', folder) };
      first.open = await run('open', folder);
      const second = { list: await run('list', folder), open: await run('open', folder) };
      const page = runs > 100 ? undefined : await run('page', folder);
      results.push({ runs, points, first, second, page });
      say(`${runs} runs`);
    });
  rmSync(program);
  return results;
}

export function tables(results) {
  const seconds = (value) => `${number(value)} s`;
  const both = ({ first, second }, of, text) => `${text(of(first))}, then ${text(of(second))}`;
  const columns = results.map((result) => [
    both(result, ({ list }) => list.cpu, seconds),
    both(result, ({ list }) => list.heap, megabytes),
    both(result, ({ open }) => open.cpu, seconds),
    `${number(result.first.open.bytes / 1e6)} MB`,
    ...['open', 'curves'].map((part) => (result.page ? seconds(result.page[part]) : '–')),
    result.page ? megabytes(result.page.heap) : '–',
  ]);
  const names = [
    'CPU to read the runs',
    'memory of them',
    'host: CPU to open',
    'sent to the page',
    'page: CPU to open',
    'page: CPU of all curves',
    'page: heap',
  ];
  return table(
    ['', ...results.map(({ runs, points }) => `${runs} runs × ${points} points`)],
    names.map((name, row) => [name, ...columns.map((column) => column[row])]),
  );
}
