import { randomStream, type Random } from '../../src/engine/random';
import { troublesOf } from './command';
import { pick, several } from './draws';
import { differences, resultName, unreadable } from './reference';
import { letheToEnd, newSandbox, remove } from './sandbox';
import { eachTrial, type Attack, type Section } from './section';
import { shim } from './shims';
import { tinyKeys } from './tinyExperiment';
import { uninterrupted, type Reference } from './uninterrupted';

const HOUR = 3_600_000;
const roles = ['cli', 'keeper', 'train', 'all'] as const;
const names = { cli: 'the command line', keeper: 'the keeper', train: 'training', all: 'all programs' } as const;

/** A clock that is set back or forward while an experiment runs. */
export const clock: Section = {
  name: 'clock',
  title: 'Clocks that are set',
  trials: { short: 3, usual: 16, long: 100 },
  share: 0.05,
  async run(attack, trials) {
    const reference = await uninterrupted(attack);
    let done = 0;
    await eachTrial(attack, trials, 2, async (trial) => {
      await attackClock(attack, reference, randomStream(attack.seed, 'clock', trial), trial);
      attack.done((done += 1));
    });
  },
};

async function attackClock(attack: Attack, reference: Reference, random: Random, trial: number): Promise<void> {
  const sandbox = newSandbox(attack);
  const role = roles[trial % roles.length] ?? 'all';
  const shift = pick(random, [-HOUR, -HOUR, HOUR, -24 * HOUR, -10_000]);
  const keys = several(random, tinyKeys, 3);
  const ended = await letheToEnd(attack, sandbox, ['run', sandbox.file, '--backend', 'wasm', '--method', ...keys], {
    shims: [shim('clock')],
    env: {
      LETHE_ATTACK_ROLE: role,
      LETHE_ATTACK_SHIFT: String(shift),
      LETHE_ATTACK_AFTER: String(Math.round(random() * 2500)),
    },
  });
  const apart = await differences(
    sandbox.workspace,
    reference.results,
    keys.map((key) => resultName(key, 1)),
  );
  const damaged = await unreadable(sandbox.workspace, 0);
  attack.tally.add({
    kind: `The clock of ${names[role]} is set ${shift < 0 ? 'back' : 'forward'}`,
    readable: damaged.length === 0,
    identical: apart.length === 0,
    hung: ended.hung,
    left: await remove(sandbox),
    found: [...troublesOf('lethe run', ended, { codes: [0] }), ...apart, ...damaged],
  });
}
