import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { manifestSchema, type RunManifest } from '../../src/core/manifest';
import { start, troublesOf, type Ended } from './command';
import { runNames, runPath } from './reference';
import { letheToEnd, newSandbox, remove, type Sandbox } from './sandbox';
import type { Attack, Section } from './section';
import { shim, shimOption } from './shims';

/** Runs of the store that the goals are for. */
const MANY = 10_000;
const goals = { files: 32, memory: 200e6, block: 50, firstSeconds: 15, seconds: 2 };
/** Files that a process may have open at all where that is limited: those of Node.js itself and the goal. */
const FILE_LIMIT = 64;
const LIMIT = 600_000;

/** A store with very many finished runs. */
export const manyRuns: Section = {
  name: 'many',
  title: 'Very many runs',
  trials: { short: 300, usual: MANY, long: MANY },
  share: 0.05,
  async run(attack, trials) {
    const count = Math.min(trials, MANY);
    const sandbox = newSandbox(attack);
    const log = await fillStore(attack, sandbox, count);
    const measured: Measured[] = [];
    for (const step of steps(attack, sandbox)) {
      if (!attack.goesOn()) break;
      const one = await measure(sandbox, step);
      measured.push(one);
      attack.tally.add({
        kind: `A store of ${count.toLocaleString('en')} runs`,
        hung: one.ended.hung,
        found: [...troublesOf(step.name, one.ended, { codes: [0] }), ...missed(one, step, count)],
      });
      attack.done(count);
    }
    attack.table(tableOf(measured, count, log));
    await remove(sandbox);
  },
};

/** One real run, and copies of it. @returns the bytes of its log */
async function fillStore(attack: Attack, sandbox: Sandbox, count: number): Promise<number> {
  // The example's own log where it counts, a shorter one where only the way is looked at.
  if (count >= MANY) cpSync(resolve('examples/split-mnist.lethe.json'), sandbox.file);
  const args = ['run', sandbox.file, '--backend', 'wasm', '--no-report', '--method', 'none', '--seeds', '1,'];
  const ended = await letheToEnd(attack, sandbox, args);
  if (ended.code !== 0) throw new Error(`The run to be copied ended with ${ended.code}: ${ended.stderr}`);
  const { workspace } = sandbox;
  const [first = ''] = runNames(workspace);
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(runPath(workspace, first, 'run.json'), 'utf8')));
  rmSync(runPath(workspace, first, 'checkpoints'), { recursive: true, force: true });
  for (let seed = 2; seed <= count; seed++) copyRun(workspace, first, manifest, seed);
  return statSync(runPath(workspace, first, 'events.jsonl')).size;
}

function copyRun(workspace: string, from: string, manifest: RunManifest, seed: number): void {
  const id = from.replace(/-seed1-/, `-seed${seed}-`);
  mkdirSync(runPath(workspace, id));
  for (const name of ['events.jsonl', 'process.json', 'output.log']) {
    cpSync(runPath(workspace, from, name), runPath(workspace, id, name));
  }
  const own = { ...manifest, id, seed, created: manifest.created + seed };
  writeFileSync(runPath(workspace, id, 'run.json'), `${JSON.stringify(own, undefined, 2)}\n`);
}

interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Nothing was read before. */
  readonly isFirst?: boolean;
  /** It waits for a run that trains: its own time says nothing. */
  readonly trains?: boolean;
}

function steps({ programs }: Attack, { file }: Sandbox): Step[] {
  const cli = join(programs, 'cli.js');
  const lethe = (...args: string[]): readonly [string, ...string[]] => [process.execPath, cli, ...args];
  const limited: readonly [string, ...string[]] = [
    'sh',
    '-c',
    `ulimit -n ${FILE_LIMIT}; exec "$0" "$@"`,
    ...lethe('list'),
  ];
  return [
    { name: 'lethe list, the first time', command: lethe('list'), isFirst: true },
    { name: 'lethe list', command: lethe('list') },
    { name: 'lethe list --json', command: lethe('list', '--json') },
    { name: 'lethe compare', command: lethe('compare', file) },
    {
      name: 'lethe run of one more run',
      command: lethe('run', file, '--backend', 'wasm', '--no-report', '--method', 'none', '--seeds', '20000,'),
      trains: true,
    },
    { name: `lethe list, the first time, with ${FILE_LIMIT} handles`, command: limited, isFirst: true },
  ];
}

interface Measured {
  readonly name: string;
  readonly ended: Ended;
  readonly cpuSeconds: number;
  readonly peakMemory: number;
  readonly longestBlock: number;
  /** Most files of the store or the cache that were open at a time; undefined where the system does not tell. */
  readonly files: number | undefined;
}

async function measure({ folder, workspace, env }: Sandbox, { name, command, isFirst }: Step): Promise<Measured> {
  if (isFirst) rmSync(join(folder, 'cache'), { recursive: true, force: true });
  spawnSync('sync');
  const gauge = join(folder, 'gauge.json');
  const { child, ended: ending } = start(command, {
    cwd: workspace,
    env: { ...env, ...shimOption([shim('gauge')]), LETHE_ATTACK_GAUGE: gauge },
    limit: LIMIT,
  });
  let files: number | undefined;
  const look = setInterval(() => {
    const open = openIn(folder, child.pid ?? 0);
    if (open !== undefined) files = Math.max(files ?? 0, open);
  }, 10);
  const ended = await ending;
  clearInterval(look);
  return {
    name,
    ended,
    files,
    ...(JSON.parse(readFileSync(gauge, 'utf8')) as Pick<Measured, 'cpuSeconds' | 'peakMemory' | 'longestBlock'>),
  };
}

function openIn(folder: string, pid: number): number | undefined {
  try {
    const handles = readdirSync(`/proc/${pid}/fd`);
    return handles.filter((handle) => targetOf(`/proc/${pid}/fd/${handle}`).startsWith(folder)).length;
  } catch {
    return undefined;
  }
}

/** What a handle is of; empty when it was closed meanwhile. */
function targetOf(handle: string): string {
  try {
    return readlinkSync(handle);
  } catch {
    return '';
  }
}

/** Goals that were not met. Times count only in the store they are for: in a short attack other tests share the machine. */
function missed(
  { ended, files = 0, peakMemory, longestBlock }: Measured,
  { name, isFirst, trains }: Step,
  count: number,
): string[] {
  const seconds = isFirst ? goals.firstSeconds : goals.seconds;
  const isMany = count >= MANY;
  return [
    ...(files > goals.files ? [`${name}: more than ${goals.files} files were open`] : []),
    ...(peakMemory > goals.memory ? [`${name} took more than 200 MB`] : []),
    ...(isMany && !trains && ended.milliseconds > 1000 * seconds ? [`${name} took more than ${seconds} s`] : []),
    ...(isMany && longestBlock > goals.block ? [`${name} was blocked for more than ${goals.block} ms`] : []),
  ];
}

function tableOf(measured: readonly Measured[], count: number, bytes: number): string {
  const rows = measured.map(
    ({ name, ended, cpuSeconds, peakMemory, longestBlock, files }) =>
      `| ${[name, (ended.milliseconds / 1000).toFixed(1), cpuSeconds.toFixed(1), Math.round(peakMemory / 1e6), files ?? '–', longestBlock.toFixed(0)].join(' | ')} |`,
  );
  return [
    `${count.toLocaleString('en')} finished runs, each with a log of ${Math.round(bytes / 1000)} kB. Goals: 2 s, the first time 15 s; 200 MB; 32 files open; no block over 50 ms.`,
    '',
    '| Command | Time (s) | Processor (s) | Memory (MB) | Files open | Longest block (ms) |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...rows,
  ].join('\n');
}
