import { parseEventLine } from '../../src/core/events';
import { emptyRun, takeLine } from '../../src/core/runModel';
import type { Random } from '../../src/engine/random';
import { parseManifest } from '../../src/runs/trackedRun';
import { fuzzerOf, isFiniteThroughout } from './fuzzer';
import { jsonText } from './json';
import { hostileValue, mutatedBytes, mutatedValue } from './mutations';
import { between, chance, pick } from './draws';
import { foreignManifest, forkedManifest, sampleEvents, sampleManifest } from './samples';

/** Text of a valid value, mutated in its structure, in its bytes, or in both. */
export function mutatedText(random: Random, value: unknown): string {
  const isStructural = chance(random, 0.7);
  const text = jsonText(isStructural ? mutatedValue(random, value) : value);
  if (isStructural && chance(random, 0.8)) return text;
  return mutatedBytes(random, Buffer.from(text)).toString('utf8');
}

/** run.json: read, or refused with a reason. */
export const attackManifests = fuzzerOf(
  'run.json',
  (random) =>
    mutatedText(
      random,
      pick(random, [sampleManifest, forkedManifest, foreignManifest])(between(random, 0, 4), 1, 'sample'),
    ),
  (text) => {
    const read = parseManifest(text, 'sample');
    if (typeof read === 'string') return read === '' ? ['a run.json was refused without a reason'] : [];
    return isFiniteThroughout(read) ? [] : ['a manifest holds a number that is not finite'];
  },
);

/** Lines of events.jsonl: an event, an unknown one or a malformed one, and a fold that is still one. */
export const attackEventLines = fuzzerOf(
  'event line',
  (random) => (chance(random, 0.02) ? jsonText(hostileValue(random)) : mutatedText(random, pick(random, sampleEvents))),
  (text) => {
    const state = emptyRun();
    for (const line of [JSON.stringify(sampleEvents[0]), text]) takeLine(state, parseEventLine(line));
    return isFiniteThroughout(state) ? [] : ['the fold holds a number that is not finite'];
  },
);
