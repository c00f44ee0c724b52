import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundles, forShipping } from '../../esbuild.config.mjs';
import { eventsIn, TrainingProgram } from './trainingProcesses';

/** The training process as it ships, but that the method `none` has parts that cannot be compiled. */
const program = new TrainingProgram();

const parts = [
  `import * as tf from '@tensorflow/tfjs-core';`,
  `export const createNone = () => ({`,
  `  id: 'none',`,
  `  update: ({ theta }) =>`,
  `    PART,`,
  `});`,
];

const failing = (part) => ({
  name: 'a method that cannot be compiled',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]engine[\\/]methods[\\/]none\.ts$/ }, async ({ path }) => {
      // What the plugin replaces is still where it looks for it.
      expect(await readFile(path, 'utf8')).toContain('createNone');
      return { contents: parts.join('\n').replace('PART', part), loader: 'ts' };
    }),
});

async function warningsOf(name, part) {
  const { entryPoints, ...options } = forShipping(bundles.find(({ outfile }) => outfile === 'dist/train.js'));
  expect(entryPoints).toEqual(['src/engine/main.ts']);
  await program.bundle({ ...options, plugins: [failing(part)] });
  const folder = program.runFolder(name, {
    stream: { dataset: 'mnist', tasks: 5 },
    training: { iterations: 2, batchSize: 4 },
  });
  const { code, output } = await program.train(folder);
  expect({ code, output }).toEqual({ code: 0, output: '' });
  return eventsIn(folder).flatMap((event) => (event.type === 'warning' ? [event.message] : []));
}

describe('a training process that ships says where a step cannot be compiled', () => {
  beforeAll(() => program.prepare());
  afterAll(() => program.remove());

  it.each([
    ['reads', '({ theta: theta.dataSync()[0] > 1e9 ? tf.neg(theta) : theta })', 'it reads a tensor back to JavaScript'],
    [
      'draws',
      '({ theta: tf.mul(theta, 1 + 1e-3 * Math.random()) })',
      'it does not do the same each time, as when it draws random numbers in JavaScript',
    ],
  ])(
    'that %s, in the line of the method',
    async (name, part, reason) => {
      expect(await warningsOf(name, part)).toEqual([
        expect.stringMatching(
          new RegExp(
            `^Steps are not compiled, so the run takes longer: ${reason} \\(.*src/engine/methods/none\\.ts:5:\\d+\\)$`,
          ),
        ),
      ]);
    },
    120_000,
  );
});
