import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { randomStream, type Random } from '../../src/engine/random';
import { troublesOf, type Ended } from './command';
import { between, pick } from './draws';
import { differences, resultName, runNames, runPath, unreadable } from './reference';
import { lethe, letheToEnd, newSandbox, remove, type Sandbox } from './sandbox';
import { eachTrial, type Attack, type Section } from './section';
import { uninterrupted, type Reference } from './uninterrupted';

const keys = ['none', 'ewc', 'replay'] as const;
const seeds = [1, 2] as const;
const wanted = keys.flatMap((key) => seeds.map((seed) => resultName(key, seed)));

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
    await delay(pick(random, [0, 0, 30, 300]));
    return letheToEnd(attack, sandbox, runArguments(sandbox));
  });
  const ended = await Promise.all(commands);
  const folders = runNames(sandbox.workspace).length;
  const found = folders === wanted.length ? [] : [`there are ${folders} run folders for ${wanted.length} runs`];
  await tell(attack, reference, sandbox, 'The same experiment run by several commands', ended, found, [0]);
}

/** A run, and at random moments commands that stop everything and hands that delete run folders. */
async function stopAndDelete(attack: Attack, reference: Reference, random: Random): Promise<void> {
  const sandbox = newSandbox(attack);
  const running = lethe(attack, sandbox, runArguments(sandbox));
  const ended: Ended[] = [];
  const found: string[] = [];
  const deleted = new Set<string>();
  for (let i = between(random, 2, 5); i > 0; i--) {
    await delay(between(random, 0, 1200));
    if (random() < 0.4) ended.push(await letheToEnd(attack, sandbox, ['stop', '--all']));
    else deleteOne(sandbox, random, deleted);
  }
  ended.push(await running.ended);
  const damaged = (await letheToEnd(attack, sandbox, ['list', '--json'])).stdout.includes('"status":"damaged"');
  if (damaged) found.push('a damaged run folder is there');
  if (runNames(sandbox.workspace).some((name) => deleted.has(name))) found.push('a deleted run folder came back');
  if (deleted.size > 0 && ended.at(-1)?.code === 0 && isIncomplete(sandbox))
    found.push('runs that were deleted pass as done');
  for (let round = 0; round < 6 && ended.at(-1)?.code !== 0; round++)
    ended.push(await letheToEnd(attack, sandbox, runArguments(sandbox)));
  // What was deleted after it was done is run again when asked for.
  ended.push(await letheToEnd(attack, sandbox, runArguments(sandbox)));
  await tell(attack, reference, sandbox, 'Runs stopped and deleted while they train', ended, found, [0, 1, 3]);
}

function deleteOne({ workspace }: Sandbox, random: Random, deleted: Set<string>): void {
  const names = runNames(workspace);
  if (names.length === 0) return;
  const name = pick(random, names);
  rmSync(runPath(workspace, name), { recursive: true, force: true, maxRetries: 3 });
  deleted.add(name);
}

const isIncomplete = ({ workspace }: Sandbox): boolean => runNames(workspace).length < wanted.length;

async function tell(
  { tally }: Attack,
  reference: Reference,
  sandbox: Sandbox,
  kind: string,
  ended: readonly Ended[],
  found: readonly string[],
  codes: readonly number[],
): Promise<void> {
  const apart = await differences(sandbox.workspace, reference.results, wanted);
  const damaged = await unreadable(sandbox.workspace, 0);
  tally.add({
    kind,
    readable: damaged.length === 0,
    identical: apart.length === 0,
    hung: ended.some(({ hung }) => hung),
    left: await remove(sandbox),
    found: [...found, ...apart, ...damaged, ...ended.flatMap((each) => troublesOf('a command', each, { codes }))],
  });
}
