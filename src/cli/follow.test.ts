import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RunStore } from '../runs/index';
import { manifestFor } from '../runs/testManifests';
import { follow } from './follow';

it('does not wait for a run that was removed before it was looked at', async () => {
  const workspace = mkdtempSync(join(tmpdir(), 'lethe-follow-'));
  const folder = join(workspace, '.lethe/runs/there');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'run.json'), JSON.stringify(manifestFor({ id: 'there' })));
  const store = new RunStore(workspace, { dist: '' });
  const runs = await follow(store, ['there', 'gone'], new AbortController().signal, () => undefined);
  expect(runs.map((run) => run.manifest.id)).toEqual(['there']);
  rmSync(workspace, { recursive: true });
});
