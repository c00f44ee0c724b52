// A store that came with a cloned repository: shown for what it is, and nothing else happens.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { manifestFor } from '../../src/runs/testManifests';
import { uiTest, withHost } from '../vscode/harness';
import { folderWith, recipe } from './recipes';
import { runsFolder } from './runsOnDisk';

const STOP = 'Lethe: Stop Run';

/** Writes the run folders that somebody might want to have opened. `pid`: a process that has nothing to do with Lethe. */
function plant(workspace: string, pid: number): void {
  const write = (id: string, events: readonly object[], manifest: object = {}) => {
    const folder = path.join(runsFolder(workspace), id);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'run.json'), JSON.stringify({ ...manifestFor({ id }), ...manifest }));
    writeFileSync(path.join(folder, 'events.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    return folder;
  };
  const started = {
    type: 'started',
    at: 1,
    schema: 1,
    pid,
    backend: { name: 'numpy', version: '2' },
    tasks: [{ name: 'a', classes: [0], train: 1, test: 1 }],
    steps: [1],
  };
  write('names-a-process', [started]);
  write('elsewhere', [started], { id: '../../../victim' });
  symlinkSync('/dev/zero', path.join(write('endless', [started]), 'output.log'));
  const lost = write('lost', [{ ...started, host: 'elsewhere.invalid' }]);
  const hourAgo = Date.now() / 1000 - 3600;
  utimesSync(path.join(lost, 'events.jsonl'), hourAgo, hourAgo);
}

uiTest('a hostile store is shown, run by run, and can neither end a process nor make one start', async () => {
  const victim = spawn('sleep', ['600'], { stdio: 'ignore', detached: true });
  await once(victim, 'spawn');
  const workspace = folderWith({ 'quick.lethe.json': recipe() });
  try {
    await withHost('hostile', { workspace, trusted: false }, async (host) => {
      plant(host.workspace, victim.pid ?? 0);
      const workbench = await host.openWindow();
      await workbench.activity('Lethe').click();
      await workbench.treeRow('Quick look').waitFor();
      await workbench.unfoldRow('Other runs', /its id is "..\/..\/..\/victim"/);
      await workbench.treeRow(/output\.log: it is a link/).waitFor();
      await workbench.treeRow(/no sign of life/).waitFor();
      await workbench.screenshot('hostile-untrusted');
      // Without trust nothing that acts is offered.
      expect(await workbench.offersCommand(STOP)).toBe(false);

      await workbench.trust();
      await workbench.treeRowAction(/^seed 1 ?task 1\/1/, 'Stop Run');
      await workbench.toast(/Asked to stop, and still going: names-a-process/).waitFor();
      await workbench.screenshot('hostile-asked');
      expect(existsSync(path.join(runsFolder(host.workspace), 'names-a-process', 'stop'))).toBe(true);
      expect(victim.exitCode ?? victim.signalCode).toBeNull();
      expect(readdirSync(path.dirname(host.workspace)).filter((name) => name === 'victim')).toEqual([]);
    });
  } finally {
    victim.kill('SIGKILL');
  }
});
