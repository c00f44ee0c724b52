import { mkdtemp, mkdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { nothingMeasured, type RunAnalyses } from '../../src/core/analyses/courses';
import type { SeveralResult } from '../../src/core/analyses/severalResults';
import type { FromWebview } from '../../src/core/fromWebview';
import { yardsticksOf } from '../../src/core/published';
import type { Content, DashboardView, ToWebview } from '../../src/core/messages';
import { answerTo } from '../../src/dashboard/answers';
import { contentSecurityPolicy, pageHtml } from '../../src/dashboard/page';
import { Refused, RequestDesk } from '../../src/dashboard/requestDesk';
import type { Thumbnails } from '../../src/dashboard/taskPictures';
import { testReader } from '../../src/dashboard/testReader';
import { viewOf } from '../../src/dashboard/view';
import { dataFolder } from '../../src/data/place';
import type { Section } from '../../src/core/dashboardPlace';
import { FileFault } from '../../src/runs/index';
import { Browser } from '../vscode/browser';
import { REPOSITORY } from '../vscode/installation';
import { LoggedRuns, type LoggedDelta, type LoggedRun } from './loggedRuns';
import { experiment } from './plausibleRuns';
import { themes, type Theme, type ThemeName } from './themes';

const NONCE = 'dGVzdA==';
const BUILT = path.join(REPOSITORY, 'dist', 'webview');

export interface PageOptions {
  readonly theme?: ThemeName;
  readonly size?: { readonly width: number; readonly height: number };
  readonly language?: string;
  /** What an earlier page left with setState. */
  readonly state?: unknown;
}

/**
 * The built dashboard in a browser, with the policy it has in VS Code. The host records what the page says and answers what
 * it asks, as the real one does.
 */
export class DashboardPage {
  private seq = 0;
  private readonly runs = new LoggedRuns();
  /** Requests so far, and those that are not answered. */
  private asked = 0;
  private open = new Set<number>();
  private readonly desk = new RequestDesk(
    (request, signal) =>
      this.isRefusing ? Promise.reject(new Refused('failed')) : answerTo(request, this.sources, signal),
    (message) => void this.answer(message),
    (error) => this.faults.push(error),
  );
  private readonly sources = {
    reader: testReader((id) => this.runs.logOf(id), {
      analysesOf: (id) => Promise.resolve(this.analyses.get(id) ?? { ...nothingMeasured, kept: 5 }),
      severalOf: (_, name) => {
        const result = this.results.get(name);
        return result ? Promise.resolve(result) : Promise.reject(new FileFault(name, 'is not there'));
      },
    }),
    shown: (id: string) => this.runs.shown(id),
    places: { shipped: path.join(REPOSITORY, 'dist', 'data'), own: dataFolder() },
  };
  /** Whether the host refuses what it is asked. */
  isRefusing = false;
  /** What has been measured of runs, by their ids. */
  readonly analyses = new Map<string, RunAnalyses>();
  /** Results of analyses of several runs, by their names. */
  readonly results = new Map<string, SeveralResult>();
  /** Whether the host keeps what it is asked, and does not answer yet. */
  isSilent = false;
  private readonly held: Extract<FromWebview, { type: 'ask' }>[] = [];
  /** What went wrong with requests. */
  readonly faults: unknown[] = [];

  private constructor(
    readonly page: Page,
    readonly browser: Browser,
    private readonly server: Server,
    private readonly root: string,
  ) {}

  static async open(options: PageOptions = {}): Promise<DashboardPage> {
    const root = await mkdtemp(path.join(tmpdir(), 'lethe-page-'));
    const server = await serve(options.language ?? 'en');
    const browser = await Browser.open(root, options.size ?? { width: 1280, height: 900 });
    const page = await browser.page();
    await page.addInitScript(standIn, options.state);
    await page.addInitScript(dress, themes[options.theme ?? 'dark']);
    const opened = new DashboardPage(page, browser, server, root);
    await page.exposeFunction('toHost', (message: FromWebview) => opened.take(message));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await opened.waitForMessage('ready');
    return opened;
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.close();
    await rm(this.root, { recursive: true, force: true });
  }

  /** Sends everything and waits until it is drawn. @param shown instead of the experiment that most tests show */
  async snapshot(
    runs: readonly LoggedRun[],
    change: Partial<Pick<DashboardView, 'trusted' | 'fileTrouble' | 'names' | 'tasks'>> = {},
    shown?: DashboardView,
  ): Promise<void> {
    const view = { ...(shown ?? (await viewForTests())), ...change };
    await this.send({ type: 'snapshot', seq: ++this.seq, view, runs: this.runs.snapshot(runs) });
  }

  /** Sends a delta with the next number, or with one that leaves a gap, and waits until it is drawn. */
  async delta(runs: readonly LoggedDelta[], skip = 0): Promise<void> {
    this.seq += 1 + skip;
    await this.send({ type: 'delta', seq: this.seq, runs: this.runs.deltas(runs) }, skip === 0);
  }

  /** Tells that something else lies beside a run than before. */
  async analysed(run: string): Promise<void> {
    await this.say({ type: 'analysed', run });
  }

  /** Says something to the page, whatever it is, and waits for nothing. */
  async say(message: unknown): Promise<void> {
    // As text: the browser's protocol takes minutes for a value of many parts.
    await this.page.evaluate((text) => window.postMessage(JSON.parse(text), '*'), JSON.stringify(message));
  }

  /** The number of the last snapshot or delta. */
  get last(): number {
    return this.seq;
  }

  /** Answers what was asked in silence. */
  speak(): void {
    this.isSilent = false;
    for (const message of this.held.splice(0)) this.take(message);
  }

  async sent(): Promise<FromWebview[]> {
    return this.page.evaluate(() => (globalThis as unknown as { sent: FromWebview[] }).sent);
  }

  async waitForMessage(type: FromWebview['type']): Promise<void> {
    await this.page.waitForFunction(
      (wanted) => (globalThis as unknown as { sent: FromWebview[] }).sent.some((message) => message.type === wanted),
      type,
    );
  }

  async setTheme(name: ThemeName): Promise<void> {
    await this.page.evaluate(dress, themes[name] as Theme);
  }

  /** Shows a section of the page by its tab. */
  async show(section: Section): Promise<void> {
    await this.page.locator(`[data-tab=${section}]`).click();
    await this.page.waitForSelector(`[data-section=${section}]`);
    await this.answered();
  }

  async screenshot(name: string): Promise<void> {
    const folder = path.join(REPOSITORY, 'test', 'artifacts', 'dashboard');
    await mkdir(folder, { recursive: true });
    await this.page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
  }

  private async send(message: Content, drawn = true): Promise<void> {
    await this.say(message);
    if (!drawn) return;
    await this.page.waitForFunction((seq) => document.body.dataset['seq'] === String(seq), message.seq);
    await this.answered();
  }

  /** Waits until the page has what it asked for, and has drawn it. */
  async answered(): Promise<void> {
    for (let before = -1; before !== this.asked || this.open.size > 0;) {
      before = this.asked;
      await this.page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
      );
    }
  }

  private take(message: FromWebview): void {
    if (message.type === 'ask' && this.isSilent) {
      this.held.push(message);
      return;
    }
    if (message.type === 'ask') {
      this.asked += 1;
      this.open.add(message.id);
      this.desk.receive(message);
    }
    if (message.type === 'cancel') {
      this.desk.cancel(message.id);
      this.open.delete(message.id);
    }
  }

  /** Columns of numbers go into the page as such, as VS Code brings them there. */
  private async answer(message: ToWebview): Promise<void> {
    const text = JSON.stringify(message, (_, value: unknown) =>
      ArrayBuffer.isView(value)
        ? {
            $array: value.constructor.name,
            bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
          }
        : value,
    );
    await this.page.evaluate(postWithColumns, text);
    if ('id' in message) this.open.delete(message.id);
  }
}

export async function viewForTests() {
  const text = await readFile(path.join(REPOSITORY, 'media', 'thumbnails-mnist.json'), 'utf8');
  const mnist = JSON.parse(text) as Thumbnails;
  return viewOf(experiment, {
    file: 'split-mnist.lethe.json',
    uri: 'file:///ws/split-mnist.lethe.json',
    trusted: true,
    yardsticksOf,
    thumbnails: { mnist },
  });
}

async function serve(language: string): Promise<Server> {
  const tableOf = async (name: string) => {
    const file = path.join(REPOSITORY, 'l10n', `${name}.${language}.json`);
    return language === 'en' ? {} : (JSON.parse(await readFile(file, 'utf8')) as Record<string, string>);
  };
  const [texts, words] = await Promise.all([tableOf('webview'), tableOf('views')]);
  const server = createServer((request, response) => {
    const origin = `http://${request.headers.host ?? ''}`;
    const policy = contentSecurityPolicy(origin, NONCE);
    response.setHeader('Content-Security-Policy', policy);
    if (request.url === '/') {
      const html = pageHtml({
        cspSource: origin,
        script: '/dashboard.js',
        style: '/dashboard.css',
        language,
        texts,
        words,
        title: 'split-mnist',
        waiting: 'Reading runs …',
        nonce: NONCE,
      });
      response.setHeader('Content-Type', 'text/html').end(html);
      return;
    }
    const name = path.basename(request.url ?? '');
    if (name === 'favicon.ico') return void response.writeHead(204).end();
    readFile(path.join(BUILT, name)).then(
      (content) =>
        response.setHeader('Content-Type', name.endsWith('.css') ? 'text/css' : 'text/javascript').end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Runs in the page. */
function postWithColumns(text: string): void {
  const kinds = { Float32Array, Float64Array, Uint8Array };
  const message = JSON.parse(text, (_, value: { $array?: keyof typeof kinds; bytes?: string } | null) => {
    if (value?.$array === undefined) return value;
    const letters = atob(value.bytes ?? '');
    const bytes = new Uint8Array(letters.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = letters.charCodeAt(i);
    return new kinds[value.$array](bytes.buffer);
  }) as unknown;
  window.postMessage(message, '*');
}

/** Runs in the page before its script: what VS Code provides. */
function standIn(state: unknown): void {
  const scope = globalThis as unknown as {
    sent: unknown[];
    state: unknown;
    acquireVsCodeApi: () => unknown;
    toHost: (message: unknown) => void;
  };
  scope.sent = [];
  scope.state = state;
  scope.acquireVsCodeApi = () => ({
    postMessage: (message: { readonly type: string }) => {
      scope.sent.push(message);
      if (message.type === 'ask' || message.type === 'cancel') scope.toHost(message);
    },
    getState: () => scope.state,
    setState: (next: unknown) => (scope.state = next),
  });
}

/** Runs in the page: VS Code sets the variables on the root element and the kind of theme as classes of the body. */
function dress(theme: Theme): void {
  const apply = () => {
    const { documentElement: root, body } = document;
    for (const name of [...root.style]) if (name.startsWith('--vscode-')) root.style.removeProperty(name);
    for (const [name, value] of Object.entries(theme.variables)) root.style.setProperty(name, value);
    body.className = theme.classes.join(' ');
  };
  // Before the document's first byte there is no body, whatever the type says.
  if ((document.body as HTMLElement | null) !== null) apply();
  else document.addEventListener('readystatechange', apply, { once: true });
}
