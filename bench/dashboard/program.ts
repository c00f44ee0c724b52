/**
 * What Lethe takes to read runs and to show them:
 *   node program.cjs WHAT FOLDER CACHE [RUNS POINTS]
 *   node program.cjs give FOLDER CACHE RUNS WORKERS SECONDS | work FOLDER CACHE BATCH FIRST COUNT | state FOLDER CACHE WORKERS
 *   | starts FOLDER: see cluster.ts
 *   node program.cjs drawing FOLDER CACHE RUNS TIMES COUNT …: see manyRuns.ts
 * WHAT is `read` or `tell` (in a process of its own, with --expose-gc) or one of what workbench.ts measures in a real VS
 * Code. With RUNS, so many with so many points of their curves are made up in FOLDER first. Prints seconds and bytes as JSON.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { give, starts, state, work } from './cluster';
import { prepare } from './madeUpRuns';
import { drawing } from './manyRuns';
import { read, tell } from './reading';
import { bare, charts, following, opening, refining, streaming, tree } from './workbench';

/** Of its log a run that goes on has this share at the beginning. */
const BEGUN = 0.4;

function streamingIn(folder: string, cache: string, runs: number, points: number) {
  writeFileSync(path.join(folder, 'behind.txt'), '');
  return streaming(folder, cache, prepare(folder, runs, points, BEGUN));
}

const [what = '', folder = '', cache = '', ...rest] = process.argv.slice(2);
const [runs, points] = rest;
const measures = { read, tell, bare, tree, opening, charts, refining, following };
const [a = 0, b = 0, c = 0] = rest.map(Number);
const ofCluster = {
  give: () => give(folder, a, b, c),
  work: () => work(folder, rest[0] ?? '', b, c),
  state: () => state(folder, a),
  starts: () => Promise.resolve(starts(folder)),
};
async function measured(): Promise<object> {
  process.env['LETHE_CACHE_DIR'] = cache;
  if (what in ofCluster) return ofCluster[what as keyof typeof ofCluster]();
  if (what === 'drawing') return drawing(a, b, rest.slice(2).map(Number));
  const size = [Number(runs), Number(points)] as const;
  if (what === 'streaming') return streamingIn(folder, cache, ...size);
  if (!(what in measures)) throw new Error('usage: see the head of this file');
  if (runs !== undefined) prepare(folder, ...size);
  return measures[what as keyof typeof measures](folder, cache);
}
void measured().then((result) => process.stdout.write(JSON.stringify(result)));
