import { env } from '@tensorflow/tfjs-core';
import { attackCheckpoints } from './checkpoints.attack';
import { attackArchives, attackImages, attackTables } from './data.attack';
import { attackExperimentFiles } from './experimentFiles.attack';
import { attackFloods } from './floods.attack';
import { keepInput, type Fuzz } from './fuzzer';
import { attackLogs, attackReports } from './logs.attack';
import { attackMessagesOfHost, attackMessagesOfPage } from './messages.attack';
import { attackEventLines, attackManifests } from './runFiles.attack';
import type { Attack, Section } from './section';
import { attackStores } from './stores.attack';
import { attackWeights } from './weights.attack';

/** A fuzzer that tells faults as lines: what is the same each time stands behind the number of the trial. */
const ofLines =
  (
    attack: (count: number, seed: number) => Promise<{ readonly trials: number; readonly faults: readonly string[] }>,
  ): Fuzz =>
  async (count, seed) => {
    const { trials, faults } = await attack(count, seed);
    return { trials, faults: faults.map((line) => ({ what: line.split(': ')[1] ?? line, input: line })) };
  };

/** What is given mutated inputs in one process, and its share of them. */
const kinds: readonly { readonly kind: string; readonly share: number; readonly fuzz: Fuzz }[] = [
  { kind: 'Experiment files', share: 0.1, fuzz: ofLines(attackExperimentFiles) },
  { kind: 'Checkpoints', share: 0.1, fuzz: ofLines(attackCheckpoints) },
  { kind: 'Data: archives', share: 0.02, fuzz: attackArchives },
  { kind: 'Data: arrays and tables', share: 0.02, fuzz: attackTables },
  { kind: 'Data: images', share: 0.03, fuzz: attackImages },
  { kind: 'run.json', share: 0.2, fuzz: attackManifests },
  { kind: 'Lines of events.jsonl', share: 0.28, fuzz: attackEventLines },
  { kind: 'Logs, folded', share: 0.06, fuzz: attackLogs },
  { kind: 'Runs, compared and reported', share: 0.01, fuzz: attackReports },
  { kind: 'Stores: process.json, queue.json, markers, output', share: 0.03, fuzz: attackStores },
  { kind: 'Files of weights', share: 0.03, fuzz: attackWeights },
  { kind: 'Messages of the page', share: 0.09, fuzz: attackMessagesOfPage },
  // Each is of thousands.
  { kind: 'Floods of requests', share: 0.0005, fuzz: attackFloods },
  { kind: 'Messages of the host', share: 0.03, fuzz: attackMessagesOfHost },
];

/** Inputs that are kept of each thing that was found. */
const INPUTS_KEPT = 3;
const keptInputs = new Map<string, number>();

/** Inputs of one round over all kinds. */
const ROUND = 2000;

/** Mutated files, lines and messages, given to the parts of Lethe that read them. */
export const inputs: Section = {
  name: 'inputs',
  title: 'Mutated inputs, in one process',
  trials: { short: 2000, usual: 60_000, long: 1_000_000 },
  share: 0.2,
  async run(attack, trials) {
    // TensorFlow.js greets whoever computes in plain JavaScript, but in production.
    env().set('PROD', true);
    let done = 0;
    const wanted = kinds.filter(({ kind }) => attack.wants(kind));
    for (let round = 0; wanted.length > 0 && done < trials && attack.goesOn(); round++) {
      const size = Math.min(ROUND, trials - done);
      for (const { kind, share, fuzz } of wanted) {
        if (!attack.goesOn()) break;
        done += await part(attack, kind, fuzz, Math.max(1, Math.round(size * share)), attack.seed * 1_000_003 + round);
        attack.done(done);
      }
    }
  },
};

async function part(
  { tally, artifacts }: Attack,
  kind: string,
  fuzz: Fuzz,
  count: number,
  seed: number,
): Promise<number> {
  const { trials, faults } = await fuzz(count, seed);
  tally.add({ kind, count: trials, found: faults.map(({ what }) => what) });
  for (const { what, input } of faults) {
    const kept = keptInputs.get(what) ?? 0;
    if (kept >= INPUTS_KEPT) continue;
    keptInputs.set(what, kept + 1);
    keepInput(artifacts, kind, what, input);
  }
  return trials;
}
