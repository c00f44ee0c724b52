import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { networkSchema } from '../core/recipe';
import { decodeCheckpoint, type Snapshot } from './checkpoint';
import {
  keptOnTheWay,
  latestFile,
  previousFile,
  removeParts,
  writeCheckpoint,
  writeParameters,
} from './checkpointFiles';
import { createNetwork } from './networks/network';
import { decodeTensors } from './safetensors';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lethe-checkpoint-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const snapshot = (step: number): Snapshot => ({
  ...{
    task: 0,
    phase: 0,
    step,
    optimizerSteps: step,
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
  theta: Float32Array.of(step),
});
const inFolder = (name: string) => path.join(folder, name);
const stepIn = (name: string) => decodeCheckpoint(readFileSync(inFolder(name))).step;
const names = () => readdirSync(inFolder('checkpoints')).sort();
const silently = () => undefined;

describe('the checkpoints of a run', () => {
  it('are the latest and the one before it', () => {
    for (const step of [1, 2, 3]) writeCheckpoint(folder, snapshot(step), silently);
    expect([stepIn(latestFile), stepIn(previousFile)]).toEqual([3, 2]);
    expect(names()).toEqual(['latest.safetensors', 'previous.safetensors']);
  });

  it('are announced by their checksum when they are whole and before anything is moved', () => {
    writeCheckpoint(folder, snapshot(1), silently);
    let announced = '';
    writeCheckpoint(folder, snapshot(2), (sha256) => {
      announced = sha256;
      expect(stepIn(latestFile)).toBe(1);
      expect(stepIn(`${latestFile}.part`)).toBe(2);
    });
    expect(announced).toBe(
      createHash('sha256')
        .update(readFileSync(inFolder(latestFile)))
        .digest('hex'),
    );
  });

  it('stay as they are, with nothing left behind, when one cannot be announced', () => {
    writeCheckpoint(folder, snapshot(1), silently);
    const announce = () => {
      throw new Error('the disk is full');
    };
    expect(() => writeCheckpoint(folder, snapshot(2), announce)).toThrow('the disk is full');
    expect(names()).toEqual(['latest.safetensors']);
    expect(stepIn(latestFile)).toBe(1);
  });

  it('are written anew where a killed process left half of one', () => {
    writeCheckpoint(folder, snapshot(1), silently);
    writeFileSync(inFolder(`${latestFile}.part`), 'half');
    writeCheckpoint(folder, snapshot(2), silently);
    expect([stepIn(latestFile), stepIn(previousFile)]).toEqual([2, 1]);
    expect(names()).toEqual(['latest.safetensors', 'previous.safetensors']);
  });

  it('leave no part of a file behind once a process begins', () => {
    mkdirSync(inFolder('checkpoints'));
    for (const name of ['latest.safetensors.part', 'task-3.safetensors.part', 'task-1.safetensors', 'notes.part'])
      writeFileSync(inFolder(`checkpoints/${name}`), 'half');
    removeParts(folder);
    expect(names()).toEqual(['notes.part', 'task-1.safetensors']);
  });

  it('do not bring back a run folder that was deleted', () => {
    rmSync(folder, { recursive: true });
    expect(() => writeCheckpoint(folder, snapshot(1), silently)).toThrow('the run folder is gone');
    expect(existsSync(folder)).toBe(false);
    removeParts(folder);
    expect(existsSync(folder)).toBe(false);
  });

  it('are never written through a link', () => {
    const elsewhere = inFolder('elsewhere');
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, inFolder('checkpoints'));
    for (const write of [() => writeCheckpoint(folder, snapshot(1), silently), () => removeParts(folder)])
      expect(write).toThrow('checkpoints is a link, not a folder');
    expect(readdirSync(elsewhere)).toEqual([]);
    rmSync(inFolder('checkpoints'));
    mkdirSync(inFolder('checkpoints'));
    const victim = inFolder('victim');
    writeFileSync(victim, 'precious');
    for (const name of [latestFile, `${latestFile}.part`, previousFile]) symlinkSync(victim, inFolder(name));
    writeCheckpoint(folder, snapshot(1), silently);
    writeCheckpoint(folder, snapshot(2), silently);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect([stepIn(latestFile), stepIn(previousFile)]).toEqual([2, 1]);
  });
});

describe('the parameters after a task', () => {
  it('are kept by the names and shapes of the network, counted from 1', () => {
    const network = createNetwork(networkSchema.parse({ hidden: [2] }), 3, 2);
    const theta = Float32Array.from({ length: network.parameterCount }, (_, i) => i);
    writeParameters(folder, { task: 0 }, network, { theta });
    expect(names()).toEqual(['task-1.safetensors']);
    const { tensors, metadata } = decodeTensors(readFileSync(inFolder('checkpoints/task-1.safetensors')));
    expect(JSON.parse(metadata['architecture'] ?? '')).toEqual(network.architecture);
    expect(tensors).toEqual({
      'layer1.weights': { shape: [3, 2], values: Float32Array.of(0, 1, 2, 3, 4, 5) },
      'layer1.bias': { shape: [2], values: Float32Array.of(6, 7) },
      'layer2.weights': { shape: [2, 2], values: Float32Array.of(8, 9, 10, 11) },
      'layer2.bias': { shape: [2], values: Float32Array.of(12, 13) },
    });
  });

  it('are found in the order of training where they were kept within tasks', () => {
    const network = createNetwork(networkSchema.parse({ hidden: [2] }), 3, 2);
    const theta = new Float32Array(network.parameterCount);
    expect(keptOnTheWay(folder)).toEqual([]);
    const within = [
      { task: 0, step: 9 },
      { task: 0, step: 20 },
      { task: 1, step: 3 },
    ];
    for (const after of within.toReversed()) writeParameters(folder, after, network, { theta });
    writeParameters(folder, { task: 0 }, network, { theta });
    expect(names()).toContain('way-1-20.safetensors');
    expect(keptOnTheWay(folder)).toEqual(within);
  });
});
