import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstDifference } from '../../src/core/difference';
import { methodIds } from '../../src/core/methods/index';
import { suitable } from './suitable';
import { digestAfter, ofType, type ToySpec } from './toyRuns';
import { eventsIn, logIn, printed, TrainingProgram } from './trainingProcesses';

/** Real training processes on real MNIST, each of which trains several runs. */
const program = new TrainingProgram();
beforeAll(() => program.build(), 60_000);
afterAll(() => program.remove());

/** A few steps of a method on little of three tasks of MNIST. */
function short(spec: ToySpec): ToySpec {
  return {
    ...spec,
    stream: { ...spec.stream, dataset: 'mnist', classesPerTask: [2, 1, 2] },
    training: { ...spec.training, samplesPerTask: 40 },
    evaluation: { points: 2, samples: 20, matrixSamples: 40 },
  };
}

const plain = short({ training: { iterations: 6 } });
/** Never over by itself. */
const endless: ToySpec = { ...plain, training: { iterations: 1_000_000, batchSize: 8 } };
const outputOf = (folder: string) => printed(readFileSync(path.join(folder, 'output.log'), 'utf8'));
const lastOf = (folder: string) => eventsIn(folder).at(-1);

async function begun(folder: string): Promise<void> {
  while (ofType(eventsIn(folder), 'eval').length === 0) await delay(10);
}

/** Elsewhere nobody could say what memory a run took that was not the first. */
const onLinux = describe.skipIf(process.platform !== 'linux');

onLinux('runs of all methods that share a process, one after another', () => {
  const shared = program.shared();
  afterAll(async () => {
    expect(await shared.dismiss()).toBe(0);
    // How many methods one trains until it holds too much goes by the machine's memory: four or five there were.
    expect(shared.processes).toBeLessThanOrEqual(methodIds.length / 3);
  });

  // Whatever one leaves behind, the next one would find it.
  it.each(methodIds)(
    '%s: the log and the parameters are those of a process of its own, bit for bit',
    async (id) => {
      const spec = short(suitable(id, { iterations: 6 }));
      const [alone, together] = [program.runFolder(`${id} alone`, spec), program.runFolder(`${id} together`, spec)];
      expect(await program.train(alone)).toEqual({ code: 0, signal: null, output: '' });
      // One that holds too much after so many methods takes no more, and says nothing of it.
      expect(['free', 0]).toContain(await shared.train(together));
      expect(lastOf(together)).toMatchObject({ type: 'ended', status: 'done', token: `${id} together` });
      expect(firstDifference(logIn(alone), logIn(together))).toBeUndefined();
      for (const task of [0, 1, 2]) expect(digestAfter(together, task)).toBe(digestAfter(alone, task));
      expect(outputOf(together)).toBe('');
    },
    180_000,
  );
});

onLinux('a process that trains a second run', () => {
  const second = async (name: string, spec: ToySpec) => {
    const shared = program.shared();
    const [first, next] = [program.runFolder(`${name}, first`, plain), program.runFolder(`${name}, next`, spec)];
    expect(await shared.train(first)).toBe('free');
    const told = logIn(first);
    shared.begin(next);
    return { shared, next, isFirstAsItWas: () => logIn(first) === told && outputOf(first) === '' };
  };

  it('counts its seconds and its memory from its own start', async () => {
    const { shared, next } = await second('counted', plain);
    expect(await shared.ended()).toBe('free');
    expect(await shared.dismiss()).toBe(0);
    const [{ seconds: { program: started = NaN, backend = NaN } = {} } = {}] = ofType(eventsIn(next), 'started');
    const [ended] = ofType(eventsIn(next), 'ended');
    expect(started).toBeLessThan(ended?.seconds ?? NaN);
    expect(backend).toBeLessThan(0.1);
    expect(ended?.peakMemoryBytes).toBeGreaterThan(50e6);
  }, 120_000);

  it('stopped by a signal stops that run alone at a checkpoint, and trains no other', async () => {
    const { shared, next, isFirstAsItWas } = await second('signalled', endless);
    await begun(next);
    shared.kill('SIGTERM');
    expect(await shared.ended()).toBe(3);
    expect(lastOf(next)).toMatchObject({ type: 'ended', status: 'stopped', token: 'signalled, next' });
    expect(ofType(eventsIn(next), 'checkpoint').at(-1)).toMatchObject({ task: 0 });
    expect(isFirstAsItWas()).toBe(true);
  }, 120_000);

  it('killed hurts that run alone', async () => {
    const { shared, next, isFirstAsItWas } = await second('killed', endless);
    await begun(next);
    shared.kill('SIGKILL');
    expect(await shared.ended()).toBe(null);
    expect(ofType(eventsIn(next), 'ended')).toEqual([]);
    expect(isFirstAsItWas()).toBe(true);
  }, 120_000);

  it('that cannot be trained fails in its own log and its own output, and trains no other', async () => {
    const { shared, next, isFirstAsItWas } = await second('unable', { ...plain, stream: { dataset: 'omniglot' } });
    expect(await shared.ended()).toBe(1);
    expect(lastOf(next)).toMatchObject({ type: 'ended', status: 'failed', token: 'unable, next' });
    expect(outputOf(next)).toContain('omniglot');
    expect(isFirstAsItWas()).toBe(true);
  }, 120_000);

  it('goes on to its end when whoever gave it is gone, and ends then', async () => {
    const { shared, next } = await second('left alone', plain);
    expect(await shared.dismiss()).toBe(0);
    expect(lastOf(next)).toMatchObject({ type: 'ended', status: 'done', token: 'left alone, next' });
  }, 120_000);
});
