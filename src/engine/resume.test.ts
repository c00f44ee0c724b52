import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeCheckpoint, type Snapshot } from './checkpoint';
import { latestFile, previousFile, sha256Of, writeCheckpoint } from './checkpointFiles';
import type { LoggedCheckpoint } from './earlierLog';
import type { LoggedPosition } from './fit';
import { restoreNewest } from './resume';

let folder = '';
let logged: LoggedCheckpoint[] = [];
/** Where training would go on. */
let restored: LoggedPosition | undefined;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lethe-resume-'));
  [logged, restored] = [[], undefined];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const snapshot = (task: number): Snapshot => ({
  ...{
    task,
    phase: 0,
    step: 0,
    optimizerSteps: task,
    lossSum: 0,
    lossCount: 0,
    rightSum: 0,
    rightCount: 0,
    flops: 0,
    askedSum: 0,
    askedCount: 0,
    memory: {},
    carried: {},
    slots: {},
  },
  taken: { tasks: [], phases: [] },
  theta: Float32Array.of(task),
});
const inFolder = (name: string) => path.join(folder, name);
const part = `${latestFile}.part`;

/** As training does it after each task. */
function write(...tasks: number[]) {
  for (const task of tasks)
    writeCheckpoint(folder, snapshot(task), (sha256) => void logged.push({ task, step: 0, sha256 }));
}

const resume = () =>
  restoreNewest(folder, logged, (taken, at) => {
    if (taken.task !== at.task) throw new RangeError('the checkpoint is of another point');
    restored = at;
  });

function flipBit(name: string) {
  const bytes = readFileSync(inFolder(name));
  bytes[bytes.length - 2] = (bytes[bytes.length - 2] ?? 0) ^ 4;
  writeFileSync(inFolder(name), bytes);
}

const damages: [string, (name: string) => void, RegExp][] = [
  ['a flipped bit in', flipBit, /is not as it was written \(SHA-256\)/],
  ['0 bytes in', (name) => truncateSync(inFolder(name)), /is not as it was written/],
  ['the end missing in', (name) => truncateSync(inFolder(name), 50), /is not as it was written/],
  ['nothing instead of', (name) => rmSync(inFolder(name)), /is missing/],
  [
    'a link instead of',
    (name) => {
      renameSync(inFolder(name), inFolder('elsewhere'));
      symlinkSync(inFolder('elsewhere'), inFolder(name));
    },
    /is a link, and links in a run folder are not followed/,
  ],
];

describe('a run that goes on', () => {
  it('takes the latest checkpoint, and says nothing', () => {
    write(1, 2, 3);
    expect(resume()).toEqual({ from: logged[2] });
    expect(restored?.task).toBe(3);
  });

  it('begins anew, without a word, where the log tells of no checkpoint', () => {
    write(1);
    logged = [];
    expect(resume()).toEqual({});
    expect(restored).toBeUndefined();
  });

  it.each(damages)('falls back to the checkpoint before, and says so, with %s the latest one', (_, damage, reason) => {
    write(1, 2, 3);
    damage(latestFile);
    const { from, warning } = resume();
    expect(from).toEqual(logged[1]);
    expect(restored?.task).toBe(2);
    expect(warning).toMatch(/^The checkpoint of the end of task 3 cannot be used: checkpoints\/latest\.safetensors/);
    expect(warning).toMatch(reason);
    expect(warning).toMatch(/\. Training goes on from the end of task 2 \(checkpoints\/previous\.safetensors\)\.$/);
  });

  it.each(damages)('begins anew, and says so, with %s both', (_, damage, reason) => {
    write(1, 2, 3);
    damage(previousFile);
    damage(latestFile);
    const { from, warning } = resume();
    expect([from, restored]).toEqual([undefined, undefined]);
    expect(warning).toMatch(reason);
    expect(warning).toMatch(/previous\.safetensors.*None is left to go on from: training starts from the beginning\.$/);
  });

  it.each(damages)('does not mind %s the one before the latest', (_, damage) => {
    write(1, 2, 3);
    damage(previousFile);
    expect(resume()).toEqual({ from: logged[2] });
  });

  it('keeps the checkpoint it fell back to until there are two others', () => {
    write(1, 2, 3);
    flipBit(latestFile);
    resume();
    logged = logged.slice(0, 2);
    expect(resume()).toEqual({ from: logged[1] });
    write(3);
    flipBit(latestFile);
    expect(resume().from).toEqual(logged[1]);
  });

  it('goes by the log and not by the names of the files', () => {
    write(1, 2, 3);
    renameSync(inFolder(latestFile), inFolder('elsewhere'));
    renameSync(inFolder(previousFile), inFolder(latestFile));
    renameSync(inFolder('elsewhere'), inFolder(previousFile));
    expect(resume()).toEqual({ from: logged[2] });
    expect(restored?.task).toBe(3);
  });

  it('says that a checkpoint is lost where an older one has its place', () => {
    write(1, 2, 3);
    copyFileSync(inFolder(previousFile), inFolder(latestFile));
    expect(resume().warning).toBe(
      'The checkpoint of the end of task 3 cannot be used: it is not there. Training goes on from the end of task 2 (checkpoints/latest.safetensors).',
    );
  });

  it('refuses a checkpoint of another run, however whole', () => {
    write(1);
    writeFileSync(inFolder(latestFile), encodeCheckpoint(snapshot(2)));
    expect(resume().warning).toMatch(/latest\.safetensors is not as it was written .* None is left/);
  });

  it('refuses what the log knows and training does not', () => {
    write(1, 2);
    const bytes = Buffer.from('no checkpoint at all');
    writeFileSync(inFolder(latestFile), bytes);
    logged[1] = { task: 2, step: 0, sha256: sha256Of(bytes) };
    const { from, warning } = resume();
    expect(from).toEqual(logged[0]);
    expect(warning).toMatch(/latest\.safetensors: the checkpoint is cut off in its header\. Training goes on/);
    logged = [{ task: 4, step: 7, sha256: sha256Of(readFileSync(inFolder(latestFile))) }];
    expect(resume().warning).toMatch(/checkpoint of step 7 of task 5 .* the checkpoint is of another point/);
  });

  it('lets a fault of the program be seen as one', () => {
    write(1);
    const restore = () => {
      throw new TypeError('a mistake');
    };
    expect(() => restoreNewest(folder, logged, restore)).toThrow(TypeError);
  });
});

describe('a process killed while it wrote a checkpoint', () => {
  const killedAt = (stage: 'half written' | 'whole' | 'announced' | 'between the renames' | 'named') => {
    write(1, 2);
    const bytes = encodeCheckpoint(snapshot(3));
    writeFileSync(inFolder(part), stage === 'half written' ? bytes.subarray(0, 99) : bytes);
    if (stage === 'half written' || stage === 'whole') return;
    logged.push({ task: 3, step: 0, sha256: sha256Of(bytes) });
    if (stage === 'announced') return;
    renameSync(inFolder(latestFile), inFolder(previousFile));
    if (stage === 'named') renameSync(inFolder(part), inFolder(latestFile));
  };

  it.each([
    ['half written', 2],
    ['whole', 2],
    ['announced', 3],
    ['between the renames', 3],
    ['named', 3],
  ] as const)('(%s) loses nothing that it announced, and leaves nothing behind', (stage, task) => {
    killedAt(stage);
    expect(resume()).toEqual({ from: logged.find((checkpoint) => checkpoint.task === task) });
    expect(restored?.task).toBe(task);
    expect(readdirSync(inFolder('checkpoints')).sort()).toEqual(['latest.safetensors', 'previous.safetensors']);
  });

  it.each(['announced', 'between the renames'] as const)('(%s) falls back where that file is damaged', (stage) => {
    killedAt(stage);
    flipBit(part);
    const { from, warning } = resume();
    expect(from?.task).toBe(2);
    expect(warning).toMatch(/Training goes on from the end of task 2/);
    expect(existsSync(inFolder(part))).toBe(false);
  });

  it('loses nothing of its first checkpoint', () => {
    const bytes = encodeCheckpoint(snapshot(1));
    mkdirSync(inFolder('checkpoints'));
    writeFileSync(inFolder(part), bytes);
    logged = [{ task: 1, step: 0, sha256: sha256Of(bytes) }];
    expect(resume()).toEqual({ from: logged[0] });
    expect(readdirSync(inFolder('checkpoints'))).toEqual(['latest.safetensors']);
  });
});
