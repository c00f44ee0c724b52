import * as vscode from 'vscode';
import { backendChoices, type BackendChoice } from '../core/backends';
import { Owner } from './disposable';

const SECTION = 'lethe';

/** The one place that reads settings. */
export class Config extends Owner {
  private readonly changed = this.own(new vscode.EventEmitter<vscode.ConfigurationChangeEvent>());
  /** Fires when any of Lethe's settings changed. */
  readonly onDidChange = this.changed.event;

  constructor() {
    super();
    this.own(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(SECTION)) this.changed.fire(event);
      }),
    );
  }

  /** Most training processes at a time; undefined: one per core. */
  get parallelRuns(): number | undefined {
    const wanted = Math.floor(this.read('parallelRuns', 0));
    return wanted > 0 ? wanted : undefined;
  }

  /** Threads of each training process; undefined: one, or those that nobody wants. */
  get threads(): number | undefined {
    const wanted = Math.floor(this.read('threads', 0));
    return wanted > 0 ? wanted : undefined;
  }

  /** How many programs at a time are given a device, by its name; those that are no such number are left out. */
  get devices(): Readonly<Record<string, number>> {
    const wanted = Object.entries(this.read<object>('devices', {}));
    const isCount = (count: unknown) => Number.isInteger(count) && Number(count) >= 1 && Number(count) <= 1024;
    return Object.fromEntries(wanted.filter(([name, count]) => name.length <= 40 && isCount(count)));
  }

  get backend(): BackendChoice {
    const wanted = this.read<string>('backend', 'auto');
    return backendChoices.find((choice) => choice === wanted) ?? 'auto';
  }

  /** Node.js that training runs in; undefined: the one VS Code itself runs on. A workspace has no say in it. */
  get nodePath(): string | undefined {
    return this.readOwn('nodePath', '').trim() || undefined;
  }

  /** Milliseconds between a polite and a forced stop. */
  get stopTimeout(): number {
    return Math.max(1, this.read('stopTimeout', 10)) * 1000;
  }

  get codeLens(): boolean {
    return this.read('codeLens.enabled', true);
  }

  get openDashboardOnRun(): boolean {
    return this.read('openDashboardOnRun', true);
  }

  /** Whether a message says that the runs of an experiment are over. */
  get notifyAtEnd(): boolean {
    return this.read('notifyAtEnd', true);
  }

  /** Whether a change touches what run stores are made from. */
  static affectsStores(event: vscode.ConfigurationChangeEvent): boolean {
    return ['parallelRuns', 'threads', 'devices', 'nodePath', 'stopTimeout'].some((key) =>
      event.affectsConfiguration(`${SECTION}.${key}`),
    );
  }

  /** What the user set for this machine, also in editors that do not know the scope `machine`: it names a program. */
  private readOwn<T>(key: string, fallback: T): T {
    return vscode.workspace.getConfiguration(SECTION).inspect<T>(key)?.globalValue ?? fallback;
  }

  private read<T>(key: string, fallback: T): T {
    return vscode.workspace.getConfiguration(SECTION).get<T>(key) ?? fallback;
  }
}
