import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { randomStream, type Random } from '../../src/engine/random';
import { hasControl, troublesOf } from './command';
import { pick } from './draws';
import { keepStore } from './keepStore';
import { runNames, runPath } from './reference';
import { letheToEnd, newSandbox, remove, type Sandbox } from './sandbox';
import { eachTrial, type Attack, type Section } from './section';

/** Parts of a method that can do harm, and the whole around them. */
interface Hostile {
  readonly kind: string;
  /** Text of `mine.ts`, or what makes something else of it. */
  readonly make: (file: string, random: Random) => void;
  /** It can be loaded, and fails its run. */
  readonly fails?: 'at load' | 'in its run';
}

const method = (parts: string, before = '') => `import { defineMethod, tf, z } from 'lethe';
${before}
export default defineMethod({
  title: 'Mine', summary: 'For an attack.', settings: z.object({ a: z.number().default(1) }),
  create: () => ({
${parts}
  }),
});
`;

const text = (made: string) => (file: string) => writeFileSync(file, made);

const parts = [
  'begin', 'keeps', 'lesson', 'phases', 'beforePhase', 'stepSize', 'batches', 'met', 'afterTask', 'constants', 'carries',
  'loss', 'penalty', 'gradient', 'update', 'carry', 'beforeEvaluation', 'parametersFor', 'memoryBytes', 'inspect', 'network',
] as const; // prettier-ignore

/** What a part may give that it may not. */
const wrong = [
  'undefined', 'null', 'NaN', '"text"', '[]', '{}', '{ current: 1 }', 'tf.tensor1d([1, NaN])', 'tf.zeros([2, 2, 2])',
  'new Float32Array(3)', 'Promise.resolve(1)', '{ a: { shape: [1e9], values: new Float32Array(1) } }', '-1', 'Infinity',
  '[{ kind: "layers", title: "\\u001b[2J", quantity: "q", unit: "1", layers: [] }]', '(() => { const a = {}; a.a = a; return a; })()',
] as const; // prettier-ignore

const hostile: readonly Hostile[] = [
  {
    kind: 'throws in one of its parts',
    make: (file, random) =>
      text(
        method(
          `    ${pick(random, parts)}() { throw ${pick(random, ['new Error("\\u001b[31mno")', '"text"', 'null', 'undefined', '{ message: 5 }', 'new RangeError("x".repeat(1e5))'])}; },`,
        ),
      )(file),
  },
  {
    kind: 'gives what it may not',
    make: (file, random) => text(method(`    ${pick(random, parts)}: () => (${pick(random, wrong)}),`))(file),
  },
  {
    kind: 'throws while it is loaded',
    make: (file, random) =>
      text(
        method(
          '',
          pick(random, [
            'throw new Error("no");',
            'throw null;',
            'null.x;',
            'process.exit(0);',
            'process.abort();',
            'process.kill(process.pid, "SIGKILL");',
          ]),
        ),
      )(file),
    fails: 'at load',
  },
  {
    kind: 'cannot be parsed',
    make(file, random) {
      const whole = method('    begin() {},');
      const at = Math.floor(random() * whole.length);
      text(
        pick(random, [
          whole.slice(0, at),
          whole.slice(0, at) +
            pick(random, ['}', '(', '`', '*/', '/*', '\u0000', '"', '<', '\ud800']) +
            whole.slice(at),
        ]),
      )(file);
    },
  },
  {
    kind: 'is bytes',
    make: (file, random) =>
      writeFileSync(file, Buffer.from(Array.from({ length: 3000 }, () => Math.floor(random() * 256)))),
    fails: 'at load',
  },
  {
    kind: 'imports what it may not',
    make: (file, random) =>
      text(
        method(
          '',
          `import * as other from '${pick(random, ['node:fs', 'fs', 'lodash', '../above', '../../../etc/passwd', '/etc/passwd', './none', './.lethe/x', 'http://127.0.0.1/x.js', 'data:text/javascript,1', '.\\\\x'])}';\nconsole.log(other);`,
        ),
      )(file),
    fails: 'at load',
  },
  {
    kind: 'imports in circles, or too much',
    make(file, random) {
      const count = Math.floor(random() * 90);
      for (let i = 0; i < count; i++)
        writeFileSync(
          path.join(path.dirname(file), `f${i}.ts`),
          `import './f${(i + 1) % count}';\nimport './mine';\nexport const a = ${i};`,
        );
      text(method('    begin() {},', count > 0 ? `import './f0';` : ''))(file);
    },
  },
  {
    kind: 'never ends, or prints without end, while it is loaded',
    make: (file, random) =>
      text(
        method(
          '',
          pick(random, [
            'for (;;) console.log("x".repeat(1e5));',
            'for (;;) console.error("x");',
            'while (true) {}',
            'await new Promise(() => {});',
          ]),
        ),
      )(file),
    fails: 'at load',
  },
  {
    kind: 'says too much of itself',
    make: (file, random) =>
      text(
        method('').replace(
          `'For an attack.'`,
          pick(random, [`'x'.repeat(1e7)`, `'\\u001b[2J\\u202e'`, `{ toString: () => 'x' }`, `Symbol('x')`, '5n']),
        ),
      )(file),
  },
  {
    kind: 'is no regular file',
    make(file, random) {
      pick<() => unknown>(random, [
        () => symlinkSync('/dev/zero', file),
        () => symlinkSync('/etc/passwd', file),
        () => symlinkSync(file, file),
        () => symlinkSync('../..', file),
        () => mkdirSync(file),
        () => execFileSync('mkfifo', [file]),
        () => undefined,
      ])();
    },
    fails: 'at load',
  },
];

/** Files of methods that do harm: nothing but their own run comes to it. */
export const ownMethods: Section = {
  name: 'methods',
  title: 'Files of methods',
  trials: { short: 6, usual: 60, long: 1000 },
  share: 0.1,
  async run(attack, trials) {
    const wanted = hostile.filter(({ kind }) => attack.wants(kind));
    if (wanted.length === 0) return;
    let done = 0;
    await eachTrial(attack, trials, 2, async (trial) => {
      const kind = wanted[trial % wanted.length];
      if (kind) await oneFile(attack, kind, randomStream(attack.seed, 'methods', trial));
      attack.done((done += 1));
    });
  },
};

async function oneFile(attack: Attack, { kind, make, fails }: Hostile, random: Random): Promise<void> {
  const sandbox = newSandbox(attack);
  const folder = path.dirname(path.resolve(sandbox.workspace, sandbox.file));
  make(path.join(folder, 'mine.ts'), random);
  const file = path.join(folder, 'own.lethe.json');
  writeFileSync(file, experimentText());
  const out = ['--out', sandbox.workspace];
  const ended = await letheToEnd(attack, sandbox, ['run', file, '--backend', 'wasm', '--no-report', ...out]);
  const listed = await letheToEnd(attack, sandbox, ['list', '--json', ...out]);
  const found = [
    ...troublesOf('lethe run', ended, { codes: [0, 1, 2] }),
    ...troublesOf('lethe list', listed, { codes: [0] }),
    ...faultsOf(sandbox, ended.code, fails),
    ...(listed.stdout.includes('"status":"damaged"') ? ['a run folder is damaged'] : []),
  ];
  if (found.length > 0) keepStore(attack, 'method', sandbox, { found, ended: [ended, listed] });
  attack.tally.add({ kind: `A method that ${kind}`, hung: ended.hung, left: await remove(sandbox), found });
}

const experimentText = () =>
  JSON.stringify({
    ...{ name: 'Own', seeds: 1, bounds: false, methods: [{ method: './mine.ts' }, { method: 'none' }] },
    stream: { tasks: 2 },
    network: { hidden: [8] },
    training: { iterations: 3, batchSize: 8, samplesPerTask: 40 },
    evaluation: { points: 1, samples: 10 },
  });

/** Nothing runs of a file that cannot be loaded; of one that can, the run beside it is done, and its own says how it ended. */
function faultsOf({ workspace }: Sandbox, code: number | null, fails: Hostile['fails']): string[] {
  const names = runNames(workspace);
  if (code === 2) return names.length === 0 ? [] : ['runs were made although the file cannot be loaded'];
  if (fails === 'at load') return ['a file that cannot be loaded was run'];
  return names.flatMap((name) => {
    const log = runPath(workspace, name, 'events.jsonl');
    const last = existsSync(log) ? (readFileSync(log, 'utf8').trimEnd().split('\n').at(-1) ?? '') : '';
    if (!last.includes('"type":"ended"')) return ['a run does not say how it ended'];
    if (hasControl(last)) return ['the log has control characters'];
    if (name.includes('-none-') && !last.includes('"done"')) return ['the run of another method was hurt'];
    const isPlaced = !last.includes('"failed"') || /"error":"mine\.ts|training diverged/.test(last);
    return isPlaced ? [] : ['the failure does not say its line'];
  });
}
