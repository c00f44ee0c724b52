import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { networkSchema } from '../core/recipe';
import { latestFile, readCheckpoint, writeCheckpoint, writeParameters, type Snapshot } from './checkpoint';
import { createNetwork } from './networks/network';
import { decodeTensors } from './safetensors';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lethe-checkpoint-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const snapshot: Snapshot = {
  task: 2,
  phase: 1,
  step: 17,
  theta: Float32Array.of(0.1, -2, 3e-30),
  slots: { m: Float32Array.of(1, 2, 3), v: Float32Array.of(4, 5, 6) },
  optimizerSteps: 1234,
  lossSum: 0.1 + 0.2,
  lossCount: 3,
  method: {
    'ewc/fisher': new Float32Array(),
    'replay/indices': Int32Array.of(5, -6),
    owner: Uint8Array.of(0, 1, 255),
  },
};

describe('a checkpoint', () => {
  it('gives back everything training needs, bit for bit, the empty state of a method too', () => {
    writeCheckpoint(folder, snapshot);
    expect(readCheckpoint(folder)).toEqual(snapshot);
  });

  it('is replaced as a whole, and known by its checksum', () => {
    writeCheckpoint(folder, snapshot);
    const sum = writeCheckpoint(folder, { ...snapshot, step: 18 });
    expect(readCheckpoint(folder).step).toBe(18);
    expect(readdirSync(path.join(folder, 'checkpoints'))).toEqual(['latest.safetensors']);
    const bytes = readFileSync(path.join(folder, latestFile));
    expect(sum).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('stays whole when writing the next one breaks off', () => {
    writeCheckpoint(folder, snapshot);
    writeFileSync(path.join(folder, `${latestFile}.part`), 'half');
    expect(readCheckpoint(folder)).toEqual(snapshot);
  });

  it('that is not there, is cut off or lacks something is an error', () => {
    expect(() => readCheckpoint(folder)).toThrow(/ENOENT/);
    writeCheckpoint(folder, snapshot);
    const file = path.join(folder, latestFile);
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, whole.length - 1));
    expect(() => readCheckpoint(folder)).toThrow(/cut off/);
    writeFileSync(file, whole.toString('latin1').replace('"step":', '"stop":'), 'latin1');
    expect(() => readCheckpoint(folder)).toThrow('the checkpoint has no "step"');
    writeFileSync(file, whole.toString('latin1').replace('"theta":', '"thetb":'), 'latin1');
    expect(() => readCheckpoint(folder)).toThrow('the checkpoint has no parameters');
  });
});

describe('the parameters after a task', () => {
  it('are kept by the names and shapes of the network, counted from 1', () => {
    const network = createNetwork(networkSchema.parse({ hidden: [2] }), 3, 2);
    const theta = Float32Array.from({ length: network.parameterCount }, (_, i) => i);
    writeParameters(folder, 0, network, theta);
    expect(existsSync(path.join(folder, 'checkpoints/task-1.safetensors'))).toBe(true);
    const { tensors } = decodeTensors(readFileSync(path.join(folder, 'checkpoints/task-1.safetensors')));
    expect(tensors).toEqual({
      'layer1.weights': { shape: [3, 2], values: Float32Array.of(0, 1, 2, 3, 4, 5) },
      'layer1.bias': { shape: [2], values: Float32Array.of(6, 7) },
      'layer2.weights': { shape: [2, 2], values: Float32Array.of(8, 9, 10, 11) },
      'layer2.bias': { shape: [2], values: Float32Array.of(12, 13) },
    });
  });
});
