import { mkdirSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownText } from '../../src/core/own/ownCode';
import { testBackend } from '../../src/engine/backend/testBackends';
import { toyManifest } from './toyData';
import { eventsIn, TrainingProgram } from './trainingProcesses';

const program = new TrainingProgram();
beforeAll(() => program.build(), 60_000);
afterAll(() => program.remove());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const method = (gradient: string) => `import { defineMethod, tf } from 'lethe';

export default defineMethod({
  title: 'Mine',
  summary: 'For a test.',
  create: () => ({
    keeps: () => ({ tasks: { initial: new Float32Array(1), lengths: [1] } }),
${gradient}
  }),
});
`;

/** A run of a method, trained by a process of its own. */
async function trained(text: string) {
  const manifest = toyManifest({
    stream: { dataset: 'mnist', tasks: 5 },
    network: { hidden: [20] },
    training: { iterations: 50, batchSize: 16 },
  });
  const code = { entry: 'mine.ts', files: { 'mine.ts': sha256(text) } };
  const folder = path.join(program.root, `run-${sha256(text).slice(0, 8)}`);
  mkdirSync(path.join(folder, 'own/1'), { recursive: true });
  writeFileSync(path.join(folder, 'own/1/mine.ts'), text);
  const spec = { ...manifest.spec, methods: [{ method: './mine.ts', settings: {} }], own: { './mine.ts': code } };
  writeFileSync(path.join(folder, 'run.json'), JSON.stringify({ ...manifest, backend: testBackend, spec }));
  const hash = sha256(ownText([{ path: './mine.ts', code }]));
  await program.train(folder, ['--own', hash, '--beside', program.root]);
  return eventsIn(folder);
}

describe('a method of the user’s own whose numbers become none in the middle of a run', () => {
  it('fails the run with the line of the part that gave the first, however steps are taken', async () => {
    // In the third task, step 7 of it: a quotient of nothing by nothing.
    const events = await trained(
      method(`    gradient(theta, differentiate, { count }) {
      const slope = differentiate(theta);
      const late = tf.cast(tf.greater(count, 106), 'float32');
      return { ...slope, total: tf.div(slope.total, tf.sub(1, late)) };
    },`),
    );
    expect(events.at(-1)).toMatchObject({
      type: 'ended',
      status: 'failed',
      error: 'mine.ts:8: "gradient": total is not finite: it holds NaN or infinity.',
    });
    expect(events.filter(({ type }) => type === 'warning')).toEqual([]);
    // What was learned before is there.
    expect(events.filter(({ type }) => type === 'task-end')).toHaveLength(2);
  }, 120_000);

  it('fails with the line of what it carries, although neither loss nor parameters tell', async () => {
    const events = await trained(
      method(`    carries: () => ({ mean: { shape: [], values: new Float32Array(1) } }),
    carry: (_next, _slope, { carried, count }) => ({
      mean: tf.div(tf.add(carried.mean, 1), tf.sub(1, tf.cast(tf.greater(count, 106), 'float32'))),
    }),`),
    );
    expect(events.at(-1)).toMatchObject({
      status: 'failed',
      error: 'mine.ts:9: "carry": "mean" is not finite: it holds NaN or infinity.',
    });
  }, 120_000);

  it('from the first step on fails with the line, and nothing else is said', async () => {
    const events = await trained(
      method(`    carries: () => ({ mean: { shape: [], values: new Float32Array(1) } }),
    carry: (_next, _slope, { carried }) => ({ mean: tf.div(tf.sub(carried.mean, carried.mean), 0) }),
    inspect: () => [{ kind: 'layers', title: 'Mean', quantity: 'mean', unit: '1', layers: [{ name: 'a', value: NaN }] }],`),
    );
    expect(events.at(-1)).toMatchObject({
      error: 'mine.ts:9: "carry": "mean" is not finite: it holds NaN or infinity.',
    });
    expect(events.filter(({ type }) => type === 'warning')).toEqual([]);
  }, 120_000);

  it.each([
    ['throws', 'throw new Error("no more");', 'mine.ts:8: no more'],
    ['gives a wrong shape', 'return { theta: tf.zeros([3]) };', /^mine\.ts:8: "update": theta has the shape \[3\]/],
  ])(
    'fails alone where a step %s: no warning comes before',
    async (_, body, error) => {
      const events = await trained(method(`    update() { ${body} },`));
      expect(events.at(-1)).toMatchObject({ status: 'failed', error: expect.stringMatching(error) as string });
      expect(events.filter(({ type }) => type === 'warning')).toEqual([]);
    },
    120_000,
  );

  it('is not blamed where the recipe diverges by itself', async () => {
    const events = await trained(method('    stepSize: (_position, base) => base * 1e30,'));
    expect(events.at(-1)).toMatchObject({ status: 'failed', error: expect.stringMatching(/training diverged/) });
  }, 120_000);
});
