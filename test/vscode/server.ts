import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { installation } from './installation';
import { commandLine, isAlive, processesMarked, signal } from './processes';
import { until } from './until';

/** User settings that make VS Code quiet, offline and the same on every run. */
const QUIET_SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  // Settings and Workspace Trust would open as modals that swallow clicks.
  'workbench.editor.useModal': 'off',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.colorTheme': 'Dark Modern',
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'chat.disableAIFeatures': true,
  'git.enabled': false,
  'editor.accessibilitySupport': 'off',
};

const FORGOTTEN_VARIABLES = ['VSCODE_IPC_HOOK_CLI', 'CODE_SERVER_PARENT_PID', 'NODE_OPTIONS'];
const POLITE_STOP_MS = 3000;

/** What a test may say about the VS Code it wants. */
export interface ServerOptions {
  /** The package to install, as a user would. */
  readonly vsix?: string;
  /** Start with workspace trust switched off, so that every folder counts as trusted. */
  readonly trusted?: boolean;
  /** Allow test modules named in the URL. Hides toasts and answers dialogs: for tests in the extension host only. */
  readonly testDriver?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** A VS Code server of one test, with its own profile and extensions. */
export class Server {
  readonly dataDirectory: string;
  readonly logFile: string;

  constructor(
    root: string,
    private readonly process: ChildProcess,
    private readonly marker: string,
    private readonly authority: string,
  ) {
    this.dataDirectory = dataDirectoryOf(root);
    this.logFile = logFileOf(root);
  }

  /** The address of the workbench with `folder` open. `payload` is VS Code's own: openFile, extensionTestsPath, … */
  url(folder: string, payload: readonly (readonly [string, string])[] = []): string {
    const query = `folder=${encodeURIComponent(folder)}`;
    if (payload.length === 0) return `http://${this.authority}/?${query}`;
    return `http://${this.authority}/?${query}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
  }

  /** The address by which the workbench knows a file of this machine. */
  remote(file: string): string {
    return `vscode-remote://${this.authority}${file}`;
  }

  /** Every live process that this server or anything below it started. */
  processes(): number[] {
    return processesMarked(this.marker);
  }

  /** The pids of the Node.js processes that run extensions: one per connected window. */
  extensionHosts(): number[] {
    return this.processes().filter((pid) => commandLine(pid).includes('--type=extensionHost'));
  }

  /**
   * Ends the server and kills what it left behind.
   * @returns the command lines of the processes that had to be killed: detached children that nobody stopped
   */
  async stop(): Promise<string[]> {
    const pid = this.process.pid;
    if (pid !== undefined) await endGroup(pid);
    await until('child processes to end', () => this.processes().length === 0, 1000).catch(() => undefined);
    const leftovers = this.processes();
    const commands = leftovers.map(commandLine);
    for (const leftover of leftovers) signal(leftover, 'SIGKILL');
    return commands;
  }
}

/**
 * Starts VS Code's server on a free port. Everything it writes lies below `root`, whose path must be short: sockets
 * below it have a limit of 108 bytes. Throws with the log's end when the server does not come up.
 */
export async function startServer(root: string, options: ServerOptions): Promise<Server> {
  const { node, server } = installation();
  const id = randomUUID();
  const env = {
    ...inheritedEnvironment(),
    EXTENSIONS_GALLERY: '{}',
    LETHE_TEST_HOST: id,
    LETHE_DATA_DIR: path.join(root, 'data-sets'),
    ...options.env,
  };
  const places = placeArguments(root);
  writeSettings(path.join(dataDirectoryOf(root), 'User'), { ...QUIET_SETTINGS, ...options.settings });
  // Settings of machine scope count in a remote window only where they stand in the machine's own settings.
  writeSettings(path.join(dataDirectoryOf(root), 'Machine'), options.settings ?? {});
  if (options.vsix) await promisify(execFile)(node, [server, ...places, '--install-extension', options.vsix], { env });

  const flags = ['--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--telemetry-level', 'off'];
  if (options.trusted) flags.push('--disable-workspace-trust');
  if (options.testDriver) flags.push('--enable-smoke-test-driver');
  const log = openSync(logFileOf(root), 'w');
  const child = spawn(node, [server, ...places, '--user-data-dir', dataDirectoryOf(root), ...flags], {
    env,
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const port = await boundPort(child, logFileOf(root));
  return new Server(root, child, `LETHE_TEST_HOST=${id}`, `127.0.0.1:${port}`);
}

function placeArguments(root: string): string[] {
  const extensions = path.join(root, 'ext');
  mkdirSync(extensions, { recursive: true });
  const data = dataDirectoryOf(root);
  return ['--accept-server-license-terms', '--server-data-dir', data, '--extensions-dir', extensions];
}

function dataDirectoryOf(root: string): string {
  return path.join(root, 'data');
}

function logFileOf(root: string): string {
  return path.join(root, 'server.log');
}

function writeSettings(directory: string, settings: Readonly<Record<string, unknown>>): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, 'settings.json'), JSON.stringify(settings, null, 2));
}

function inheritedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !FORGOTTEN_VARIABLES.includes(name)));
}

async function boundPort(child: ChildProcess, logFile: string): Promise<string> {
  const readLog = () => readFileSync(logFile, 'utf8');
  return until(
    'the server to listen',
    () => {
      if (child.exitCode !== null) throw new Error(`VS Code ended with ${child.exitCode}:\n${readLog().slice(-3000)}`);
      return /Server bound to 127\.0\.0\.1:(\d+)/.exec(readLog())?.[1];
    },
    30_000,
  );
}

async function endGroup(leader: number): Promise<void> {
  signal(-leader, 'SIGTERM');
  const ended = until('the server to end', () => !isAlive(leader), POLITE_STOP_MS);
  await ended.catch(() => signal(-leader, 'SIGKILL'));
}
