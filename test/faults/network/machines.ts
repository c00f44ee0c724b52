/** Machines that share folders over a network, made of the kernel's own parts: processes, names and mounts of their own. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Network } from './networkFolder';

/** Whether this user may make such machines here. */
export const machinesCanBeMade = ((): boolean => {
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
  } catch {
    return false;
  }
  return spawnSync('unshare', ['--mount', '--pid', '--uts', '--fork', '--mount-proc', 'true']).status === 0;
})();

/** Writes the first process of machines into a folder. */
export const buildMachine = (folder: string) =>
  build({
    entryPoints: { machine: join(__dirname, 'machine.ts') },
    ...{ outdir: folder, bundle: true, platform: 'node', target: 'node20', logLevel: 'error' },
  });

export interface MachineFolders {
  /** With machine.js. */
  readonly dist: string;
  /** What the file server has. */
  readonly server: string;
  /** Where machines see it. */
  readonly place: string;
}

export interface Said {
  readonly code: number | null;
  readonly text: string;
}

export class Machine {
  private constructor(
    readonly name: string,
    private readonly outer: ChildProcess,
    /** Its first process, as it is seen from outside. */
    private readonly pid: number,
  ) {}

  static async start(
    name: string,
    { dist, server, place }: MachineFolders,
    seed: number,
    network: Network,
  ): Promise<Machine> {
    const apart = ['--mount', '--pid', '--uts', '--fork', '--mount-proc', '--kill-child'];
    const first = [process.execPath, join(dist, 'machine.js'), server, place, String(seed), JSON.stringify(network)];
    const outer = spawn('unshare', [...apart, 'sh', '-c', 'hostname "$0" && exec "$@"', name, ...first], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // That its only child was killed confuses it.
    outer.stderr.on('data', (text: Buffer) => {
      if (!text.includes('sigprocmask')) process.stderr.write(text);
    });
    await Promise.race([
      once(outer.stdout, 'data'),
      once(outer, 'exit').then(() => Promise.reject(new Error(`machine ${name} does not start`))),
    ]);
    const children = readFileSync(`/proc/${outer.pid}/task/${outer.pid}/children`, 'utf8');
    return new Machine(name, outer, Number(children));
  }

  /** Starts a program on it. @param folder where */
  spawn(folder: string, command: readonly string[], env: NodeJS.ProcessEnv): ChildProcess & { said: Promise<Said> } {
    const there = ['sh', '-c', 'cd "$0" && exec "$@"', folder, ...command];
    const inside = ['--target', String(this.pid), '--mount', '--pid', '--uts', '--', ...there];
    const child = spawn('nsenter', inside, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (text += piece.toString()));
    const said = new Promise<Said>((resolve) => child.once('close', (code) => resolve({ code, text })));
    return Object.assign(child, { said });
  }

  /** Ends it at once, with all that runs on it and all that it has not sent to the server. */
  async kill(): Promise<void> {
    if (this.outer.exitCode !== null || this.outer.signalCode !== null) return;
    const ended = once(this.outer, 'exit');
    process.kill(this.pid, 'SIGKILL');
    await ended;
  }
}
