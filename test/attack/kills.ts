import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { randomStream } from '../../src/engine/random';
import { troublesOf, type Ended } from './command';
import { keepStore } from './keepStore';
import { killPoint, kindOf, type KillPoint } from './killPoints';
import { end, processesOf } from './processes';
import { between, pick, several } from './draws';
import { differences, resultName, unreadable } from './reference';
import { lethe, letheToEnd, newSandbox, remove, type Sandbox } from './sandbox';
import { runArguments, SEEDS, uninterrupted, type Reference } from './uninterrupted';
import { eachTrial, type Attack, type Section } from './section';
import { shim } from './shims';
import { tinyKeys } from './tinyExperiment';

/** Kills of one experiment, and how often it is tried for them: some operations are not met again after a resumption. */
const KILLS = 5;
const ATTEMPTS = 9;
/** How often a killed experiment may have to be run again until it is done. */
const ROUNDS = 8;
const PARALLEL = 2;

/** Real experiments, killed at random points and run again until done, must give the numbers of uninterrupted ones. */
export const kills: Section = {
  name: 'kills',
  title: 'Processes killed',
  trials: { short: 4, usual: 60, long: 1000 },
  share: 0.45,
  async run(attack, trials) {
    const reference = await uninterrupted(attack);
    let killed = 0;
    // An experiment counts as many trials as it was killed.
    const goesOn = () => attack.goesOn() && killed < trials;
    await eachTrial({ ...attack, goesOn }, trials * ATTEMPTS, PARALLEL, async (trial) => {
      const own = await experiment(attack, reference, trial);
      killed += own;
      attack.done(killed);
    });
  },
};

/** @returns how often it was killed */
async function experiment(attack: Attack, reference: Reference, trial: number): Promise<number> {
  const random = randomStream(attack.seed, 'kills', trial);
  const sandbox = newSandbox(attack);
  const keys = several(random, tinyKeys, between(random, 2, 3));
  const seed = pick(random, SEEDS);
  const args = runArguments(sandbox, keys, [seed]);
  const points: KillPoint[] = [];
  const found: string[] = [];
  let hung = false;
  for (let attempt = 0; attempt < ATTEMPTS && points.length < KILLS; attempt++) {
    const point = killPoint(random, reference.operations, reference.milliseconds * 0.6);
    const { killed, ended } = await killedAt(attack, sandbox, args, point, attempt);
    hung ||= ended.hung;
    if (killed) points.push(point);
    // A command line that was killed has no exit code to be looked at.
    if (!killed || !point.victims.includes('cli')) found.push(...troublesOf('lethe run', ended));
    if (ended.code === 0) break;
  }
  const last = await untilDone(attack, sandbox, args);
  hung ||= last.hung;
  if (last.code !== 0) found.push(`could not be brought to its end: ${firstLine(last)}`);
  const wanted = keys.map((key) => resultName(key, seed));
  const [apart, damaged] = [
    await differences(sandbox.workspace, reference.results, wanted),
    await unreadable(sandbox.workspace, points.length),
  ];
  found.push(...apart, ...damaged);
  if (found.length > 0) keepStore(attack, `kills-${trial}`, sandbox, { keys, seed, points, found });
  const left = await remove(sandbox);
  points.forEach((point, i) =>
    attack.tally.add({
      kind: kindOf(point),
      readable: damaged.length === 0,
      identical: apart.length === 0,
      // What went wrong went wrong once, whichever of the kills it was that did it.
      hung: hung && i === 0,
      left: i === 0 ? left : 0,
      found: i === 0 ? found : [],
    }),
  );
  return points.length;
}

interface Killed {
  readonly killed: boolean;
  readonly ended: Ended;
}

async function killedAt(
  attack: Attack,
  sandbox: Sandbox,
  args: readonly string[],
  point: KillPoint,
  attempt: number,
): Promise<Killed> {
  // Of a name of its own: processes of an earlier attempt may still live, and have the plan of then.
  const plan = join(sandbox.folder, `plan-${attempt}.json`);
  const done = `${plan}.done`;
  if (point.how === 'at a file operation') {
    writeFileSync(plan, JSON.stringify({ ...point, folder: sandbox.workspace }));
  }
  const running = lethe(attack, sandbox, args, { shims: [shim('operations')], env: { LETHE_ATTACK_PLAN: plan } });
  const atMoment = point.how === 'at a random moment' && (await killAfter(sandbox, point.after, point.victims));
  const ended = await running.ended;
  return { ended, killed: atMoment || existsSync(done) };
}

/** @returns whether any of them was there to be killed */
async function killAfter({ workspace }: Sandbox, milliseconds: number, victims: readonly string[]): Promise<boolean> {
  await delay(milliseconds);
  const found = processesOf(workspace).filter(({ args }) => victims.some((victim) => args.includes(`/${victim}.js `)));
  return found.map(({ pid }) => end(pid)).includes(true);
}

/** Runs the same command again until it says that all is done. */
async function untilDone(attack: Attack, sandbox: Sandbox, args: readonly string[]): Promise<Ended> {
  for (let round = 1; ; round++) {
    const ended = await letheToEnd(attack, sandbox, args);
    if (ended.code === 0 || ended.hung || round === ROUNDS) return ended;
  }
}

const firstLine = ({ hung, stderr, code }: Ended): string =>
  hung
    ? 'it hung'
    : (stderr
        .trim()
        .split('\n')[0]
        ?.replace(/\S*place-\S*/g, '…') ?? `exit code ${code}`);
