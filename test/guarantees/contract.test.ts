import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cards, methodIds, type MethodCard, type MethodId } from '../../src/core/methods/index';
import { parseExperiment } from '../../src/core/parse';
import { keptBytes, STEPS } from '../../src/engine/contractCheck/checks';
import { createMethod } from '../../src/engine/methods/index';
import { checksOf, contractRuns, isNative } from './contractChecks';
import { suitable } from './suitable';
import { ofType, type ToySpec } from './toyRuns';

/** Methods whose memory is counted otherwise than by the arrays that they keep and carry, and why. */
const countedOtherwise: Partial<Record<MethodId, string>> = {
  replay: 'it keeps places in the training set, and counts the images and labels that lie there',
  agem: 'as replay',
  der: 'as replay, and a logit of each output for what is stored',
  derpp: 'as DER',
  gem: 'as replay',
  gdumb: 'as replay',
  'mc-sgd': 'as replay, and the two minima; what it carries is a record of its angles',
  ogd: 'what it carries is a record of its angles, for no old task',
  gpm: 'as ogd',
  icarl: 'as replay',
  remind: 'it keeps the features of the task that is being learned too, and counts those of old examples',
  sam: 'nothing it carries is for old tasks: it is a record of its angles',
  rehearsal: 'as replay, all past examples',
  cumulative: 'as rehearsal',
  progressive: 'its old columns are part of the network',
  'generative-replay': 'of what it carries, its parameters count, and the moments of its optimiser do not',
  'shrink-and-perturb': 'what it carries is where a task stands in its noise',
};

/** Method by whose side all others that combine must work. */
const companion = { replay: { perClass: 3 } };

const besideReplay = (spec: ToySpec): ToySpec => ({ ...spec, methods: { ...spec.methods, ...companion } });

afterAll(() => contractRuns.removeFolders());

const specOf = (id: MethodId): ToySpec => suitable(id, { iterations: STEPS });

/** What to do where a method does not train the toy network. */
const hint = (spec: ToySpec) =>
  `${JSON.stringify(spec.methods)} does not train the toy network: give it settings, training and a network that suit it in test/guarantees/suitable.ts`;

const companyOf = (id: MethodId): MethodCard['combines'] => cards[id].combines;

/** What is wrong with an experiment that combines it with replay. */
function problemsBeside({ methods, network, training, stream }: ToySpec) {
  const entries = Object.entries({ ...methods, ...companion }).map(([method, settings]) => ({ method, ...settings }));
  return parseExperiment(JSON.stringify({ name: 'Both', stream, network, training, seeds: 1, methods: [entries] }))
    .problems;
}

describe.each(methodIds)('%s keeps to the contract:', (id) => {
  const spec = specOf(id);
  const checks = checksOf(spec, countedOtherwise[id] !== undefined);
  beforeAll(async () => {
    await checks.whole().catch((cause: unknown) => {
      throw new Error(`${hint(spec)} (${(cause as Error).message})`, { cause });
    });
  });

  it('all it gives is finite and of fixed shapes, its views are of the kinds that there are', async () => {
    await checks.fixedAndFinite();
  });

  it('the same settings give the same numbers again, in calls of one step or of many', async () => {
    await checks.sameAgain();
  });

  it('stopped or killed at every chance, it goes on to the same numbers and the same log', async () => {
    await checks.sameInPieces();
  });

  it('its memory is what it declares, is counted, and takes no more room the longer it trains', async () => {
    await checks.declaredMemory();
  });

  // With other backends all steps are eager.
  if (isNative)
    it('compiled steps come to what eager ones come to', async () => {
      await checks.sameEagerly();
    });

  // What sleep prescribes is of as many layers as its network has.
  if (id !== 'sleep')
    it('it trains a network of one hidden layer, too', async () => {
      const small = {
        ...spec,
        network: { ...spec.network, hidden: [8] },
        training: { ...spec.training, iterations: 2 },
      };
      expect((await contractRuns.run(small)).error).toBeUndefined();
    });

  if (companyOf(id) !== true)
    it('is refused beside replay, at its line', () => {
      expect(problemsBeside(spec)).toContainEqual(
        expect.objectContaining({
          message: expect.stringContaining(`${cards[id].title} cannot be combined with other methods`) as string,
        }),
      );
    });
  else if (id !== 'replay')
    it('works beside replay: accepted, compiled, and resumed', async () => {
      const both = besideReplay(spec);
      expect(problemsBeside(spec).filter(({ severity }) => severity === 'error')).toEqual([]);
      const together = checksOf(both, countedOtherwise[id] !== undefined);
      if (isNative) await together.sameEagerly();
      else await together.sameInPieces(await together.fixedAndFinite());
    });
});

/** Both say what a task trains on. Their cards refuse it. */
const lessons: readonly MethodId[] = ['icarl', 'rehearsal'];

it.each(lessons)('every method that may be combined can be, with all the others at once: of lessons %s', (lesson) => {
  const combining = methodIds.filter((id) => companyOf(id) === true && (id === lesson || !lessons.includes(id)));
  const methods = combining.map((method) => ({ method, settings: cards[method].settings.parse({}) }));
  expect(createMethod(methods).id).toBe(combining.join('+'));
});

it('no method is said to count its memory otherwise that does not', async () => {
  for (const id of Object.keys(countedOtherwise) as MethodId[]) {
    const run = await checksOf(specOf(id)).whole();
    expect(ofType(run.events, 'task-end').at(-1)?.memoryBytes, id).not.toBe(keptBytes(run));
  }
});
