import { describe, expect, it } from 'vitest';
import type { Lesson } from './contract/method';
import { decodeCheckpoint, encodeCheckpoint, type Snapshot } from './checkpoint';

const snapshot: Snapshot = {
  task: 2,
  phase: 1,
  step: 17,
  theta: Float32Array.of(0.1, -2, 3e-30),
  slots: { m: Float32Array.of(1, 2, 3), v: Float32Array.of(4, 5, 6) },
  optimizerSteps: 1234,
  lossSum: 0.1 + 0.2,
  lossCount: 3,
  rightSum: 0,
  rightCount: 0,
  flops: 0,
  askedSum: 0.7,
  askedCount: 2,
  taken: { tasks: [40, 0], phases: [12] },
  lesson: { indices: Int32Array.of(4, 4, 9), tasks: Int32Array.of(0, 1, 2) },
  carried: { 'si/path': Float32Array.of(7, 8) },
  memory: {
    'ewc/fisher': new Float32Array(),
    'replay/indices': Int32Array.of(5, -6),
    owner: Uint8Array.of(0, 1, 255),
  },
};
const whole = encodeCheckpoint(snapshot);

/** The JSON of an architecture, broken in the middle. */
function cutArchitecture(): Buffer {
  const bytes = encodeCheckpoint({ ...snapshot, architecture: { kind: 'own' } });
  return Buffer.from(bytes.toString('latin1').replace('own\\"}', 'own\\" '), 'latin1');
}

describe('a checkpoint', () => {
  it('names the architecture of a network that is another than the run began with', () => {
    const grown: Snapshot = { ...snapshot, architecture: { kind: 'own', widths: [3, 'äöü'] } };
    expect(decodeCheckpoint(encodeCheckpoint(grown))).toEqual(grown);
  });

  it('gives back everything training needs, bit for bit, the empty memory of a method too', () => {
    expect(decodeCheckpoint(whole)).toEqual(snapshot);
  });

  it('says whether a lesson goes through the run, and whether there is one', () => {
    const { lesson, ...without } = snapshot;
    const through: Snapshot = { ...snapshot, lesson: { ...(lesson as Lesson), throughTheRun: true } };
    expect(decodeCheckpoint(encodeCheckpoint(through))).toEqual(through);
    expect(decodeCheckpoint(encodeCheckpoint(without))).toEqual(without);
  });

  it.each([
    ['is cut off', whole.subarray(0, -1), /cut off/],
    ['is empty', Buffer.alloc(0), /cut off/],
    ['has more than its header tells', Buffer.concat([whole, Buffer.alloc(3)]), '3 bytes too many'],
    ['lacks a number', renamed('"step":', '"stop":'), 'the checkpoint has no "step"'],
    ['has a number in another way', renamed('"step":"17"', '"step":"+7"'), 'the checkpoint has no "step"'],
    ['has an empty number', renamed('"17"', '""  '), 'the checkpoint has no "step"'],
    ['lacks the parameters', renamed('"theta":', '"thetb":'), 'the checkpoint has no parameters'],
    ['has something else', renamed('"memory/owner"', '"mamory/owner"'), 'tensors that belong to nothing'],
    ['does not say what was taken', renamed('"taken/tasks"', '"taken/fasks"'), 'tensors that belong to nothing'],
    ['lacks half of a lesson', renamed('"lesson/tasks"', '"memory/tasks"'), 'the lesson in the checkpoint is damaged'],
    [
      'has a lesson of no kind',
      renamed('"lesson":"task"', '"lesson":"tisk"'),
      'the lesson in the checkpoint is damaged',
    ],
    [
      'has an architecture that is none',
      encodeCheckpoint({ ...snapshot, architecture: [1] as never }),
      'the architecture in the checkpoint is damaged',
    ],
    ['has an architecture that cannot be read', cutArchitecture(), 'the architecture in the checkpoint is damaged'],
    ['hides its lesson', renamed('"lesson":"task"', '"lessen":"task"'), 'the lesson in the checkpoint is damaged'],
    [
      'has what was taken as floats',
      renamed('"taken/tasks":{"dtype":"I32"', '"taken/tasks":{"dtype":"F32"'),
      'how many steps',
    ],
    ['has whole numbers for moments', renamed('"optimizer/m":{"dtype":"F32"', '"optimizer/m":{"dtype":"I32"'), /type/],
  ])('that %s is refused', (_, bytes, message) => {
    expect(() => decodeCheckpoint(bytes)).toThrow(RangeError);
    expect(() => decodeCheckpoint(bytes)).toThrow(message);
  });
});

function renamed(from: string, to: string): Buffer {
  const text = whole.toString('latin1');
  expect(text).toContain(from);
  return Buffer.from(text.replace(from, to), 'latin1');
}
