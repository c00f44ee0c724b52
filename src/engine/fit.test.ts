import { describe, expect, it } from 'vitest';
import { trainingSchema } from '../core/recipe';
import type { Snapshot } from './checkpoint';
import { requireFit, requirePosition } from './fit';
import { Plan } from './steps/plan';

const phases = [
  { name: 'train', steps: 4 },
  { name: 'retrain', steps: 2 },
];
const examples = [new Int32Array(3), new Int32Array(3)];
const lessons = examples.map((indices) => ({ indices, tasks: new Int32Array(3) }));
const plan = new Plan(trainingSchema.parse({}), { id: 'two phases', phases: () => phases }, lessons, examples);
const shape = { parameterCount: 3, slotNames: ['m', 'v'], carried: { path: 2 }, plan };
const fitting: Snapshot = {
  ...{ task: 1, phase: 1, step: 1, optimizerSteps: 9, lossSum: 0, lossCount: 0 },
  memory: {},
  carried: { path: new Float32Array(2) },
  theta: new Float32Array(3),
  slots: { m: new Float32Array(3), v: new Float32Array(3) },
};
const at = (task: number, phase: number, step: number): Snapshot => ({ ...fitting, task, phase, step });

describe('a snapshot', () => {
  it.each([at(0, 0, 0), at(0, 0, 3), at(0, 1, 0), at(1, 1, 1), at(1, 2, 0), at(2, 0, 0)])(
    'fits at task $task, phase $phase, step $step',
    (snapshot) => {
      expect(() => requireFit(snapshot, shape)).not.toThrow();
    },
  );

  it.each([at(0, 0, 4), at(0, 2, 1), at(0, 3, 0), at(2, 0, 1), at(2, 1, 0), at(3, 0, 0), at(-1, 0, 0), at(0, 0, 0.5)])(
    'does not fit at task $task, phase $phase, step $step, where the run has no step',
    (snapshot) => {
      expect(() => requireFit(snapshot, shape)).toThrow(RangeError);
    },
  );

  it.each<[string, Partial<Snapshot>, RegExp]>([
    ['another number of parameters', { theta: new Float32Array(4) }, /has 4 parameters, the network 3/],
    ['a slot of another length', { slots: { ...fitting.slots, v: new Float32Array(2) } }, /optimiser/],
    ['a slot too few', { slots: { m: new Float32Array(3) } }, /optimiser/],
    ['a slot too many', { slots: { ...fitting.slots, w: new Float32Array(3) } }, /optimiser/],
    ['a slot of another name', { slots: { m: new Float32Array(3), constructor: new Float32Array(3) } }, /optimiser/],
    ['nothing carried', { carried: {} }, /carry/],
    ['something else carried', { carried: { way: new Float32Array(2) } }, /carry/],
    ['more carried', { carried: { ...fitting.carried, way: new Float32Array(2) } }, /carry/],
    ['something of another length carried', { carried: { path: new Float32Array(3) } }, /carry/],
    ['half a step', { optimizerSteps: 0.5 }, /cannot be/],
    ['less than no losses', { lossCount: -1 }, /cannot be/],
  ])('with %s does not fit', (_, change, message) => {
    expect(() => requireFit({ ...fitting, ...change }, shape)).toThrow(RangeError);
    expect(() => requireFit({ ...fitting, ...change }, shape)).toThrow(message);
  });

  it('is of the point that its log says, or refused', () => {
    expect(() => requirePosition(fitting, plan, { task: 1, step: 5 })).not.toThrow();
    expect(() => requirePosition(fitting, plan, { task: 1, step: 1 })).toThrow(RangeError);
    expect(() => requirePosition(fitting, plan, { task: 0, step: 5 })).toThrow(/another point of the run/);
  });
});
