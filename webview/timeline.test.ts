import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../src/core/events';
import { run, started } from './testRuns';
import { afterPause, namedOf, pausesOf, timelineOf, type Pause, type Stretch } from './timeline';

const stretches = (...steps: number[]): Stretch[] => {
  let from = 0;
  return steps.map((own, task) => ({ task, from, to: (from += own) }));
};
const pause = (step: number, more: Partial<Pause> = {}): Pause => ({
  ...{ step, task: 0, isLast: true, names: ['sleep'], from: 0, seconds: 0, ...more },
});
const ofSteps = (own: readonly Stretch[], pauses: readonly Pause[] = []) =>
  timelineOf({ stretches: own, taskCount: own.length, pauses, unit: 'steps', places: [], seconds: [] });

describe('an axis of steps', () => {
  it('counts steps, and has room for what is done between them', () => {
    const plain = ofSteps(stretches(100, 100));
    expect([0, 50, 200].map((place) => plain.xOf(place))).toEqual([0, 50, 200]);
    const asleep = ofSteps(stretches(100, 100), [pause(100), pause(200)]);
    expect([100, afterPause(100), 101, 200, afterPause(200)].map((place) => asleep.xOf(place))).toEqual([
      100, 106, 107, 206, 212,
    ]);
    expect(asleep.whole).toBe(212);
    expect(asleep.placeAt(103)).toBe(100.25);
  });
});

describe('places of variants', () => {
  it('belong together by task and share of the task, whatever the number of steps', () => {
    const packnet = ofSteps(stretches(147, 147, 147), [pause(98, { isLast: false })]);
    const none = ofSteps(stretches(98, 98, 98));
    const same = (place: number) => none.placeOf(packnet.positionOf(place));
    expect(same(147)).toBe(98);
    expect(Math.round(same(147 + 75))).toBe(98 + 50);
    expect(same(441)).toBe(294);
    expect(packnet.placeOf(none.positionOf(2 * 98))).toBe(2 * 147);
  });

  it('after a pause stand where the next task begins', () => {
    const asleep = ofSteps(stretches(100, 100), [pause(100), pause(200)]);
    expect(asleep.positionOf(100)).toBeLessThan(1);
    expect(asleep.positionOf(afterPause(100))).toBe(1);
    expect(asleep.positionOf(afterPause(200))).toBe(2);
  });

  it('of all tasks at once are shares of the whole', () => {
    const joint = timelineOf({
      stretches: stretches(500),
      taskCount: 5,
      pauses: [],
      unit: 'steps',
      places: [],
      seconds: [],
    });
    const none = ofSteps(stretches(98, 98, 98, 98, 98));
    expect(none.placeOf(joint.positionOf(500))).toBeCloseTo(490, 9);
  });

  it('are found again from the axis and from the position, in order', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        lengths,
        fc.boolean(),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2 }),
        (steps, sleeps, shares) => {
          const own = stretches(...steps);
          const timeline = ofSteps(own, sleeps ? own.map(({ to, task }) => pause(to, { task })) : []);
          const total = own.at(-1)?.to ?? 0;
          const places = shares.map((share) => Math.round(share * total)).sort((a, b) => a - b);
          for (const place of places) {
            expect(timeline.placeAt(timeline.xOf(place))).toBeCloseTo(place, 6);
            expect(timeline.placeOf(timeline.positionOf(place))).toBeCloseTo(place, 6);
          }
          const positions = places.map((place) => timeline.positionOf(place));
          expect([...positions].sort((a, b) => a - b)).toEqual(positions);
        },
      ),
    );
  });
});

describe('an axis of seconds', () => {
  it('shows how long steps and what lies between them took', () => {
    const timeline = timelineOf({
      ...{ stretches: stretches(10, 10), taskCount: 2, unit: 'seconds' },
      pauses: [pause(10, { from: 5, seconds: 20 })],
      places: [5, 10, 15, 20],
      seconds: [2, 4.9, 27, 30],
    });
    expect([0, 5, 10, afterPause(10), 15, 20].map((place) => timeline.xOf(place))).toEqual([0, 2, 5, 25, 27, 30]);
  });

  it('goes on at the same pace where a run is under way', () => {
    const timeline = timelineOf({
      ...{ stretches: stretches(10, 10), taskCount: 2, unit: 'seconds', pauses: [], places: [5], seconds: [2] },
    });
    expect(timeline.whole).toBe(8);
  });
});

describe('what a method does between steps', () => {
  const phase = (at: number, name: string, step: number, more: { task?: number; steps?: number } = {}): RunEvent => ({
    ...{ type: 'phase', at, task: 0, step, name, done: 1, ...more },
  });
  const seed = (id: string, longer: number) =>
    run(id, [
      started(),
      { type: 'step', at: 1000, task: 0, step: 10, loss: 1 },
      phase(2000, 'scale', 10),
      phase(3000 + longer, 'sleep', 10),
      { type: 'step', at: 9000, task: 1, step: 6, loss: 1 },
      phase(9500, 'prune', 6, { task: 1 }),
      phase(9500, 'retrain', 6, { task: 1, steps: 4 }),
    ]);

  it('is one pause at one place, as long as the seeds took on average', () => {
    const runs = [seed('a', 0), seed('b', 1000)];
    const own = stretches(10, 10);
    expect(pausesOf(runs, own)).toEqual([
      { task: 0, step: 10, isLast: true, names: ['scale', 'sleep'], from: 1, seconds: 2.5 },
      { task: 1, step: 16, isLast: false, names: ['prune'], from: 9, seconds: 0.5 },
    ]);
    expect(namedOf(runs, own)).toEqual([{ step: 16, name: 'retrain' }]);
  });
});
