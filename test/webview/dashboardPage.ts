import { mkdtemp, mkdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { FromWebview, PageRequest } from '../../src/core/fromWebview';
import { yardsticksOf } from '../../src/core/published';
import type { Content, DashboardView, Reply, RunSnapshot } from '../../src/core/messages';
import { contentSecurityPolicy, pageHtml } from '../../src/dashboard/page';
import type { Thumbnails } from '../../src/dashboard/taskPictures';
import { viewOf } from '../../src/dashboard/view';
import type { Section } from '../../webview/sections/section';
import { Browser } from '../vscode/browser';
import { REPOSITORY } from '../vscode/installation';
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
  /** What the host answers to requests; without it, nothing. What it throws is refused. */
  readonly answer?: (request: PageRequest) => Promise<Reply>;
}

/** The built dashboard in a browser, with the policy it has in VS Code and a host that only records. */
export class DashboardPage {
  private seq = 0;

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
    const { answer } = options;
    if (answer) await page.exposeFunction('answerRequest', (request: PageRequest) => answer(request).then(asText));
    await page.addInitScript(standIn, options.state);
    await page.addInitScript(dress, themes[options.theme ?? 'dark']);
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const opened = new DashboardPage(page, browser, server, root);
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
    runs: readonly RunSnapshot[],
    change: Partial<Pick<DashboardView, 'trusted' | 'fileTrouble' | 'names' | 'tasks'>> = {},
    shown?: DashboardView,
  ): Promise<void> {
    const view = { ...(shown ?? (await viewForTests())), ...change };
    await this.send({ type: 'snapshot', seq: ++this.seq, view, runs });
  }

  /** Sends a delta with the next number, or with one that leaves a gap, and waits until it is drawn. */
  async delta(runs: Extract<Content, { type: 'delta' }>['runs'], skip = 0): Promise<void> {
    this.seq += 1 + skip;
    await this.send({ type: 'delta', seq: this.seq, runs }, skip === 0);
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
  }

  async screenshot(name: string): Promise<void> {
    const folder = path.join(REPOSITORY, 'test', 'artifacts', 'dashboard');
    await mkdir(folder, { recursive: true });
    await this.page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
  }

  private async send(message: Content, drawn = true): Promise<void> {
    // As text: the browser's protocol takes minutes for a value of many parts.
    await this.page.evaluate((text) => window.postMessage(JSON.parse(text), '*'), JSON.stringify(message));
    if (drawn) await this.page.waitForFunction((seq) => document.body.dataset['seq'] === String(seq), message.seq);
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
  const translation = path.join(REPOSITORY, 'l10n', `webview.${language}.json`);
  const texts = language === 'en' ? {} : (JSON.parse(await readFile(translation, 'utf8')) as Record<string, string>);
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

/** Bytes as a list: the browser's protocol speaks JSON. */
const asText = (reply: Reply): string =>
  JSON.stringify(reply, (_key, value: unknown) => (value instanceof Uint8Array ? { bytes: [...value] } : value));

/** Runs in the page before its script: what VS Code provides. */
function standIn(state: unknown): void {
  interface Asked {
    readonly type: string;
    readonly id: number;
    readonly request: unknown;
  }
  const scope = globalThis as unknown as {
    sent: unknown[];
    state: unknown;
    acquireVsCodeApi: () => unknown;
    answerRequest?: (request: unknown) => Promise<string>;
  };
  const revived = (_key: string, value: unknown): unknown => {
    const bytes = (value as { bytes?: unknown } | null)?.bytes;
    return Array.isArray(bytes) ? Uint8Array.from(bytes as number[]) : value;
  };
  const answer = ({ type, id, request }: Asked): void => {
    if (type !== 'ask' || !scope.answerRequest) return;
    scope.answerRequest(request).then(
      (reply) => window.postMessage({ type: 'reply', id, reply: JSON.parse(reply, revived) as unknown }, '*'),
      () => window.postMessage({ type: 'refused', id, why: 'failed' }, '*'),
    );
  };
  scope.sent = [];
  scope.state = state;
  scope.acquireVsCodeApi = () => ({
    postMessage: (message: Asked) => {
      scope.sent.push(message);
      answer(message);
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
