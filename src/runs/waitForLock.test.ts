import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { waitForLock } from './waitForLock';

const folder = mkdtempSync(join(tmpdir(), 'lethe-wait-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('is had by one at a time; others wait, are told so once, and come after it', async () => {
  const place = join(folder, 'one');
  const signal = new AbortController().signal;
  const events: string[] = [];
  const take = async (name: string) => {
    const lock = await waitForLock(place, { signal, onWaiting: () => events.push(`${name} waits`) });
    events.push(`${name} begins`);
    return lock;
  };
  const first = await take('a');
  const second = take('b');
  await expect.poll(() => events).toEqual(['a begins', 'b waits']);
  events.push('a ends');
  await first?.release();
  await (await second)?.release();
  expect(events).toEqual(['a begins', 'b waits', 'a ends', 'b begins']);
  expect(readdirSync(place)).toEqual([]);
});

it('is not had by one that gave up waiting, and leaves nothing', async () => {
  const place = join(folder, 'two');
  const holder = await waitForLock(place, { signal: new AbortController().signal, onWaiting: () => undefined });
  const controller = new AbortController();
  const waiting = waitForLock(place, { signal: controller.signal, onWaiting: () => controller.abort() });
  expect(await waiting).toBeUndefined();
  await holder?.release();
  expect(readdirSync(place)).toEqual([]);
});
