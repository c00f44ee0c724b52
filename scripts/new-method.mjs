// Begins a method: writes its card, algorithm, page and guarantee test, and enters it wherever methods are listed.
//   npm run new-method NAME                              a short name as experiment files have it, e.g. mas
//   node scripts/new-method.mjs NAME --out FOLDER        into another copy of the project
// What it writes passes every test as it is: a penalty that does nothing until its strength is set.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LONGEST = 24;

/** Names that mean something else where the card's name stands. */
const reserved = new Set(
  `cards methodIds isMethodId cardOf everywhere break case catch class const continue debugger default delete do else enum
  export extends false finally for function if import in instanceof new null return super switch this throw true try typeof
  var void while with yield let static implements interface package private protected public await eval arguments`.split(
    /\s+/,
  ),
);

/** The names that go with the id: of `l2-pull`, the factory createL2Pull and the card l2Pull. */
function nameOf(id) {
  if (id === undefined) throw new Error('usage: npm run new-method NAME');
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id) || id.length > LONGEST)
    throw new Error(
      `"${id}" cannot be the name of a method: small letters and digits, words joined by hyphens, at most ${LONGEST} characters, e.g. mas or online-ewc.`,
    );
  const pascal = id.replace(/(^|-)(.)/g, (_, _before, letter) => letter.toUpperCase());
  const camel = pascal[0].toLowerCase() + pascal.slice(1);
  if (reserved.has(camel))
    throw new Error(`"${id}" cannot be the name of a method: JavaScript has another use for it.`);
  return { id, camel, pascal, key: id === camel ? id : `'${id}'` };
}

async function begin(name, root) {
  const written = filesOf(name);
  const taken = Object.keys(written).find((file) => existsSync(path.join(root, file)));
  if (taken !== undefined) throw new Error(`There is something named "${name.id}" already: ${taken}`);
  const entered = entriesOf(name).map(([file, enter]) => [
    file,
    enter(readFileSync(path.join(root, file), 'utf8'), file),
  ]);
  const all = await Promise.all([...Object.entries(written), ...entered].map(formatted));
  for (const [file, text] of all) writeFileSync(path.join(root, file), text);
  console.log(`New:\n${listOf(Object.keys(written))}
Entered in:\n${listOf(entered.map(([file]) => file))}

${nextSteps(name)}`);
}

async function formatted([file, text]) {
  const filepath = path.join(ROOT, file);
  return [file, await format(text, { ...(await resolveConfig(filepath)), filepath })];
}

const listOf = (lines) => lines.map((line) => `  ${line}`).join('\n');

const nextSteps = ({ id }) => `Next:
  1. Say in src/core/methods/${id}.ts what it does and whose it is, write the algorithm and the page, and test what the
     method guarantees.
  2. npm run build && npm run schema
     UPDATE_DOCS=1 npx vitest run --project unit test/documents.test.ts
     UPDATE_NUMBERS=1 npx vitest run test/guarantees/numbers.test.ts
     writes the completion, the tables of the documentation and the numbers of its case. Record them anew while the method
     grows; once it is there, a change of its numbers raises its revision.
  3. npx vitest run test/guarantees/{contract,${id}}.test.ts
     is what every method must keep to (test/guarantees/contract.test.ts says what suits yours, where its defaults do not
     suit a small network), and what yours guarantees.`;

// ---- what is entered

/** File → what it becomes. */
function entriesOf({ id, camel, pascal, key }) {
  return [
    [
      'src/core/methods/index.ts',
      entering(
        withImport(`import { ${camel} } from './${id}';`, "from './"),
        // One on a line from now on.
        (text) => text.replace('export const cards = { ', 'export const cards = {\n'),
        before(/,?\s*\} satisfies Record</, `, ${id === camel ? id : `${key}: ${camel}`}`),
      ),
    ],
    [
      'src/engine/methods/index.ts',
      entering(
        withImport(`import type { ${pascal}Settings } from '../../core/methods/${id}';`, "from '../../core/methods/"),
        withImport(`import { create${pascal} } from './${id}';`, "from './"),
        before(
          /\};\n\n\/\*\*\n \* @param own of a method/,
          `  ${key}: (settings: ${pascal}Settings) => create${pascal}(settings),\n`,
        ),
      ),
    ],
    ['test/guarantees/cases.ts', before(/\};\n$/, `  ${key}: { methods: { ${key}: { lambda: 1 } } },\n`)],
    [
      'test/guarantees/inspection.test.ts',
      inTable(/const shown: Record<MethodId, [^=]*= \{\n/, `  ${key}: ['layers'],\n`),
    ],
    ['vitest.config.mts', (text, file) => before(/\}\.test\.ts',\n/, `,${id}`)(text, file)],
  ];
}

const entering =
  (...changes) =>
  (text, file) =>
    changes.reduce((found, change) => change(found, file), text);

/** Puts a text before what the pattern finds first. */
const before = (pattern, added) => (text, file) => {
  const at = text.search(pattern);
  if (at < 0) throw new Error(`${file} is not as this script knows it: nothing there looks like ${pattern}.`);
  return text.slice(0, at) + added + text.slice(at);
};

/** Puts a text after the last line of the table that begins with what the pattern finds. */
const inTable = (pattern, added) => (text, file) => {
  const found = pattern.exec(text);
  if (!found) throw new Error(`${file} is not as this script knows it: nothing there looks like ${pattern}.`);
  const end = text.indexOf('};\n', found.index);
  return text.slice(0, end) + added + text.slice(end);
};

/** Puts an import after the last one from such a place. */
const withImport = (line, from) => (text, file) => {
  const lines = text.split('\n');
  const last = lines.findLastIndex((own) => own.startsWith('import ') && own.includes(from));
  if (last < 0) throw new Error(`${file} is not as this script knows it: it imports nothing ${from}…`);
  return lines.toSpliced(last + 1, 0, line).join('\n');
};

// ---- what is written

/** File → text. */
const filesOf = (name) => ({
  [`src/core/methods/${name.id}.ts`]: cardText(name),
  [`src/engine/methods/${name.id}.ts`]: algorithmText(name),
  [`docs/methods/${name.id}.md`]: pageText(name),
  [`test/guarantees/${name.id}.test.ts`]: testText(name),
});

const cardText = ({ id, camel, pascal }) => `import * as z from 'zod';
import { everywhere, type MethodCard } from './card';

export const ${camel}Settings = z.strictObject({
  lambda: z.number().min(0).default(0).describe('Strength of the penalty λ/2 · Σ (θ − θ*)². 0 does nothing.'),
});
export type ${pascal}Settings = z.output<typeof ${camel}Settings>;

export const ${camel}: MethodCard<typeof ${camel}Settings> = {
  id: '${id}',
  title: '${pascal}',
  revision: 1,
  summary: 'Holds all weights near their values after the task before.',
  expect: 'Nothing as long as its strength is 0; with more of it, less is forgotten and less is learned.',
  // paper: { authors: '', title: '', venue: '', year: 2026 },
  settings: ${camel}Settings,
  // Where the literature has other defaults in a scenario: defaults: { task: { lambda: 1 } },
  scenarios: everywhere,
  combines: true,
};
`;

const algorithmText = ({ id, pascal }) => `import * as tf from '@tensorflow/tfjs-core';
import type { View } from '../../core/mechanism';
import type { ${pascal}Settings } from '../../core/methods/${id}';
import type { Learner } from '../contract/learner';
import type { Method } from '../contract/method';
import type { Network } from '../contract/network';

/**
 * ${pascal} (authors year, equation): after each task its parameters are kept as θ*, and the loss of later tasks grows by
 *
 *     λ/2 · Σ_i (θ_i − θ*_i)²
 *
 * Deviations from the paper: none.
 */
export function create${pascal}({ lambda }: ${pascal}Settings): Method {
  let learner: Learner;
  return {
    id: '${id}',
    begin(own) {
      learner = own;
    },
    keeps: () => ({ anchor: { initial: new Float32Array(), lengths: [0, learner.network.parameterCount] } }),
    afterTask() {
      learner.memory.set('anchor', Float32Array.from(learner.theta.dataSync()));
    },
    constants() {
      const anchor = learner.memory.floats('anchor');
      return anchor.length === 0 ? {} : { anchor: tf.tensor1d(anchor) };
    },
    penalty(theta, { constants: { anchor } }) {
      if (!anchor) return undefined;
      const distance = tf.sub<tf.Tensor1D>(theta, anchor);
      return {
        value: tf.mul(tf.sum<tf.Scalar>(tf.square(distance)), lambda / 2),
        gradient: tf.mul(distance, lambda),
      };
    },
    inspect: () => [normView(learner.network, learner.memory.floats('anchor'))],
  };
}

/** How large what is held is in each layer. */
const normView = ({ views }: Network, anchor: Float32Array): View => ({
  kind: 'layers',
  title: 'Norm of the parameters that are held',
  quantity: '‖θ*‖',
  unit: '1',
  layers: views.map(({ name, offset, size }) => {
    const values = anchor.subarray(offset, offset + size);
    return { name, value: Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)) };
  }),
});
`;

const pageText = ({ pascal, id }) => `# ${pascal}

Authors, "Title", venue year.

**Idea.** What was learned is in the weights: hold all of them near the values that they had after the task before.

## Algorithm

After each task its parameters are kept as θ\\*. Training on later tasks adds a penalty to the loss:

    L(θ) = L_task(θ) + λ/2 · Σᵢ (θᵢ − θ*ᵢ)²

## Settings

\`lambda\`; see [the list](../experiment-file.md#${id}).

## Deviations

None.

## What to expect

Nothing as long as λ is 0. With more of it, less is forgotten and less is learned.

## Measured here

From [\`lethe.lock\`](../../lethe.lock), by \`npm run reproduce\`; accuracy in %, SD that of single runs. [Reproduction](../reproduction.md) has all protocols, [the table of methods](../methods.md) all methods side by side.

<!-- fields:measured-${id} -->
<!-- /fields -->

## Traps

- All weights are held alike, whether they matter or not.
`;

const testText = ({ id, key, pascal }) => `import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Step } from '../../src/engine/contract/step';
import { create${pascal} } from '../../src/engine/methods/${id}';
import { ofType, removeRunFolders, runToy, type ToyRun } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const lossesOf = ({ events }: ToyRun) => ofType(events, 'step').map(({ loss }) => loss);

describe('${pascal}', () => {
  it('pulls θ back with λ times its distance', () => {
    const constants = { anchor: tf.tensor1d([0, 4]) };
    const found = create${pascal}({ lambda: 3 }).penalty?.(tf.tensor1d([1, 2]), { constants } as unknown as Step);
    expect([...(found?.gradient.dataSync() ?? [])]).toEqual([3, -6]);
    expect(found?.value.dataSync()[0]).toBe(7.5);
  });

  it('with no strength gives the losses of no remedy, with some others from the second task on', async () => {
    const none = lossesOf(await runToy({}));
    expect(lossesOf(await runToy({ methods: { ${key}: { lambda: 0 } } }))).toEqual(none);
    const held = lossesOf(await runToy({ methods: { ${key}: { lambda: 10 } } }));
    const first = none.length / 3;
    expect(held.slice(0, first)).toEqual(none.slice(0, first));
    expect(held).not.toEqual(none);
  });
});
`;

try {
  const [id, option, folder, ...more] = process.argv.slice(2);
  if ((option !== undefined && (option !== '--out' || folder === undefined)) || more.length > 0)
    throw new Error('usage: npm run new-method NAME');
  await begin(nameOf(id), path.resolve(option === undefined ? ROOT : folder));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
