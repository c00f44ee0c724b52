import { existsSync } from 'node:fs';
import {
  EngineError,
  engineStatus,
  installEngine,
  removeEngine,
  type EngineNeeds,
  type EngineStatus,
  type InstallPhase,
  type InstallProgress,
} from '../native/index';
import { exitCodes, InputError } from './exitCodes';
import type { Terminal } from './terminal';

export interface InstallCommandOptions {
  readonly yes?: boolean;
  readonly json?: boolean;
}

interface JsonOption {
  readonly json?: boolean;
}

/** `lethe engine install`: installs native TensorFlow, with progress. Ctrl-C cancels. */
export async function installCommand(
  options: InstallCommandOptions,
  terminal: Terminal,
  dist: string,
): Promise<number> {
  const before = engineStatus();
  if (before.installed) return say(before, options, terminal);
  const cancel = new AbortController();
  const abort = () => cancel.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, abort);
  const progress = progressOf(options, terminal);
  try {
    const status = await installEngine({
      dist,
      signal: cancel.signal,
      consent: (needs) => consent(needs, before, options, terminal, cancel.signal),
      onProgress: progress.show,
    });
    progress.end();
    if (status) return say(status, options, terminal);
  } catch (error) {
    progress.end();
    if (!cancel.signal.aborted) return failed(error, options, terminal);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, abort);
  }
  if (!options.json) terminal.note('Cancelled. Nothing was installed.');
  return exitCodes.stopped;
}

/** `lethe engine status` */
export function statusCommand(options: JsonOption, terminal: Terminal): number {
  return say(engineStatus(), options, terminal);
}

/** `lethe engine remove` */
export async function removeCommand(options: JsonOption, terminal: Terminal): Promise<number> {
  const before = engineStatus();
  if (!existsSync(before.folder) && !options.json) {
    terminal.out('Native TensorFlow is not installed: there is nothing to remove.');
    return exitCodes.done;
  }
  try {
    await removeEngine();
  } catch (error) {
    return failed(error, options, terminal);
  }
  if (options.json) return say(engineStatus(), options, terminal);
  const freed = before.bytes === undefined ? '' : ` ${megabytes(before.bytes)} are free again.`;
  terminal.out(`Native TensorFlow is not installed any more.${freed} New runs train on WebAssembly.`);
  return exitCodes.done;
}

function say(status: EngineStatus, options: JsonOption, terminal: Terminal): number {
  if (options.json) terminal.out(JSON.stringify({ type: 'engine', ...status }));
  else for (const line of statusLines(status)) terminal.out(line);
  return exitCodes.done;
}

function statusLines({ installed, folder, why, tensorflow, bytes, supported }: EngineStatus): string[] {
  if (!installed) return [why ?? 'not installed', ...(supported ? ['Install it with: lethe engine install'] : [])];
  return [
    `Native TensorFlow ${tensorflow ?? ''} is installed, every file as it was when it was tested.`,
    `${megabytes(bytes ?? 0)} in ${folder}`,
    'New runs use it, unless --backend or the setting lethe.backend says otherwise.',
  ];
}

/** What the user can act on becomes a message; anything else is a fault of the program. */
function failed(error: unknown, options: JsonOption, terminal: Terminal): number {
  if (!(error instanceof EngineError)) throw error;
  if (options.json) terminal.out(JSON.stringify({ type: 'error', fault: error.fault, message: error.message }));
  else terminal.note(`lethe: ${error.message}`);
  return error.fault === 'unsupported' ? exitCodes.badInput : exitCodes.failed;
}

async function consent(
  needs: EngineNeeds,
  { folder }: EngineStatus,
  options: InstallCommandOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  if (options.yes || options.json) return true;
  const [download, installed, free] = [needs.download, needs.installed, needs.whileInstalling].map(megabytes);
  terminal.out('Native TensorFlow trains faster than WebAssembly. Installing it');
  terminal.out(`  downloads about ${download} with npm and pip, with their settings for mirrors and proxies,`);
  terminal.out(`  takes ${installed} in ${folder} (${free} free while installing).`);
  if (!process.stdin.isTTY) throw new InputError('Nobody can be asked here: say --yes to install it.');
  return /^y(es)?$/i.test((await terminal.ask('Install it? [y/N] ', signal)).trim());
}

const phases: Readonly<Record<InstallPhase, string>> = {
  packages: 'Installing packages',
  download: 'Downloading TensorFlow',
  unpack: 'Unpacking TensorFlow',
  compile: 'Compiling the addon',
  test: 'Testing the engine',
};

/** Progress as a line that is redrawn, as a line a phase, or as JSON lines. */
function progressOf(options: JsonOption, terminal: Terminal) {
  let last: InstallProgress | undefined;
  const picture = terminal.live && !options.json ? terminal.picture() : undefined;
  const show = (progress: InstallProgress) => {
    const isNew = progress.phase !== last?.phase;
    last = progress;
    if (options.json) terminal.out(JSON.stringify({ type: 'progress', ...progress }));
    else if (picture) picture.draw([`${phases[progress.phase]} …${bytesOf(progress)}`]);
    else if (isNew) terminal.out(`${phases[progress.phase]} …`);
  };
  return { show, end: () => picture?.clear() };
}

const bytesOf = ({ done, total }: InstallProgress): string =>
  done === undefined || total === undefined ? '' : ` ${(done / 1e6).toFixed(0)} of ${megabytes(total)}`;

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
