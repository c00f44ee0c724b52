import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Devices, type DeviceCounts } from './devices';
import { manifestFor } from './testManifests';

let store = '';
beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), 'lethe-devices-'));
});
afterEach(() => rmSync(store, { recursive: true, force: true }));

let made = 0;
/** The folder of a run that needs a device, or none. */
function runWith(device?: string): string {
  made += 1;
  const folder = join(store, `run-${made}`);
  mkdirSync(folder);
  const { spec: _, ...manifest } = manifestFor({ id: `run-${made}` });
  const program = {
    trainer: 'command',
    command: ['true'],
    spec: { methods: [{ method: 'mine' }] },
    ...(device && { device }),
  };
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ ...manifest, ...program }));
  return folder;
}

describe.each([
  ['this machine, which has one of what nobody counts', 1],
  ['a worker, which has what was counted', 0],
] as const)('devices of %s', (_, unnamed) => {
  const mayStart = (folder: string, training: readonly string[], counts: DeviceCounts = {}) =>
    new Devices(unnamed).haveRoomFor(folder, training, counts);

  it('are given to so many runs at a time as there are', async () => {
    const [one, two, three, other] = ['gpu', 'gpu', 'gpu', 'tpu'].map(runWith) as [string, string, string, string];
    expect(await mayStart(two, [one], { gpu: 2 })).toBe(true);
    expect(await mayStart(three, [one, two], { gpu: 2 })).toBe(false);
    expect(await mayStart(three, [one, other], { gpu: 2, tpu: 1 })).toBe(true);
  });

  it('are needed by programs alone that name one', async () => {
    const [gpu, none] = [runWith('gpu'), runWith()];
    expect(await mayStart(none, [gpu, runWith()])).toBe(true);
    expect(await mayStart(gpu, [none, runWith()], { gpu: 1 })).toBe(true);
  });

  it('may have any name', async () => {
    expect(await mayStart(runWith('constructor'), [])).toBe(unnamed === 1);
    expect(await mayStart(runWith('gpu'), [])).toBe(unnamed === 1);
    expect(await mayStart(runWith('gpu'), [runWith('gpu')])).toBe(false);
  });
});
