/** A window of a real VS Code whose processes are watched. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Browser } from '../../test/vscode/browser';
import { packagedExtension } from '../../test/vscode/installation';
import { startServer, type Server } from '../../test/vscode/server';
import { until } from '../../test/vscode/until';
import { Workbench } from '../../test/vscode/workbench';
import { processorSeconds, renderersOf, residentBytes } from './usage';

/** As wide as that a dashboard beside a file has 590 pixels. */
const VIEWPORT = { width: 1560, height: 1060 };
/** A process rests that takes no more than a hundredth of a core for so long (ms). */
const REST = 4000;
/** On a machine that does other things as well, no process rests for certain: so long is waited for it (ms). */
const LONGEST_WAIT = 40_000;

/** What does not come in so long does not come (ms). */
const SLOWEST = 120_000;

/** Seconds of the processor. */
export interface Taken {
  /** Of the process that runs the extensions. */
  readonly host: number;
  /** Of the processes that draw the window and what is in it. */
  readonly page: number;
}

const less = (a: Taken, b: Taken): Taken => ({ host: a.host - b.host, page: a.page - b.page });

export class MeasuredWindow {
  private constructor(
    private readonly server: Server,
    private readonly profile: string,
    readonly workbench: Workbench,
  ) {}

  /** @param cache where Lethe keeps what it has read of runs; undefined: VS Code without Lethe */
  static async with<T>(
    { folder, cache }: { readonly folder: string; readonly cache?: string },
    work: (window: MeasuredWindow) => Promise<T>,
  ): Promise<T> {
    // A short path: sockets lie below it.
    const root = mkdtempSync(path.join(tmpdir(), 'lethe-'));
    let server: Server | undefined;
    let browser: Browser | undefined;
    try {
      server = await startServer(root, {
        trusted: true,
        ...(cache !== undefined && { vsix: packagedExtension(), env: { LETHE_CACHE_DIR: cache } }),
      });
      browser = await Browser.open(root, VIEWPORT);
      const page = await browser.page();
      page.setDefaultTimeout(SLOWEST);
      await page.goto(server.url(folder), { waitUntil: 'domcontentloaded' });
      const workbench = new Workbench(page);
      await workbench.ready();
      await until('a process that runs extensions', () => (server?.extensionHosts().length ?? 0) > 0);
      return await work(new MeasuredWindow(server, path.join(root, 'chromium'), workbench));
    } finally {
      await browser?.close().catch(() => undefined);
      await server?.stop();
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  private get host(): number {
    const [pid] = this.server.extensionHosts();
    if (pid === undefined) throw new Error('no process runs extensions');
    return pid;
  }

  /** What host and pages have taken since they began. */
  get sofar(): Taken {
    const page = renderersOf(this.profile).reduce((sum, pid) => sum + processorSeconds(pid), 0);
    return { host: processorSeconds(this.host), page };
  }

  get hostMemory(): number {
    return residentBytes(this.host);
  }

  /** Resolves when neither the host nor a page has had anything to do for a while. */
  async rests(): Promise<void> {
    const begun = performance.now();
    for (let before = this.sofar; performance.now() - begun < LONGEST_WAIT; before = this.sofar) {
      await delay(REST);
      const { host, page } = less(this.sofar, before);
      if (host < REST / 1e5 && page < (4 * REST) / 1e5) return;
    }
  }

  /** What is taken in so many milliseconds from the beginning of some work on, be it done sooner or not. */
  async during(milliseconds: number, work: () => Promise<unknown> = () => Promise.resolve()): Promise<Taken> {
    const before = this.sofar;
    const over = delay(milliseconds);
    await work();
    await over;
    return less(this.sofar, before);
  }

  /** The same, less what the window takes in as much time while nothing happens, which is measured just before. */
  async costOf(milliseconds: number, work: () => Promise<unknown>): Promise<Taken> {
    await this.rests();
    const idle = await this.during(milliseconds);
    return less(await this.during(milliseconds, work), idle);
  }
}
