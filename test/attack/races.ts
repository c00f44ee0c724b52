import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { randomStream, type Random } from '../../src/engine/random';
import { troublesOf, type Ended } from './command';
import { keepStore } from './keepStore';
import { between, pick } from './draws';
import { differences, resultName, runNames, runPath, unreadable } from './reference';
import { lethe, letheToEnd, newSandbox, remove, type Sandbox } from './sandbox';
import { eachTrial, type Attack, type Section } from './section';
import { shim } from './shims';
import { uninterrupted, type Reference } from './uninterrupted';

const keys = ['none', 'ewc', 'replay'] as const;
const seeds = [1, 2] as const;
const wanted = keys.flatMap((key) => seeds.map((seed) => resultName(key, seed)));

/** Every operation on a file may take a while: between two of them there is room for others. */
const slowly = { shims: [shim('operations')], env: { LETHE_ATTACK_SLOW: '20' } };

/** Commands that get in each other's way. */
export const races: Section = {
  name: 'races',
  title: 'Races',
  trials: { short: 2, usual: 12, long: 100 },
  share: 0.1,
  async run(attack, trials) {
    const reference = await uninterrupted(attack);
    let done = 0;
    await eachTrial(attack, trials, 1, async (trial) => {
      const random = randomStream(attack.seed, 'races', trial);
      await (trial % 2 === 0 ? runAtOnce : stopAndDelete)(attack, reference, random);
      attack.done((done += 1));
    });
  },
};

const runArguments = ({ file }: Sandbox) => [
  'run',
  file,
  '--backend',
  'wasm',
  '--no-report',
  '--seeds',
  seeds.join(','),
  '--method',
  ...keys,
];

/** The same experiment, run by several commands at once: each run is made once. */
async function runAtOnce(attack: Attack, reference: Reference, random: Random): Promise<void> {
  const sandbox = newSandbox(attack);
  const commands = Array.from({ length: between(random, 3, 4) }, async () => {
    await delay(pick(random, [0, 0, 0, 30]));
    return letheToEnd(attack, sandbox, runArguments(sandbox), slowly);
  });
  const ended = await Promise.all(commands);
  const folders = runNames(sandbox.workspace).length;
  const found = folders === wanted.length ? [] : [`there are ${folders} run folders for ${wanted.length} runs`];
  await tell(attack, reference, sandbox, 'The same experiment run by several commands', ended, found, [0]);
}

/** A run, and at random moments commands that stop everything and hands that delete run folders. */
async function stopAndDelete(attack: Attack, reference: Reference, random: Random): Promise<void> {
  const sandbox = newSandbox(attack);
  const running = lethe(attack, sandbox, runArguments(sandbox), slowly);
  const ended: Ended[] = [];
  const found: string[] = [];
  const deleted = new Set<string>();
  for (let i = between(random, 2, 5); i > 0; i--) {
    await delay(between(random, 0, 1200));
    if (random() < 0.4) ended.push(await letheToEnd(attack, sandbox, ['stop', '--all']));
    else deleteOne(sandbox, random, deleted);
  }
  ended.push(await running.ended);
  if (deleted.size > 0 && ended.at(-1)?.code === 0 && isIncomplete(sandbox))
    found.push('runs that were deleted pass as done');
  // What was deleted is run again when asked for, and what was stopped goes on.
  for (let round = 0; round < 6 && !(await isAllThere(attack, reference, sandbox, ended)); round++);
  if (runNames(sandbox.workspace).some((name) => deleted.has(name))) found.push('a deleted run folder came back');
  const listed = await letheToEnd(attack, sandbox, ['list', '--json']);
  if (listed.stdout.includes('"status":"damaged"')) found.push('a damaged run folder is there');
  await tell(attack, reference, sandbox, 'Runs stopped and deleted while they train', ended, found, [0, 1, 3]);
}

async function isAllThere(attack: Attack, reference: Reference, sandbox: Sandbox, ended: Ended[]): Promise<boolean> {
  ended.push(await letheToEnd(attack, sandbox, runArguments(sandbox)));
  return ended.at(-1)?.code === 0 && (await differences(sandbox.workspace, reference.results, wanted)).length === 0;
}

function deleteOne({ workspace }: Sandbox, random: Random, deleted: Set<string>): void {
  const names = runNames(workspace);
  if (names.length === 0) return;
  // Rather one that trains or waits than one that is done.
  const unfinished = names.filter((name) => !isOver(workspace, name));
  const name = pick(random, unfinished.length > 0 ? unfinished : names);
  // Training may write into the folder while it is emptied.
  rmSync(runPath(workspace, name), { recursive: true, force: true, maxRetries: 50, retryDelay: 10 });
  deleted.add(name);
}

function isOver(workspace: string, name: string): boolean {
  try {
    return readFileSync(runPath(workspace, name, 'events.jsonl'), 'utf8').includes('"type":"ended"');
  } catch {
    return false;
  }
}

const isIncomplete = ({ workspace }: Sandbox): boolean => runNames(workspace).length < wanted.length;

async function tell(
  attack: Attack,
  reference: Reference,
  sandbox: Sandbox,
  kind: string,
  ended: readonly Ended[],
  found: readonly string[],
  codes: readonly number[],
): Promise<void> {
  const apart = await differences(sandbox.workspace, reference.results, wanted);
  const damaged = await unreadable(sandbox.workspace, 0);
  const all = [...found, ...apart, ...damaged, ...ended.flatMap((each) => troublesOf('a command', each, { codes }))];
  if (all.length > 0) keepStore(attack, kind.toLowerCase().replace(/\W+/g, '-'), sandbox, { found: all, ended });
  attack.tally.add({
    kind,
    readable: damaged.length === 0,
    identical: apart.length === 0,
    hung: ended.some(({ hung }) => hung),
    left: await remove(sandbox),
    found: all,
  });
}
