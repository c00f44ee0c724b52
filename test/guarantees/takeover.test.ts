import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstDifference } from '../../src/core/difference';
import type { RunManifest } from '../../src/core/manifest';
import type { MlpSpec } from '../../src/core/recipe';
import { ofType, type ToySpec } from './toyRuns';
import { eventsIn, logIn, TrainingProgram } from './trainingProcesses';

/** Real training processes that lose their run to another one, or find another version's run. */
const program = new TrainingProgram();
beforeAll(() => program.build(), 60_000);
afterAll(() => program.remove());

const short: ToySpec = {
  methods: { ewc: { samples: 100 } },
  network: { hidden: [16] },
  stream: { dataset: 'mnist', tasks: 5 },
  training: { iterations: 6, batchSize: 32 },
};
/** Long enough to be caught in the middle of its third task, long before the end of it. */
const long: ToySpec = { ...short, methods: { none: {} }, training: { iterations: 200, batchSize: 32 } };
const endless: ToySpec = { ...long, training: { iterations: 1_000_000, batchSize: 8 } };

/** As who starts a process does it. */
function setToken(folder: string, token: string) {
  const file = path.join(folder, 'process.json');
  writeFileSync(`${file}.new`, JSON.stringify({ token, at: 1, host: 'here' }));
  renameSync(`${file}.new`, file);
}

/** Everything in a folder with size and time of its content. */
const contentOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const { size, mtimeMs } = statSync(path.join(folder, name));
      return `${name} ${size} ${mtimeMs}`;
    });

describe('a training process that was started with a token', () => {
  it('writes it into its events, and shows that it lives', async () => {
    const folder = program.runFolder('own', short);
    setToken(folder, 'mine');
    utimesSync(path.join(folder, 'process.json'), 1, 1);
    expect((await program.train(folder, ['--token', 'mine'])).code).toBe(0);
    expect(ofType(eventsIn(folder), 'started')[0]?.token).toBe('mine');
    expect(statSync(path.join(folder, 'process.json')).mtimeMs).toBeGreaterThan(1000);
    setToken(folder, 'next');
    expect((await program.train(folder, ['--resume', '--token', 'next'])).code).toBe(0);
    expect(ofType(eventsIn(folder), 'resumed')[0]?.token).toBe('next');
  }, 60_000);

  it('writes it into its end too, which is all that one says that cannot train', async () => {
    const folder = program.runFolder('unable', { ...short, stream: { dataset: 'omniglot' } });
    setToken(folder, 'mine');
    expect((await program.train(folder, ['--token', 'mine'])).code).toBe(1);
    expect(eventsIn(folder)).toMatchObject([{ type: 'ended', status: 'failed', token: 'mine' }]);
  }, 60_000);

  it.each<[string, (folder: string) => void]>([
    ['another one takes over', (folder) => setToken(folder, 'other')],
    ['process.json is taken away', (folder) => rmSync(path.join(folder, 'process.json'))],
  ])(
    'leaves without a word when %s',
    async (name, change) => {
      const folder = program.runFolder(name, long);
      setToken(folder, 'mine');
      const ending = await program.train(folder, ['--token', 'mine'], { interrupt: () => change(folder) });
      expect(ending).toEqual({ code: 4, signal: null, output: '' });
      const events = eventsIn(folder);
      expect(ofType(events, 'ended')).toEqual([]);
      expect(ofType(events, 'task-end').length).toBe(2);
      expect(ofType(events, 'checkpoint').length).toBe(2);
      expect(existsSync(path.join(folder, 'checkpoints/task-3.safetensors'))).toBe(false);
    },
    60_000,
  );

  it('leaves a stop to the one that took over', async () => {
    const folder = program.runFolder('stopped', endless);
    setToken(folder, 'mine');
    const ending = program.train(folder, ['--token', 'mine']);
    while (ofType(eventsIn(folder), 'eval').length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    setToken(folder, 'other');
    writeFileSync(path.join(folder, 'stop'), '');
    expect((await ending).code).toBe(4);
    expect(existsSync(path.join(folder, 'stop'))).toBe(true);
    expect(existsSync(path.join(folder, 'checkpoints'))).toBe(false);
    expect(ofType(eventsIn(folder), 'ended')).toEqual([]);
  }, 60_000);

  it('leaves amid a long task too', async () => {
    const folder = program.runFolder('endless', endless);
    setToken(folder, 'mine');
    const ending = program.train(folder, ['--token', 'mine']);
    while (ofType(eventsIn(folder), 'started').length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    setToken(folder, 'other');
    expect((await ending).code).toBe(4);
    expect(ofType(eventsIn(folder), 'ended')).toEqual([]);
  }, 60_000);

  it('touches nothing when the run was never its own, whether it was started anew, again, or could not train', async () => {
    const starts: [string, string[], ToySpec][] = [
      ['anew', [], short],
      ['again', ['--resume'], short],
      ['and could not train', [], { ...short, stream: { dataset: 'omniglot' } }],
    ];
    const endings = starts.map(async ([name, flags, spec]) => {
      const folder = program.runFolder(`never ${name}`, spec);
      setToken(folder, 'other');
      mkdirSync(path.join(folder, 'checkpoints'));
      writeFileSync(path.join(folder, 'checkpoints/latest.safetensors.part'), 'being written by the other one');
      writeFileSync(path.join(folder, 'events.jsonl'), '{"type":"step","ta');
      const before = contentOf(folder);
      const ending = await program.train(folder, [...flags, '--token', 'mine']);
      expect(ending).toEqual({ code: 4, signal: null, output: '' });
      expect(contentOf(folder)).toEqual(before);
    });
    await Promise.all(endings);
  }, 60_000);
});

describe('a run folder that is deleted while it trains', () => {
  it.each([
    ['with a token', ['--token', 'mine'], 4],
    ['by hand', [], 1],
  ] as const)(
    'does not come back, %s',
    async (name, flags, code) => {
      const folder = program.runFolder(`deleted ${name}`, long);
      setToken(folder, 'mine');
      const interrupt = () => rmSync(folder, { recursive: true });
      expect((await program.train(folder, [...flags], { interrupt })).code).toBe(code);
      expect(existsSync(folder)).toBe(false);
    },
    60_000,
  );
});

describe('a run that another version planned', () => {
  const change = (folder: string, by: (settings: Record<string, unknown>, manifest: RunManifest) => void) => {
    const file = path.join(folder, 'run.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as RunManifest;
    by(manifest.spec.methods[0]?.settings ?? {}, manifest);
    writeFileSync(file, JSON.stringify(manifest));
  };

  it('trains with the defaults of what it did not know, and says so once', async () => {
    const whole = program.runFolder('known', short);
    expect((await program.train(whole)).code).toBe(0);
    const folder = program.runFolder('missing', short);
    change(folder, (settings, { spec }) => {
      delete settings['lambda'];
      delete (spec.network as Partial<MlpSpec>).dropout;
    });
    writeFileSync(path.join(folder, 'stop'), '');
    expect((await program.train(folder)).code).toBe(3);
    expect((await program.train(folder, ['--resume'])).code).toBe(0);
    expect(ofType(eventsIn(folder), 'warning').map(({ message }) => message)).toEqual([
      'run.json does not have all settings; defaults are used for network.dropout = 0, ewc.lambda = 100000.',
    ]);
    expect(firstDifference(logIn(folder), logIn(whole))).toBeUndefined();
  }, 60_000);

  it('is refused where it has a setting that is no more', async () => {
    const folder = program.runFolder('unknown', short);
    change(folder, (settings) => (settings['strength'] = 1));
    expect((await program.train(folder)).code).toBe(1);
    expect(ofType(eventsIn(folder), 'ended')).toMatchObject([
      { status: 'failed', error: 'EWC has no setting "strength" in this version of Lethe, and run.json asks for it.' },
    ]);
  }, 60_000);
});

describe('a run folder in which things are not what they seem', () => {
  it('is not followed out of', async () => {
    const folder = program.runFolder('linked log', short);
    const victim = path.join(program.root, 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, path.join(folder, 'events.jsonl'));
    const { code, output } = await program.train(folder);
    expect(code).toBe(1);
    expect(output).toMatch(/events\.jsonl is a link, and links in a run folder are not followed/);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  }, 60_000);
});
