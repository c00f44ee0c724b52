import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { randomStream, type Random } from '../../src/engine/random';
import { troublesOf, type Ended } from './command';
import { giveTo, goodRuns, putRuns } from './goodRuns';
import { leftIn } from './processes';
import { between, pick, several } from './draws';
import { differences, resultName, runNames, unreadable } from './reference';
import { lethe, letheToEnd, newSandbox, remove, type Called, type Sandbox } from './sandbox';
import { eachTrial, type Attack, type Section } from './section';
import { tinyKeys } from './tinyExperiment';
import { uninterrupted, type Reference } from './uninterrupted';

const NOBODY = 65_534;
/** Bytes of the disk that fills up: an experiment takes three of them. */
const DISK = 12 * 2 ** 20;
const isRoot = process.getuid?.() === 0;

/** Disks that fill up or cannot be written, and stores of other users. */
export const disks: Section = {
  name: 'disks',
  title: 'Full, read-only and foreign disks',
  trials: { short: 5, usual: 24, long: 120 },
  share: 0.1,
  async run(attack, trials) {
    const mount = canMount(attack);
    if (!mount) attack.skip('disks that are full or read-only', 'mounting needs root');
    if (!isRoot) attack.skip('stores of another user', 'only root can make them');
    const runs = await goodRuns(attack);
    const reference = mount ? await uninterrupted(attack) : undefined;
    const kinds = [
      ...(reference ? [(random: Random) => fullDisk(attack, reference, random)] : []),
      ...(mount ? [() => readOnly(attack, runs)] : []),
      ...(isRoot
        ? [() => foreignStore(attack, runs, 0o755), () => foreignStore(attack, runs, 0o700)]
        : [() => withoutWriting(attack, runs)]),
      (random: Random) => inTheWay(attack, runs, random),
    ];
    let done = 0;
    await eachTrial(attack, trials, 1, async (trial) => {
      await kinds[trial % kinds.length]?.(randomStream(attack.seed, 'disks', trial));
      attack.done((done += 1));
    });
  },
};

const mounts = (...args: string[]): boolean => spawnSync('mount', args).status === 0;
const unmount = (folder: string): void => void spawnSync('umount', ['-l', folder]);

function canMount(attack: Attack): boolean {
  if (process.platform !== 'linux' || !isRoot) return false;
  const folder = mkdtempSync(join(attack.scratch, 'mount-'));
  const works = mounts('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder);
  if (works) unmount(folder);
  return works;
}

/** A disk that fills up while an experiment runs, once or several times, and then has room again. */
async function fullDisk(attack: Attack, reference: Reference, random: Random): Promise<void> {
  const disk = mkdtempSync(join(attack.scratch, 'disk-'));
  mounts('-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', disk);
  try {
    const sandbox = newSandbox(attack, disk);
    const keys = several(random, tinyKeys, 2);
    const args = ['run', sandbox.file, '--backend', 'wasm', '--method', ...keys];
    const found: string[] = [];
    const ended: Ended[] = [];
    for (let i = between(random, 1, 3); i > 0; i--) ended.push(await whileFilling(attack, sandbox, args, disk, random));
    found.push(...ended.flatMap((each) => troublesOf('lethe run', each)));
    if (ended.some((each) => each.code !== 0 && !/disk|space|ENOSPC/i.test(each.stderr + each.stdout)))
      found.push('the reason is not said');
    const last = await untilDone(attack, sandbox, args);
    const apart = await differences(
      sandbox.workspace,
      reference.results,
      keys.map((key) => resultName(key, 1)),
    );
    const damaged = await unreadable(sandbox.workspace, 3 * keys.length);
    found.push(...apart, ...damaged, ...leftovers(sandbox));
    const hung = [...ended, last].some((each) => each.hung);
    const left = await leftIn(sandbox.folder);
    attack.tally.add({
      kind: 'A disk that fills up',
      readable: damaged.length === 0,
      identical: apart.length === 0,
      hung,
      left,
      found,
    });
  } finally {
    unmount(disk);
    rmSync(disk, { recursive: true, force: true });
  }
}

async function whileFilling(
  attack: Attack,
  sandbox: Sandbox,
  args: readonly string[],
  disk: string,
  random: Random,
): Promise<Ended> {
  const filler = join(disk, 'filler');
  const running = lethe(attack, sandbox, args);
  await delay(random() * 4000);
  try {
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - pick(random, [0, 100, 5000, 70_000]))));
  } catch {
    // It was full already.
  }
  const ended = await running.ended;
  rmSync(filler, { force: true });
  return ended;
}

async function untilDone(attack: Attack, sandbox: Sandbox, args: readonly string[]): Promise<Ended> {
  for (let round = 1; ; round++) {
    const ended = await letheToEnd(attack, sandbox, args);
    if (ended.code === 0 || ended.hung || round === 6) return ended;
  }
}

/** Files that were only meant to exist for a moment, of runs that are done. */
function leftovers({ workspace }: Sandbox): string[] {
  const names = readdirSync(join(workspace, '.lethe'), { recursive: true, encoding: 'utf8' });
  return names.some((name) => name.endsWith('.part')) ? ['a half-written checkpoint was left'] : [];
}

/** What every command must do with runs that can be read where nothing can be written. */
async function readAnyway(attack: Attack, sandbox: Sandbox, kind: string, called: Called = {}): Promise<void> {
  const names = runNames(sandbox.workspace);
  const listed = await letheToEnd(attack, sandbox, ['list'], called);
  const found = names.every((name) => listed.stdout.includes(name)) && listed.code === 0 ? [] : ['runs are not listed'];
  const compared = await letheToEnd(attack, sandbox, ['compare', sandbox.file], called);
  if (compared.code !== 0) found.push('runs are not compared');
  const refused = await refusals(attack, sandbox, called);
  attack.tally.add({
    kind,
    hung: [listed, compared, ...refused].some(({ hung }) => hung),
    left: await leftIn(sandbox.folder),
    found: [
      ...found,
      ...troublesOf('lethe list', listed),
      ...troublesOf('lethe compare', compared),
      ...refused.flatMap((ended) => troublesOf('a command', ended, { codes: [2] })),
      ...(refused.every(({ stderr }) => /read-only|permission/i.test(stderr)) ? [] : ['the reason is not said']),
    ],
  });
}

/** What `run` and `report` say where they cannot write. */
const refusals = async (attack: Attack, { ...sandbox }: Sandbox, called: Called): Promise<Ended[]> => [
  await letheToEnd(attack, sandbox, ['run', sandbox.file, '--backend', 'wasm', '--seeds', '7,'], called),
  await letheToEnd(attack, sandbox, ['report', sandbox.file], called),
];

async function readOnly(attack: Attack, runs: string): Promise<void> {
  const sandbox = newSandbox(attack);
  putRuns(runs, sandbox);
  const { workspace } = sandbox;
  mounts('--bind', workspace, workspace);
  mounts('-o', 'remount,ro,bind', workspace);
  try {
    await readAnyway(attack, sandbox, 'A read-only disk');
  } finally {
    unmount(workspace);
    await remove(sandbox, 0);
  }
}

async function withoutWriting(attack: Attack, runs: string): Promise<void> {
  const sandbox = newSandbox(attack);
  putRuns(runs, sandbox);
  const { workspace } = sandbox;
  spawnSync('chmod', ['-R', 'a-w', workspace]);
  await readAnyway(attack, sandbox, 'A store that may not be written');
  spawnSync('chmod', ['-R', 'u+w', workspace]);
  await remove(sandbox, 0);
}

/** A store of root, used by nobody: with permission to read it, or with none. */
async function foreignStore(attack: Attack, runs: string, mode: number): Promise<void> {
  const sandbox = newSandbox(attack);
  putRuns(runs, sandbox);
  for (const name of ['home', 'state', 'cache', 'tmp']) giveTo(NOBODY, join(sandbox.folder, name));
  const called = { uid: NOBODY };
  if (mode === 0o755) await readAnyway(attack, sandbox, "Another user's store", called);
  else {
    chmodSync(join(sandbox.workspace, '.lethe'), mode);
    const ended = [await letheToEnd(attack, sandbox, ['list'], called), ...(await refusals(attack, sandbox, called))];
    attack.tally.add({
      kind: "Another user's store, closed",
      hung: ended.some(({ hung }) => hung),
      left: await leftIn(sandbox.folder),
      found: [
        ...ended.flatMap((each) => troublesOf('a command', each, { codes: [2] })),
        ...(ended.every(({ stderr }) => /permission/i.test(stderr)) ? [] : ['the reason is not said']),
      ],
    });
  }
  await remove(sandbox, 0);
}

/** A file where a folder is needed, or a folder where a file is. */
async function inTheWay(attack: Attack, runs: string, random: Random): Promise<void> {
  const sandbox = newSandbox(attack);
  putRuns(runs, sandbox);
  const name = pick(random, ['', 'runs', 'keeper', 'planning', 'queue.json', 'keeper.log', 'reports', '.gitignore']);
  const path = join(sandbox.workspace, '.lethe', name);
  rmSync(path, { recursive: true, force: true });
  if (['queue.json', 'keeper.log', '.gitignore'].includes(name)) mkdirSync(path);
  else writeFileSync(path, 'in the way');
  const commands = [['list'], ['compare', sandbox.file], ['report', sandbox.file], ['stop', '--all']];
  const ended: Ended[] = [];
  for (const args of commands) ended.push(await letheToEnd(attack, sandbox, args));
  ended.push(
    await letheToEnd(attack, sandbox, ['run', sandbox.file, '--backend', 'wasm', '--method', 'none', '--seeds', '1,2']),
  );
  attack.tally.add({
    kind: 'Something else in the way',
    hung: ended.some(({ hung }) => hung),
    left: await leftIn(sandbox.folder),
    found: ended.flatMap((each) => troublesOf('a command', each)),
  });
  await remove(sandbox, 0);
}
