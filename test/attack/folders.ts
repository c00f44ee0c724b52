import { spawnSync } from 'node:child_process';
import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomStream, type Random } from '../../src/engine/random';
import { runToEnd, troublesOf } from './command';
import { contentOf } from './folderContent';
import { giveTo, goodRuns, putRuns } from './goodRuns';
import type { InsideCommand, InsidePlan, InsideResult } from './inside';
import { isolation, type Isolation } from './isolation';
import { several } from './draws';
import { runNames, runPath } from './reference';
import { newSandbox, remove, type Sandbox } from './sandbox';
import { eachTrial, type Attack, type Section } from './section';
import { specialFolders, type SpecialFolder, type Store } from './specialFolders';
import { mutatedFolder } from './stores.attack';
import { tinyKeys } from './tinyExperiment';

/** Mutated run folders of one store. */
const CROWD = 250;
/** Bytes that a command may take on such a store. */
const MEMORY = 400e6;
/** Milliseconds: what a command may take, after how many those that train are interrupted, and what they may take. */
const LIMIT = 30_000;
const PATIENCE = 12_000;
const LIMIT_OF_TRAINING = 60_000;
const PARALLEL = 2;
/** Hostile run folders of a store that are verified and stopped by name. */
const NAMED = 4;
/** Stores for an attack that ends by the clock: more than there is time for. */
const FOR_HOURS = 100_000;
const MUTATED = 'Mutated run folders';

/** Hostile and broken run folders in real stores, and every command of the real command line on them. */
export const folders: Section = {
  name: 'folders',
  title: 'Hostile run folders, through the command line',
  trials: { short: 110, usual: 500, long: 10_000 },
  share: 0.25,
  async run(attack, trials) {
    const apart = isolation();
    if (apart.prefix.length === 0)
      attack.skip('run folders that name processes', 'there are no process namespaces here');
    const runs = await goodRuns(attack);
    const batches = batchesOf(trials, specialsFor(attack, apart)).filter(
      ({ mutated }) => mutated === 0 || attack.wants(MUTATED),
    );
    let done = 0;
    await eachTrial(attack, batches.length, PARALLEL, async (trial) => {
      const batch = batches[trial];
      if (!batch) return;
      await attackStore(attack, apart, runs, batch, randomStream(attack.seed, 'folders', trial));
      attack.done((done += batch.mutated + batch.special.length));
    });
  },
};

/** What is put into one store. */
interface Batch {
  readonly special: readonly SpecialFolder[];
  readonly mutated: number;
  /** Without the commands that take a single run. */
  readonly isShort: boolean;
}

/** Where there are few trials all special folders share a store; otherwise each kind has its own. */
function batchesOf(trials: number, special: readonly SpecialFolder[]): Batch[] {
  const isShort = trials < 2 * special.length;
  const kinds = [...new Set(special.map(({ kind }) => kind))];
  const together = isShort ? [special] : kinds.map((kind) => special.filter((one) => one.kind === kind));
  const crowds = Math.max(0, trials - special.length);
  const count = Number.isFinite(crowds) ? Math.ceil(crowds / CROWD) : FOR_HOURS;
  return [
    ...together.map((own) => ({ special: own, mutated: 0, isShort })),
    ...Array.from({ length: count }, (_, i) => ({
      special: [],
      mutated: Math.min(CROWD, crowds - i * CROWD),
      isShort,
    })),
  ];
}

function specialsFor({ skip, wants }: Attack, { prefix, uid }: Isolation): readonly SpecialFolder[] {
  if (uid === undefined) skip("run folders with another user's files", 'only root can make them');
  const wanted = specialFolders.filter(({ kind, name }) => wants(kind) || wants(name));
  return wanted.filter(({ needs }) =>
    needs === 'root' ? uid !== undefined : needs === undefined || prefix.length > 0,
  );
}

async function attackStore(
  attack: Attack,
  apart: Isolation,
  goodOnes: string,
  batch: Batch,
  random: Random,
): Promise<void> {
  const sandbox = newSandbox(attack);
  const runs = join(sandbox.workspace, '.lethe/runs');
  putRuns(goodOnes, sandbox);
  const good = runNames(sandbox.workspace);
  const victims = [join(sandbox.folder, 'victim'), join(sandbox.folder, 'tmp/victim')];
  for (const victim of victims) makeVictim(victim, runPath(sandbox.workspace, good[0] ?? ''));
  if (apart.uid !== undefined) giveTo(apart.uid, sandbox.folder);
  const late: { file: string; text: string }[] = [];
  const store: Store = {
    runs,
    good: runPath(sandbox.workspace, good[0] ?? ''),
    victim: victims[0] ?? '',
    addLate: (file, text) => void late.push({ file, text }),
  };
  const hostile = fill(store, batch, random, apart);
  const before = victims.map(contentOf);
  const result = await inside(attack, apart, sandbox, {
    late,
    commands: commandsOn(attack, sandbox, batch.isShort ? [] : namesFor(runs, several(random, hostile, NAMED))),
  });
  const touched = victims.map(contentOf).some((content, i) => content !== before[i]);
  const found = [
    ...troublesIn(result, good, hostile.length),
    ...(touched ? ['a folder outside of the store was changed'] : []),
  ];
  count(attack, batch, result, found);
  if (found.length > 0) keep(attack, batch, result, found);
  spawnSync('chmod', ['-R', 'u+rwX', sandbox.folder]);
  await remove(sandbox, 0);
}

/** @returns the names of the run folders that were made, good ones aside */
function fill(store: Store, { special, mutated }: Batch, random: Random, { uid, prefix }: Isolation): string[] {
  const before = new Set(readdirSync(store.runs));
  for (let i = 0; i < mutated; i++) {
    const folder = join(store.runs, `mutated-${i}`);
    mkdirSync(folder);
    for (const [name, text] of Object.entries(mutatedFolder(random, `mutated-${i}`))) {
      // Where processes are not kept apart, a log must name none: a fault would end whatever has that pid.
      const safe = prefix.length > 0 ? text : text.replace(/"pid"\s*:[^,}]*/g, '"pid":4194305');
      writeFileSync(join(folder, name), safe, 'latin1');
    }
  }
  if (uid !== undefined) giveTo(uid, store.runs);
  for (const one of special) one.make(store);
  const names = readdirSync(store.runs).filter((name) => !before.has(name));
  if (uid !== undefined) ownUnlessForeign(store.runs, special, uid);
  return names;
}

/** Special folders are made by root: they belong to whom the store belongs, but for those that are special for that. */
function ownUnlessForeign(runs: string, special: readonly SpecialFolder[], uid: number): void {
  const foreign = special.filter(({ needs }) => needs === 'root').map(({ name }) => name);
  for (const name of readdirSync(runs)) if (!foreign.includes(name)) giveTo(uid, join(runs, name));
}

function makeVictim(folder: string, run: string): void {
  cpSync(run, folder, { recursive: true });
  writeFileSync(join(folder, 'keep.txt'), 'This was here before.\n');
}

/** What a person would type for these run folders: their names, and the ids that they claim to have. */
function namesFor(runs: string, folders: readonly string[]): string[] {
  return folders.flatMap((folder) => {
    const id = claimedId(join(runs, folder, 'run.json'));
    return id === undefined || id === folder ? [folder] : [folder, id];
  });
}

function claimedId(file: string): string | undefined {
  try {
    if (!lstatSync(file).isFile() || lstatSync(file).size > 1e6) return undefined;
    const { id } = JSON.parse(readFileSync(file, 'utf8')) as { readonly id?: unknown };
    // No program can be given an argument with a NUL in it, nor one without end.
    return typeof id === 'string' && !id.includes('\0') && id.length < 2000 ? id : undefined;
  } catch {
    return undefined;
  }
}

function commandsOn({ programs }: Attack, { file }: Sandbox, names: readonly string[]): InsideCommand[] {
  const command = (...args: string[]): InsideCommand => ({
    name: `lethe ${args.filter((arg) => arg !== file && !names.includes(arg)).join(' ')}`,
    command: [process.execPath, join(programs, 'cli.js'), ...args],
    ...(['run', 'verify'].includes(args[0] ?? '')
      ? { limit: LIMIT_OF_TRAINING, interruptAfter: PATIENCE }
      : { limit: LIMIT }),
  });
  return [
    command('list'),
    command('list', '--json'),
    command('compare', file),
    command('compare', file, '--format', 'csv'),
    command('report', file),
    command('check', file),
    ...names.map((name) => command('verify', '--', name)),
    ...names.map((name) => command('stop', '--', name)),
    command('stop', '--all'),
    command('run', file, '--backend', 'wasm', '--seeds', '1,2', '--method', ...tinyKeys.slice(0, 2)),
    { ...command('list', '--json'), name: 'lethe list --json afterwards' },
  ];
}

async function inside(
  attack: Attack,
  { prefix, uid }: Isolation,
  sandbox: Sandbox,
  { commands, late }: Pick<InsidePlan, 'commands' | 'late'>,
): Promise<InsideResult> {
  const [file, result] = [join(sandbox.folder, 'plan.json'), join(sandbox.folder, 'result.json')];
  const { folder, workspace: cwd, env } = sandbox;
  const plan: InsidePlan = { commands, late, cwd, env, folder, result, ...(uid === undefined ? {} : { uid }) };
  writeFileSync(file, JSON.stringify(plan));
  const command: readonly string[] = [...prefix, process.execPath, attack.insider, file];
  const [program = '', ...args] = command;
  const limit = commands.length * (LIMIT_OF_TRAINING + 5000);
  const ended = await runToEnd([program, ...args], {
    cwd: process.cwd(),
    env: { PATH: process.env['PATH'] ?? '' },
    limit,
  });
  if (ended.code !== 0) throw new Error(`Inside of a namespace: exit code ${ended.code}, ${ended.stderr}`);
  return JSON.parse(readFileSync(result, 'utf8')) as InsideResult;
}

function troublesIn({ ended, left }: InsideResult, good: readonly string[], hostile: number): string[] {
  const found = ended.flatMap((command) => troublesOf(command.name, command, { memory: MEMORY }));
  for (const { name, stdout, code } of ended.filter((command) => command.name.startsWith('lethe list --json'))) {
    if (code !== 0) continue;
    const listed = listedIn(stdout);
    if (good.some((id) => listed.get(id) !== 'done')) found.push(`${name}: a good run is not listed any more`);
    if (listed.size < good.length + hostile)
      found.push(`${name}: a run folder is neither listed nor said to be damaged`);
  }
  const killer = ended.find(({ victimLives }) => !victimLives);
  if (killer) found.push(`${killer.name} ended a process that is not Lethe's`);
  return left > 0 ? [...found, 'processes were left behind'] : found;
}

/** Id and status of the lines of `lethe list --json`. */
function listedIn(text: string): Map<string, string> {
  return new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      try {
        const { id, status } = JSON.parse(line) as { id: string; status: string };
        return [[id, status]];
      } catch {
        return [];
      }
    }),
  );
}

function count(
  { tally }: Attack,
  { special, mutated }: Batch,
  { ended, left }: InsideResult,
  found: readonly string[],
): void {
  const kinds = new Set(special.map(({ kind }) => kind));
  const [kind = MUTATED] = kinds;
  tally.add({
    kind: kinds.size > 1 ? 'Special run folders, all in one store' : kind,
    count: special.length + mutated,
    hung: ended.some(({ hung }) => hung),
    left,
    found,
  });
}

/** Keeps what each command said of a store in which something was found. */
function keep(
  { artifacts, seed }: Attack,
  { special }: Batch,
  { ended }: InsideResult,
  found: readonly string[],
): void {
  const kinds = [...new Set(special.map(({ kind }) => kind))];
  const name = (kinds.length === 1 ? kinds : [kinds.length === 0 ? MUTATED : 'special'])[0]?.replace(/\W+/g, '-') ?? '';
  const shown = ended.map(({ stdout, stderr, ...rest }) => ({
    ...rest,
    stderr: stderr.slice(0, 3000),
    stdout: stdout.slice(0, 1000),
  }));
  writeFileSync(join(artifacts, `folders-${seed}-${name}.json`), JSON.stringify({ found, ended: shown }, undefined, 2));
}
