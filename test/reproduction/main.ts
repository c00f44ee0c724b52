import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { withSomeTables } from '../../scripts/documentTables';
import { hasWholeResult } from '../../src/core/doubts';
import { held, lockedOf, UNKNOWN, type Outcome } from '../../src/core/lockedRuns';
import type { RunMeasureName } from '../../src/core/measures/table';
import { methodIds } from '../../src/core/methods/index';
import type { Run } from '../../src/core/run';
import { readCatalogue } from '../../src/data/catalogue';
import { RunStore } from '../../src/runs/index';
import { allCells, fileOf, subjects, type Cell } from './cells';
import { lockText, readLock, runsOfCell, type ReproducedRun } from './lockFile';
import { measuredTables } from './page';

const LOCK = 'lethe.lock';
const WORK = path.join('test', 'artifacts', 'reproduction');
const CHECKED = path.join('test', 'artifacts', 'reproduction-check');

interface Options {
  readonly method?: readonly string[] | undefined;
  readonly seeds?: string | undefined;
  readonly backend: string;
  readonly parallel?: string | undefined;
  readonly check: boolean;
}

const say = (text: string) => process.stdout.write(`${text}\n`);
const lockedRuns = () => (existsSync(LOCK) ? readLock(readFileSync(LOCK, 'utf8')) : []);
const processor = () => cpus()[0]?.model.trim() ?? 'unknown';

/** Returns the exit code: 1 where a run failed or a build gives other numbers, 2 for a bad command, 3 when stopped. */
export async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      method: { type: 'string', multiple: true },
      seeds: { type: 'string' },
      backend: { type: 'string', default: 'auto' },
      parallel: { type: 'string' },
      check: { type: 'boolean', default: false },
    },
  });
  const cells = chosenCells(positionals, values);
  if (typeof cells === 'string') {
    process.stderr.write(`${cells}\n`);
    return 2;
  }
  return values.check ? check(cells, values) : reproduce(cells, values);
}

/** The cells that are meant, or what is wrong with the command. */
function chosenCells(names: readonly string[], { method, seeds }: Options): Cell[] | string {
  const unknown = names.find((name) => !subjects.some((id) => id.startsWith(name)));
  if (unknown !== undefined) return `Nothing begins with ${unknown}. There are: ${subjects.join(', ')}.`;
  if (seeds !== undefined && !/^[1-9]\d{0,2}$/.test(seeds))
    return `--seeds ${seeds}: it must be a whole number from 1.`;
  const ofProtocols = allCells(readCatalogue()).filter(
    ({ protocol }) => names.length === 0 || names.some((name) => protocol.startsWith(name)),
  );
  const chosen = ofProtocols.filter(({ key }) => method?.includes(key) ?? true);
  const keys = [...new Set(ofProtocols.map(({ key }) => key))].join(', ');
  if (chosen.length === 0) return `None of these methods is there. There are: ${keys}.`;
  return seeds === undefined ? chosen : chosen.map((cell) => ({ ...cell, seeds: Number(seeds) }));
}

async function reproduce(cells: readonly Cell[], options: Options): Promise<number> {
  // The lock may have come with others' runs, in whatever order.
  writeAll(lockedRuns());
  let failed = false;
  for (const [i, cell] of cells.entries()) {
    const title = `[${i + 1}/${cells.length}] ${cell.protocol} ${cell.key}`;
    const there = runsOfCell(lockedRuns(), cell);
    const known = new Set(there.map(({ seed }) => seed));
    const missing = Array.from({ length: cell.seeds }, (_, seed) => seed + 1).filter((seed) => !known.has(seed));
    if (missing.length === 0) {
      // What is told of it may have become more since.
      if (there.some((run) => !toldOf(cell).every((measure) => measure in run.measures)))
        keep(cell, await doneRuns(WORK, cell));
      say(`${title}: ${known.size} ${known.size === 1 ? 'seed' : 'seeds'} there already`);
      continue;
    }
    say(`${title}: ${missing.length === 1 ? 'seed' : 'seeds'} ${missing.join(', ')}`);
    const code = await runCell(WORK, cell, missing, options);
    // Whatever is done counts, also where the command was stopped.
    keep(cell, await doneRuns(WORK, cell));
    if (code === 3) return 3;
    if (code !== 0) {
      failed = true;
      say(`${title}: not all of it could be run; see above`);
    }
  }
  return failed ? 1 : 0;
}

/** Writes the numbers of a cell, and the pages with them. */
function keep(cell: Cell, runs: readonly Run[]): void {
  writeAll([...lockedRuns(), ...runs.map((run) => reproducedOf(cell, run))]);
}

/** The lock, and the tables of all pages from it. */
function writeAll(locked: readonly ReproducedRun[]): void {
  write(LOCK, lockText(locked, subjects));
  const tables = measuredTables(lockedRuns());
  for (const page of pages()) {
    const before = readFileSync(page, 'utf8');
    const text = withSomeTables(before, tables);
    if (text !== before) write(page, text);
  }
}

/** Documents that have numbers of these runs. */
const pages = (): string[] => [
  'README.md',
  path.join('docs', 'reproduction.md'),
  path.join('docs', 'methods.md'),
  ...methodIds.map((id) => path.join('docs', 'methods', `${id}.md`)),
];

/** A file is there whole or not at all, whenever the command ends. */
function write(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/** What a line of the lock has of it, beside the usual measures. */
const toldOf = ({ values, told }: Cell): RunMeasureName[] => [
  ...values.map(({ measure }) => measure as RunMeasureName),
  ...told,
];

function reproducedOf(cell: Cell, run: Run): ReproducedRun {
  const { protocol } = cell;
  const { measures, processor: said, ...of } = lockedOf(run, toldOf(cell));
  // Runs of before said nothing of their processor: it is this one.
  const place = { processor: said === UNKNOWN ? processor() : said };
  return { protocol, ...of, ...place, seconds: Math.round(10 * run.state.seconds) / 10, measures };
}

async function doneRuns(work: string, { hash }: Cell): Promise<Run[]> {
  const runs = await new RunStore(work, { dist: 'dist' }).list();
  return runs.filter((run) => run.manifest.variant.hash === hash && hasWholeResult(run));
}

/** Runs some seeds of a cell, or goes on with them. Returns the exit code of `lethe run`. */
async function runCell(work: string, cell: Cell, seeds: readonly number[], options: Options): Promise<number> {
  mkdirSync(work, { recursive: true });
  const file = path.join(work, `${cell.protocol.replace('/', '_').replace(/\.lethe\.json$/, '')}.lethe.json`);
  writeFileSync(file, fileOf(cell.protocol));
  const args = ['run', file, '--method', cell.key, '--seeds', `${seeds.join(',')},`, '--out', work, '--no-report'];
  const parallel = options.parallel === undefined ? [] : ['--parallel', options.parallel];
  return lethe([...args, '--backend', options.backend, ...parallel]);
}

/** Ctrl-C is for the command that trains: it stops politely, and then so does this. */
function lethe(args: readonly string[]): Promise<number> {
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  const child = spawn(process.execPath, [path.join('dist', 'cli.js'), ...args], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      process.off('SIGINT', ignore);
      resolve(code ?? 1);
    });
  });
}

/** Runs again what the lock has, and says where this build gives other numbers. */
async function check(cells: readonly Cell[], options: Options): Promise<number> {
  rmSync(CHECKED, { recursive: true, force: true });
  const locked = lockedRuns();
  const counts = { equal: 0, elsewhere: 0, changed: 0, failed: 0 };
  for (const cell of cells) {
    const wanted = runsOfCell(locked, cell).filter(({ seed }) => options.seeds === undefined || seed <= cell.seeds);
    const [first] = wanted;
    if (!first) continue;
    say(`${cell.protocol} ${cell.key}: ${wanted.length} to check`);
    const [backend = 'auto'] = first.backend.split(' ');
    const code = await runCell(
      CHECKED,
      cell,
      wanted.map(({ seed }) => seed),
      { ...options, backend },
    );
    if (code === 3) return 3;
    const done = await doneRuns(CHECKED, cell);
    for (const one of wanted) {
      const run = done.find(({ manifest }) => manifest.seed === one.seed);
      counts[run ? compared(cell, one, run) : 'failed'] += 1;
    }
  }
  const stale = locked.filter(({ hash, protocol }) => isStale(hash, protocol, cells));
  if (stale.length > 0) say(`${stale.length} runs of lethe.lock are of other settings or revisions: not checked.`);
  say(
    `${counts.equal} equal bit for bit, ${counts.elsewhere} elsewhere and equal up to rounding, ${counts.changed} changed, ${counts.failed} not run.`,
  );
  return counts.changed + counts.failed > 0 ? 1 : 0;
}

const isStale = (hash: string, protocol: string, cells: readonly Cell[]): boolean =>
  cells.some((cell) => cell.protocol === protocol) && !cells.some((cell) => cell.hash === hash);

function compared(cell: Cell, locked: ReproducedRun, run: Run): Outcome {
  const { outcome, isSamePlace, changed } = held(locked, reproducedOf(cell, run));
  if (outcome === 'equal') return outcome;
  const numbers = changed.map((one) => `${one.measure} ${one.locked} → ${one.now}`).join(', ');
  say(`  seed ${locked.seed}${isSamePlace ? '' : `, ${locked.backend} on ${locked.processor}`}: ${numbers}`);
  return outcome;
}
