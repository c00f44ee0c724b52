import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunStatus } from '../core/run';
import { RunStore } from './index';
import { runFiles } from './layout';
import { manifestFor } from './testManifests';

const MANY = 450;

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'lethe-waiting-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('sees any of many waiting runs start, although it does not look at all of them each time', async () => {
  const store = new RunStore(folder, { dist: folder });
  const create = Array.from({ length: MANY }, (_, i) =>
    manifestFor({ id: `r${String(i).padStart(4, '0')}`, created: i }),
  );
  // For a batch: no keeper of this machine starts them.
  const batch = {
    id: 'batch-20260101-000000-0000',
    takes: () => Promise.resolve(false),
    admit: () => undefined,
    write: () => Promise.resolve(),
  };
  await store.submit({ create, resume: [] }, batch);
  const told = new Map<string, RunStatus>();
  const watching = store.watch((changes) => changes.forEach(({ id, run }) => run && told.set(id, run.status)));
  try {
    await store.list();
    const started = [2, MANY - 1].map((i) => create[i]?.id ?? '');
    for (const id of started) {
      rmSync(path.join(store.folderOf(id), runFiles.queued));
      appendFileSync(
        path.join(store.folderOf(id), runFiles.events),
        '{"type":"ended","at":1,"status":"failed","error":"for a test"}\n',
      );
    }
    await expect.poll(() => started.map((id) => told.get(id)), { timeout: 20_000 }).toEqual(['failed', 'failed']);
    expect([...told.keys()].filter((id) => !started.includes(id))).toEqual([]);
  } finally {
    watching.dispose();
  }
});
