import { describe, expect, it } from 'vitest';
import { LookingAround } from './lookingAround';

const named = (count: number) => Array.from({ length: count }, (_, i) => `run ${i}`);

function lookedAt(around: LookingAround): string[] {
  const seen: string[] = [];
  for (let run = around.next(); run !== undefined; run = around.next()) seen.push(run);
  return seen;
}

/** Workers that train runs of one length, in turn, of which so many places never get a machine. */
function drained(runs: number, places: number, absent: number) {
  const waiting = new Set(named(runs));
  const workers = Array.from({ length: places - absent }, (_, i) => new LookingAround(named(runs), i, places));
  for (const around of workers) around.begin(workers.length);
  let looks = 0;
  let there = workers;
  for (let turns = 0; there.length > 0; turns++) {
    there = there.filter((around) => {
      for (let run = around.next(); run !== undefined; run = around.next()) {
        looks += 1;
        if (!waiting.delete(run)) continue;
        around.found();
        return true;
      }
      return false;
    });
    if (turns > 10_000) throw new Error('no end');
  }
  return { left: waiting.size, looks: looks / workers.length };
}

describe('looking for runs that wait', () => {
  it('begins with a share of its own, and the shares are all runs', () => {
    const runs = named(10);
    const shares = [0, 1, 2].map((place) => {
      const around = new LookingAround(runs, place, 3);
      around.begin(1);
      const seen = lookedAt(around);
      expect([...seen].sort()).toEqual(runs);
      expect(around.hasSeenAll).toBe(true);
      return seen.slice(0, place < 2 ? 3 : 4);
    });
    expect(shares.flat()).toEqual(runs);
  });

  it('counts places from anew where the cluster has more of them than the batch', () => {
    const around = new LookingAround(named(4), 7, 4);
    around.begin(100);
    expect(around.next()).toBe('run 3');
  });

  it('looks at few runs of others where workers are many, and goes on where one waited', () => {
    const around = new LookingAround(named(10_000), 3, 1000);
    around.begin(1000);
    expect(lookedAt(around).length).toBe(90);
    expect(around.hasSeenAll).toBe(false);
    around.found();
    expect(lookedAt(around).length).toBe(80);
    expect(around.next()).toBeUndefined();
  });

  it('has a thousand workers take ten thousand runs with few looks each', () => {
    const { left, looks } = drained(10_000, 1000, 0);
    expect(left).toBe(0);
    expect(looks).toBeLessThan(200);
  });

  it('has half of them take the runs of those who never came', () => {
    const { left, looks } = drained(10_000, 1000, 500);
    // The last ones look at everything: here they only must not leave much to them.
    expect(left).toBeLessThan(10);
    expect(looks).toBeLessThan(1000);
  });
});
