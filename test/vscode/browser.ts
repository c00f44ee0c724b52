import path from 'node:path';
import { chromium, type BrowserContext, type ConsoleMessage, type Page } from 'playwright-core';
import { installation } from './installation';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** One breach of a Content Security Policy, seen by an event in the frame or in the console. */
export interface CspViolation {
  readonly frame: string;
  readonly text: string;
}

/** A headless Chromium with its own profile, watched from its first request on. */
export class Browser {
  /** Requests that would have left this machine. They were blocked. */
  readonly externalRequests: string[] = [];
  /** Breaches in webviews only; VS Code's own pages are not the product's business. */
  readonly cspViolations: CspViolation[] = [];
  readonly consoleLines: string[] = [];

  private constructor(readonly context: BrowserContext) {}

  /** @param root the test's temporary folder, which keeps the browser's profile */
  static async open(root: string, viewport: { width: number; height: number }): Promise<Browser> {
    const context = await chromium.launchPersistentContext(path.join(root, 'chromium'), {
      executablePath: installation().browser,
      headless: true,
      viewport,
      args: FLAGS,
    });
    const browser = new Browser(context);
    await browser.blockExternalRequests();
    await browser.watchCsp();
    context.on('page', (page) => browser.watchPage(page));
    context.pages().forEach((page) => browser.watchPage(page));
    return browser;
  }

  /** The blank page the browser started with if it is still unused, else a new one. */
  async page(): Promise<Page> {
    return this.context.pages().find((page) => page.url() === 'about:blank') ?? (await this.context.newPage());
  }

  async close(): Promise<void> {
    await this.context.close();
  }

  private async blockExternalRequests(): Promise<void> {
    const leavesMachine = (url: URL) => /^(https?|wss?):$/.test(url.protocol) && url.hostname !== '127.0.0.1';
    await this.context.route(leavesMachine, (route) => {
      this.externalRequests.push(route.request().url());
      return route.abort();
    });
  }

  private async watchCsp(): Promise<void> {
    await this.context.exposeBinding('reportCspViolation', ({ frame }, text: string) => {
      if (isWebview(frame.url())) this.cspViolations.push({ frame: frame.url(), text });
    });
    await this.context.addInitScript(reportCspViolations);
  }

  private watchPage(page: Page): void {
    page.on('console', (message) => this.record(message));
    page.on('pageerror', (error) => this.consoleLines.push(`[pageerror] ${error.stack ?? error.message}`));
  }

  private record(message: ConsoleMessage): void {
    const text = message.text();
    this.consoleLines.push(`[${message.type()}] ${text}`);
    const { url } = message.location();
    if (text.includes('Content Security Policy') && isWebview(url)) this.cspViolations.push({ frame: url, text });
  }
}

function isWebview(url: string): boolean {
  return url.includes('/contrib/webview/') || url.includes('vscode-cdn.net');
}

/** Runs in every frame before its own scripts. */
function reportCspViolations(): void {
  const scope = globalThis as typeof globalThis & { reportCspViolation(text: string): void };
  const listen = (target: Document) =>
    target.addEventListener('securitypolicyviolation', (event) => {
      scope.reportCspViolation(
        `${event.effectiveDirective} blocked ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`,
      );
    });
  listen(document);
  // VS Code writes an extension's HTML into an empty frame by document.open, which drops every listener.
  // eslint-disable-next-line @typescript-eslint/unbound-method -- the proxy hands `this` on
  Document.prototype.open = new Proxy(Document.prototype.open, {
    apply(open, target: Document, args) {
      const opened: unknown = Reflect.apply(open, target, args);
      listen(target);
      return opened;
    },
  });
}
