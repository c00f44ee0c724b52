import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landscapeResultSchema } from '../../src/core/analyses/landscape';
import { pathResultSchema } from '../../src/core/analyses/path';
import type { ToySpec } from './toyRuns';
import { TrainingProgram } from './trainingProcesses';

/** Real processes that analyse several runs on real MNIST: done, stopped, and asked for what cannot be. */
const program = new TrainingProgram();
const spec: ToySpec = {
  methods: { none: {} },
  network: { hidden: [12] },
  stream: { dataset: 'mnist', tasks: 5 },
  training: { iterations: 20, batchSize: 32 },
};
const folders = { whole: '', wider: '', other: '' };

beforeAll(async () => {
  await program.build();
  folders.whole = program.runFolder('whole', spec);
  folders.wider = program.runFolder('wider', { ...spec, network: { hidden: [14] } });
  folders.other = program.runFolder('other', { ...spec, stream: { dataset: 'mnist', tasks: 2 } });
  for (const folder of Object.values(folders)) expect((await program.train(folder)).code).toBe(0);
}, 180_000);
afterAll(() => program.remove());

const at = (folder: string, task?: number) => ({ folder, ...(task !== undefined && { task }) });
const keptIn = (folder: string) =>
  existsSync(path.join(folder, 'analyses')) ? readdirSync(path.join(folder, 'analyses')) : [];

describe('a process that analyses parameters of several runs', () => {
  const small = { samples: 20, points: 9 };

  it('finds a path, keeps it, and knows it the next time', async () => {
    const asked = ['path', [at(folders.whole, 0), at(folders.whole, 4)], { ...small, steps: 4 }] as const;
    const first = await program.analyse(...asked);
    expect(first.code).toBe(0);
    const { isKnown, result } = first.last;
    expect(isKnown).toBe(false);
    expect(pathResultSchema.parse(result).shares).toHaveLength(9);
    expect(keptIn(folders.whole)).toHaveLength(1);
    const again = await program.analyse(...asked);
    expect([again.last.isKnown, again.last.result]).toEqual([true, result]);
  }, 60_000);

  it('measures a landscape coarse to fine, through three of more checkpoints', async () => {
    const points = [at(folders.whole, 0), at(folders.whole, 1), at(folders.whole, 4), at(folders.whole, 2)];
    const { last, said } = await program.analyse('landscape', points, { ...small, plane: 'checkpoints' });
    const found = landscapeResultSchema.parse(last.result);
    expect(said.filter(({ type }) => type === 'coarse').length).toBeGreaterThan(0);
    expect(found.plane.through.map(({ task }) => task)).toEqual([0, 1, 4]);
    expect(found.points.map(({ distance }) => distance < 1e-4)).toEqual([true, true, false, false, true]);
  }, 60_000);

  it('stopped by SIGTERM says so, and leaves nothing', async () => {
    const before = keptIn(folders.whole);
    const asked = ['landscape', [at(folders.whole)], { samples: 500, points: 201 }] as const;
    const { code, last } = await program.analyse(...asked, (child) => child.kill('SIGTERM'));
    expect([code, last.type]).toEqual([3, 'stopped']);
    expect(keptIn(folders.whole)).toEqual(before);
  }, 60_000);

  it.each([
    ['which layer differs', () => at(folders.wider, 0), /their networks differ: .*12.* in one, .*14/],
    [
      'that their data differs',
      () => at(folders.other, 0),
      /their data differs: "tasks" of the stream is 5 in one and 2/,
    ],
    [
      'after which tasks there are parameters',
      () => at(folders.whole, 7),
      /kept no parameters after task 8: it did after 1, 2/,
    ],
  ] as const)('says %s, and measures nothing', async (_, other, message) => {
    const { code, last } = await program.analyse('path', [at(folders.whole, 0), other()], small);
    expect([code, last.type]).toEqual([1, 'failed']);
    expect(last.message).toMatch(message);
  });

  it('says what is wrong with its settings', async () => {
    const { code, last } = await program.analyse('landscape', [at(folders.whole)], { points: 3 });
    expect([code, last.type]).toEqual([1, 'failed']);
    expect(last.message).toContain('points');
  });
});
