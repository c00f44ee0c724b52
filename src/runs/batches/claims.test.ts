import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type * as promises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

/**
 * A machine that sees the folders over a network: what others did it may see late, and a rename or a removal that happened
 * may be said to have failed, when the answer was lost and the question asked again.
 */
interface Client {
  /** Listings as they were seen, and how often they are still given. */
  readonly seen: Map<string, { readonly names: readonly string[]; left: number }>;
  /** From 0 to 1, one after the other. */
  random(): number;
}

const clients = vi.hoisted(() => ({ current: undefined as AsyncLocalStorage<Client> | undefined }));
const client = () => clients.current?.getStore();

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof promises>();
  const failure = (code: string) => Object.assign(new Error(code), { code });
  return {
    ...real,
    rename: async (from: string, to: string) => {
      const own = client();
      own?.seen.delete(dirname(to));
      const chance = own?.random() ?? 1;
      // The server was away.
      if (chance < 0.1) throw failure('EIO');
      await real.rename(from, to);
      if (chance < 0.3) throw failure('ENOENT');
    },
    readdir: async (folder: string) => {
      const own = client();
      const known = own?.seen.get(folder);
      if (known && known.left > 0) {
        known.left -= 1;
        return [...known.names];
      }
      const names = await real.readdir(folder);
      own?.seen.set(folder, { names, left: Math.floor(own.random() * 3) });
      return names;
    },
  };
});

const { claimantOf, claimFor, endClaim, giveBack, isWorkerClaim, markerOf, takeOver } = await import('./claims');
const { enqueue } = await import('../queue');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-claims-'));
  clients.current = new AsyncLocalStorage();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const token = (n: number) => n.toString(16).padStart(24, '0');
const BATCH = 'batch-20260101-000000-0000';

describe('a claim', () => {
  const queue = () => enqueue(folder, { at: 1, batch: BATCH });

  it('is of a run that waits for the batch, and bears the name of the worker', async () => {
    await queue();
    expect(await claimFor(folder, token(1), 'batch-20260101-000000-0001')).toBe(false);
    expect(await claimFor(folder, token(1), BATCH)).toBe(true);
    expect(readdirSync(folder)).toEqual([`claimed.${token(1)}`]);
    expect(await claimantOf(folder)).toBe(token(1));
    expect((await markerOf(folder, token(1))).batch).toBe(BATCH);
    expect(await claimFor(folder, token(2), BATCH)).toBe(false);
  });

  it('is none of a run that waits for the keeper', async () => {
    await enqueue(folder, { at: 1 });
    expect(await claimFor(folder, token(1), BATCH)).toBe(false);
  });

  it('goes over to one of those who want it, and back into the queue with what is said of it', async () => {
    await queue();
    await claimFor(folder, token(1), BATCH);
    const won = await Promise.all([2, 3, 4].map((n) => takeOver(folder, token(1), token(n))));
    expect(won.filter(Boolean)).toHaveLength(1);
    const owner = token(2 + won.indexOf(true));
    await giveBack(folder, owner, { ...(await markerOf(folder, owner)), resume: true, losses: 2 });
    expect(readdirSync(folder)).toEqual(['queued']);
    expect(await claimFor(folder, token(5), BATCH)).toBe(true);
    expect(await markerOf(folder, token(5))).toMatchObject({ resume: true, losses: 2, batch: BATCH });
    await endClaim(folder, token(5));
    expect(readdirSync(folder)).toEqual([]);
  });

  it('holds where the rename is said to have failed, and happened', async () => {
    await queue();
    const answers = { seen: new Map<string, never>(), random: () => 0.2 };
    expect(await clients.current?.run(answers, () => claimFor(folder, token(1), BATCH))).toBe(true);
    const away = { ...answers, random: () => 0 };
    expect(await clients.current?.run(away, () => takeOver(folder, token(1), token(2)))).toBe(false);
    expect(readdirSync(folder)).toEqual([`claimed.${token(1)}`]);
  });

  it('is told by its name', () => {
    expect(['claimed', 'claimed.x', `claimed.${token(1)}.tmp`, 'queued'].filter(isWorkerClaim)).toEqual([]);
  });
});

describe('many workers over a network that answers late and wrongly', () => {
  it('lose no run, finish none twice, and never have one at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer(),
        async (workers, runs, seed) => {
          const place = mkdtempSync(join(folder, 'store-'));
          const folders = Array.from({ length: runs }, (_, i) => join(place, `run-${i}`));
          for (const run of folders) {
            mkdirSync(run);
            writeFileSync(join(run, 'queued'), JSON.stringify({ at: 1, batch: BATCH }));
          }
          const holders = new Map<string, string>();
          const finished: string[] = [];
          const dead = new Set<string>();
          let born = 0;
          const work = async (random: () => number) => {
            const own = token(++born);
            for (let look = 0; look < 400 && finished.length < runs; look++) {
              for (const run of folders) {
                const claimant = await claimantOf(run).catch(() => undefined);
                // Its own name, without its knowing; or the name of one that is gone.
                const isMine = claimant === own && holders.get(run) !== own;
                const isLost = claimant !== undefined && dead.has(claimant);
                if (isMine || isLost) {
                  if (await takeOver(run, claimant, own))
                    await giveBack(run, own, await markerOf(run, own)).catch(() => undefined);
                  continue;
                }
                if (!(await claimFor(run, own, BATCH).catch(() => false))) continue;
                expect([undefined, ...dead]).toContain(holders.get(run));
                holders.set(run, own);
                await new Promise((resolve) => setImmediate(resolve));
                if (random() < 0.15) {
                  dead.add(own);
                  return;
                }
                holders.delete(run);
                finished.push(run);
                await endClaim(run, own);
              }
            }
          };
          const machine = async (n: number) => {
            const random = randomFrom(seed + n);
            // Each that dies is started again.
            while (finished.length < runs && born < 200)
              await clients.current?.run({ seen: new Map(), random }, () => work(random));
          };
          await Promise.all(Array.from({ length: workers }, (_, n) => machine(n)));
          expect([...finished].sort()).toEqual([...folders].sort());
          expect(folders.flatMap((run) => readdirSync(run))).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  }, 120_000);
});

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
