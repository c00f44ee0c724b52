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

/** A kind of file of the user's own, which does no harm as it stands. */
interface Frame {
  /** @param parts that go in, or take the place of those it has. @param before what stands above it */
  readonly text: (parts: string, before?: string) => string;
  readonly parts: readonly string[];
  /** What a part may give that it may not, beside what no part of any kind may. */
  readonly wrong: readonly string[];
  /** Of an experiment: where it is named. */
  readonly named: object;
}

const whole = (define: string, body: string, before: string) => `import { ${define}, tf, z } from 'lethe';
${before}
export default ${define}({
  title: 'Mine', summary: 'For an attack.', settings: z.object({ a: z.number().default(1) }),
${body}
});
`;

const frames = {
  method: {
    text: (parts, before = '') => whole('defineMethod', `  create: () => ({\n${parts}\n  }),`, before),
    parts: [
      'begin', 'keeps', 'lesson', 'phases', 'beforePhase', 'stepSize', 'batches', 'met', 'afterStep', 'afterTask', 'constants',
      'carries', 'loss', 'penalty', 'gradient', 'update', 'carry', 'beforeEvaluation', 'parametersFor', 'memoryBytes', 'inspect',
      'network',
    ], // prettier-ignore
    wrong: ['{ current: 1 }', '{ a: { shape: [1e9], values: new Float32Array(1) } }'],
    named: { methods: [{ method: './mine.ts' }, { method: 'none' }] },
  },
  network: {
    text: (parts, before = '') =>
      whole(
        'defineNetwork',
        `  create: (settings, { inputs: [height, width, channels], outputs }) => ({
    parameters: { w: { shape: [height * width * channels, outputs], isHead: true } },
    forward: (p, x) => ({ logits: tf.matMul(x, p.w) }),
${parts}
  }),`,
        before,
      ),
    parts: ['parameters', 'forward', 'buffers', 'dropout', 'momentum', 'none of them'],
    wrong: [
      '{ w: { shape: [1e9, 1e9] } }', '{ w: { shape: [-1] } }', '{ "../w": { shape: [2, 10] } }', '{ logits: tf.tensor1d([NaN]) }',
      '{ logits: tf.zeros([8, 10]) }', '{ logits: tf.fill([8, 10], NaN) }', '{ w: { shape: [784, 10], initial: () => NaN } }',
      '{ w: { shape: [784, 10], initial: () => { throw undefined; } } }',
    ], // prettier-ignore
    named: { methods: [{ method: 'ewc', network: { kind: './mine.ts' } }, { method: 'none' }] },
  },
  stream: {
    text: (parts, before = '') =>
      whole(
        'defineStream',
        `  tasks: 2,
  create: () => [0, 1].map((task) => ({
    classes: [2 * task, 2 * task + 1],
${parts}
  })),`,
        before,
      ),
    parts: ['name', 'classes', 'train', 'test', 'view', 'dataset', 'none of them'],
    wrong: [
      '[0, 0]', '[-1]', '[1e12]', '[0.5]', '[NaN]', '{ length: 1e12 }', '{ length: -1 }', 'new Int32Array(784).fill(-2)',
      'new Int32Array(784).fill(784)', '{ id: "\\u001b[2J" }', '[Math.random()]', '"\\u001b[2J\\u202e"',
    ], // prettier-ignore
    named: { stream: { kind: './mine.ts' }, methods: [{ method: 'none' }] },
  },
} as const satisfies Record<string, Frame>;

/** What none of the parts may give. */
const wrong = [
  'undefined', 'null', 'NaN', '"text"', '[]', '{}', 'tf.tensor1d([1, NaN])', 'tf.zeros([2, 2, 2])', 'new Float32Array(3)',
  'Promise.resolve(1)', '-1', 'Infinity', '5n', 'Symbol("x")', 'new Proxy({}, { get() { throw null; } })',
  '[{ kind: "layers", title: "\\u001b[2J", quantity: "q", unit: "1", layers: [] }]', '(() => { const a = {}; a.a = a; return a; })()',
] as const; // prettier-ignore

const thrown = [
  'new Error("\\u001b[31mno")', '"text"', 'null', 'undefined', '{ message: 5 }', 'new RangeError("x".repeat(1e5))',
  '{ get message() { throw undefined; } }', 'new Proxy({}, { get() { throw null; } })',
] as const; // prettier-ignore

interface Hostile {
  readonly kind: string;
  /** Text of `mine.ts`, or what makes something else of it. */
  readonly make: (file: string, random: Random, frame: Frame) => void;
  /** It can be loaded, and fails its run. */
  readonly fails?: 'at load' | 'in its run';
}

const text = (made: string) => (file: string) => writeFileSync(file, made);

const hostile: readonly Hostile[] = [
  {
    kind: 'throws in one of its parts',
    make(file, random, frame) {
      const [part, what] = [pick(random, frame.parts), pick(random, thrown)];
      const how = pick(random, [`get '${part}'() { throw ${what}; },`, `'${part}'() { throw ${what}; },`]);
      text(frame.text(`    ${how}`))(file);
    },
  },
  {
    kind: 'gives what it may not',
    make(file, random, frame) {
      const [part, what] = [pick(random, frame.parts), pick(random, [...wrong, ...frame.wrong])];
      text(frame.text(`    '${part}': ${pick(random, ['', '() => '])}(${what}),`))(file);
    },
  },
  {
    kind: 'throws while it is loaded',
    make: (file, random, frame) =>
      text(
        frame.text(
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
    make(file, random, frame) {
      const whole = frame.text('');
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
    make: (file, random, frame) =>
      text(
        frame.text(
          '',
          `import * as other from '${pick(random, ['node:fs', 'fs', 'lodash', '../above', '../../../etc/passwd', '/etc/passwd', './none', './.lethe/x', 'http://127.0.0.1/x.js', 'data:text/javascript,1', '.\\\\x'])}';\nconsole.log(other);`,
        ),
      )(file),
    fails: 'at load',
  },
  {
    kind: 'imports in circles, or too much',
    make(file, random, frame) {
      const count = Math.floor(random() * 90);
      for (let i = 0; i < count; i++)
        writeFileSync(
          path.join(path.dirname(file), `f${i}.ts`),
          `import './f${(i + 1) % count}';\nimport './mine';\nexport const a = ${i};`,
        );
      text(frame.text('', count > 0 ? `import './f0';` : ''))(file);
    },
  },
  {
    kind: 'never ends, or prints without end, while it is loaded',
    make: (file, random, frame) =>
      text(
        frame.text(
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
    make: (file, random, frame) =>
      text(
        frame
          .text('')
          .replace(
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

/** Files of methods, networks and streams that do harm: nothing but their own run comes to it. */
export const ownFiles: Section = {
  name: 'own',
  title: 'Methods, networks and streams of one’s own',
  trials: { short: 6, usual: 90, long: 1500 },
  share: 0.1,
  async run(attack, trials) {
    const wanted = hostile.filter(({ kind }) => attack.wants(kind));
    if (wanted.length === 0) return;
    let done = 0;
    await eachTrial(attack, trials, 2, async (trial) => {
      const kind = wanted[trial % wanted.length];
      const frame = Object.values(frames)[Math.floor(trial / wanted.length) % 3];
      if (kind && frame) await oneFile(attack, kind, frame, randomStream(attack.seed, 'own files', trial));
      attack.done((done += 1));
    });
  },
};

async function oneFile(attack: Attack, { kind, make, fails }: Hostile, frame: Frame, random: Random): Promise<void> {
  const sandbox = newSandbox(attack);
  const folder = path.dirname(path.resolve(sandbox.workspace, sandbox.file));
  make(path.join(folder, 'mine.ts'), random, frame);
  const file = path.join(folder, 'own.lethe.json');
  writeFileSync(file, experimentText(frame));
  const out = ['--out', sandbox.workspace];
  const ended = await letheToEnd(attack, sandbox, ['run', file, '--backend', 'wasm', '--no-report', ...out]);
  const listed = await letheToEnd(attack, sandbox, ['list', '--json', ...out]);
  const found = [
    ...troublesOf('lethe run', ended, { codes: [0, 1, 2] }),
    ...troublesOf('lethe list', listed, { codes: [0] }),
    ...faultsOf(sandbox, ended.code, fails, frame),
    ...(listed.stdout.includes('"status":"damaged"') ? ['a run folder is damaged'] : []),
  ];
  if (found.length > 0) keepStore(attack, 'own', sandbox, { found, ended: [ended, listed] });
  attack.tally.add({ kind: `A file that ${kind}`, hung: ended.hung, left: await remove(sandbox), found });
}

const experimentText = ({ named }: Frame) =>
  JSON.stringify({
    ...{ name: 'Own', seeds: 1, bounds: false, stream: { tasks: 2 }, ...named },
    network: { hidden: [8] },
    training: { iterations: 3, batchSize: 8, samplesPerTask: 40 },
    evaluation: { points: 1, samples: 10 },
  });

/** Nothing runs of a file that cannot be loaded; of one that can, the run beside it is done, and its own says how it ended. */
function faultsOf({ workspace }: Sandbox, code: number | null, fails: Hostile['fails'], frame: Frame): string[] {
  const names = runNames(workspace);
  if (code === 2) return names.length === 0 ? [] : ['runs were made although the file cannot be loaded'];
  if (fails === 'at load') return ['a file that cannot be loaded was run'];
  return names.flatMap((name) => {
    const log = runPath(workspace, name, 'events.jsonl');
    const last = existsSync(log) ? (readFileSync(log, 'utf8').trimEnd().split('\n').at(-1) ?? '') : '';
    if (!last.includes('"type":"ended"')) return ['a run does not say how it ended'];
    if (hasControl(last)) return ['the log has control characters'];
    if (frame !== frames.stream && name.includes('-none-') && !last.includes('"done"'))
      return ['the run of another method was hurt'];
    const isPlaced = !last.includes('"failed"') || /"error":"mine\.ts|training diverged/.test(last);
    return isPlaced ? [] : ['the failure does not say its line'];
  });
}
