import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstDifference } from '../../src/core/difference';
import { digestAfter, ofType, removeRunFolders, shownOf, type ToySpec } from './toyRuns';
import { eventsIn, logIn, TrainingProgram } from './trainingProcesses';

/** Real training processes whose checkpoints go wrong. */
const program = new TrainingProgram();
const faultyDisk = path.resolve('test/guarantees/faultyDisk.cjs');
const latest = 'checkpoints/latest.safetensors';
const previous = 'checkpoints/previous.safetensors';

const spec: ToySpec = {
  network: { hidden: [16] },
  stream: { dataset: 'mnist', tasks: 5 },
  training: { iterations: 6, batchSize: 32 },
};

let whole = '';
beforeAll(async () => {
  await program.build();
  whole = program.runFolder('whole', spec);
  expect((await program.train(whole)).code).toBe(0);
}, 120_000);
afterAll(() => {
  program.remove();
  removeRunFolders();
});

const withFault = (folder: string, fault: string, at: number, flags: string[] = []) =>
  program.train(folder, flags, { preload: faultyDisk, env: { FAULT: fault, FAULT_AT: String(at) } });
const names = (folder: string) => readdirSync(path.join(folder, 'checkpoints')).sort();
const warningsIn = (folder: string) => ofType(eventsIn(folder), 'warning').map(({ message }) => message);
const shownWithoutWarnings = (folder: string) => shownOf(eventsIn(folder).filter(({ type }) => type !== 'warning'));

/** It is as if nothing had ever happened. */
function expectWhole(folder: string) {
  expect(shownWithoutWarnings(folder)).toEqual(shownWithoutWarnings(whole));
  for (const task of [0, 1, 2, 3, 4]) expect(digestAfter(folder, task)).toBe(digestAfter(whole, task));
  expect(readFileSync(path.join(folder, latest))).toEqual(readFileSync(path.join(whole, latest)));
  expect(names(folder)).toEqual(names(whole));
  expect(firstDifference(logIn(folder), logIn(whole))).toBeUndefined();
}

describe('a training process', () => {
  const points = [
    'killed half written',
    'killed before it is announced',
    'killed half announced',
    'killed when it is announced',
    'killed between the renames',
    'killed when it has its name',
  ];
  /** The second; the first, with no file before it; the last, with nothing more to train. */
  const places = [
    ...points.map((point) => [point, 2] as const),
    ['killed between the renames', 1] as const,
    ['killed when it is announced', 5] as const,
  ];

  it.each(places)(
    '%s (checkpoint %s) goes on to the same numbers and the same log',
    async (fault, at) => {
      const folder = program.runFolder(`${fault} ${at}`, spec);
      expect((await withFault(folder, fault, at)).signal).toBe('SIGKILL');
      expect((await program.train(folder, ['--resume'])).code).toBe(0);
      const isAnnounced = points.indexOf(fault) >= points.indexOf('killed when it is announced');
      expect(ofType(eventsIn(folder), 'resumed')).toMatchObject([{ task: isAnnounced ? at : at - 1, step: 0 }]);
      expect(warningsIn(folder)).toEqual([]);
      expectWhole(folder);
    },
    60_000,
  );

  it.each(['killed before it is announced', 'killed when it is announced', 'killed between the renames'])(
    '%s (a checkpoint amid a task), and killed so again when it goes on, comes to the same numbers and log',
    async (fault) => {
      const folder = program.runFolder(`${fault} amid`, spec);
      writeFileSync(path.join(folder, 'stop'), '');
      expect((await withFault(folder, fault, 1)).signal).toBe('SIGKILL');
      expect((await withFault(folder, fault, 1, ['--resume'])).signal).toBe('SIGKILL');
      rmSync(path.join(folder, 'stop'));
      expect((await program.train(folder, ['--resume'])).code).toBe(0);
      expect(warningsIn(folder)).toEqual([]);
      expectWhole(folder);
    },
    60_000,
  );

  it('that finds the disk full says so, leaves no half of a file behind, and goes on when there is room', async () => {
    const folder = program.runFolder('full', spec);
    expect((await withFault(folder, 'disk full', 3)).code).toBe(1);
    expect(ofType(eventsIn(folder), 'ended')).toMatchObject([
      {
        status: 'failed',
        error: 'The disk is full: make room, then resume the run. (ENOSPC: no space left on device, write)',
      },
    ]);
    expect(names(folder)).toEqual(names(whole).filter((name) => !/[45]/.test(name)));
    expect((await program.train(folder, ['--resume'])).code).toBe(0);
    expectWhole(folder);
  }, 60_000);

  it('that finds the disk full amid a line of its log still says why it ended', async () => {
    const folder = program.runFolder('full log', spec);
    expect((await withFault(folder, 'disk full in a line', 9)).code).toBe(1);
    expect(ofType(eventsIn(folder), 'ended')).toMatchObject([{ error: expect.stringMatching(/^The disk is full/) }]);
    expect((await program.train(folder, ['--resume'])).code).toBe(0);
    expectWhole(folder);
  }, 60_000);

  it('writes no checkpoint through a link', async () => {
    const folder = program.runFolder('linked', spec);
    const elsewhere = path.join(program.root, 'elsewhere');
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, path.join(folder, 'checkpoints'));
    expect((await program.train(folder)).code).toBe(1);
    expect(ofType(eventsIn(folder), 'ended')[0]?.error).toBe('checkpoints is a link, not a folder');
    expect(readdirSync(elsewhere)).toEqual([]);
  }, 60_000);
});

describe('a run that was killed after its third task', () => {
  let killed = '';
  beforeAll(async () => {
    killed = program.runFolder('killed', spec);
    expect((await withFault(killed, 'killed when it has its name', 3)).signal).toBe('SIGKILL');
  }, 60_000);

  const change = (name: string, by: (bytes: Buffer) => void) => (folder: string) => {
    const file = path.join(folder, name);
    const bytes = readFileSync(file);
    by(bytes);
    writeFileSync(file, bytes);
  };
  const flipBit = (bytes: Buffer) => {
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
  };
  const endless = (bytes: Buffer) => void bytes.writeBigUInt64LE(2n ** 63n);
  const empty = (name: string) => (folder: string) => truncateSync(path.join(folder, name));
  const remove = (name: string) => (folder: string) => rmSync(path.join(folder, name));
  const all =
    (...changes: ((folder: string) => void)[]) =>
    (folder: string) =>
      changes.forEach((own) => own(folder));

  const attacks: [string, (folder: string) => void, number, RegExp | undefined][] = [
    ['one bit flipped', change(latest, flipBit), 2, /latest\.safetensors is not as it was written .* end of task 2/],
    ['0 bytes, as after a power cut', empty(latest), 2, /latest\.safetensors is not as it was written/],
    ['a header of 2^63 bytes', change(latest, endless), 2, /latest\.safetensors is not as it was written/],
    ['no checkpoint', remove(latest), 2, /latest\.safetensors is missing/],
    [
      'the checkpoint of another run',
      (folder) => copyFileSync(path.join(whole, latest), path.join(folder, latest)),
      2,
      /not as it was/,
    ],
    ['no checkpoint before it', remove(previous), 3, undefined],
    [
      'its two checkpoints exchanged',
      (folder) => {
        renameSync(path.join(folder, latest), path.join(folder, 'x'));
        renameSync(path.join(folder, previous), path.join(folder, latest));
        renameSync(path.join(folder, 'x'), path.join(folder, previous));
      },
      3,
      undefined,
    ],
    [
      'one bit flipped in both',
      all(change(latest, flipBit), change(previous, flipBit)),
      0,
      /training starts from the beginning/,
    ],
    ['no checkpoints', (folder) => rmSync(path.join(folder, 'checkpoints'), { recursive: true }), 0, /is missing/],
  ];

  it.each(attacks)(
    'and now has %s comes to the same numbers, and says what was the matter',
    async (name, attack, task, warning) => {
      const folder = path.join(program.root, `attacked: ${name}`);
      cpSync(killed, folder, { recursive: true });
      attack(folder);
      expect((await program.train(folder, ['--resume'])).code).toBe(0);
      expect(ofType(eventsIn(folder), 'resumed').map((event) => event.task)).toEqual(task === 0 ? [] : [task]);
      expect(ofType(eventsIn(folder), 'started').length).toBe(task === 0 ? 2 : 1);
      expect(warningsIn(folder)).toEqual(warning ? [expect.stringMatching(warning)] : []);
      expectWhole(folder);
    },
    60_000,
  );
});
