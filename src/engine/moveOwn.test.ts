import type * as fs from 'node:fs';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

/** What is said of renames: nothing, that they failed and they did, or that they failed and they happened. */
const network = vi.hoisted((): { answer: 'right' | 'refused' | 'lost' } => ({ answer: 'right' }));
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const renameSync = (from: string, to: string) => {
    if (network.answer === 'refused') throw new Error('EIO');
    real.renameSync(from, to);
    if (network.answer === 'lost') throw new Error('ENOENT');
  };
  return { ...real, renameSync };
});

const { moveOwn } = await import('./moveOwn');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lethe-move-'));
  writeFileSync(path.join(folder, 'a'), 'text');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const move = () => moveOwn(path.join(folder, 'a'), path.join(folder, 'b'));

it('a rename that is said to have failed and happened is none that failed', () => {
  network.answer = 'lost';
  move();
  expect(readdirSync(folder)).toEqual(['b']);
});

it('a rename that was refused has failed', () => {
  network.answer = 'refused';
  expect(move).toThrow('EIO');
  expect(readdirSync(folder)).toEqual(['a']);
});
