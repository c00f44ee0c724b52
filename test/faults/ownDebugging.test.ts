import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shippedCatalogue } from '../../src/core/catalogue';
import { ownFileFrom } from '../../src/core/own/description';
import { parseExperiment } from '../../src/core/parse';
import { planRuns, RunStore } from '../../src/runs/index';
import { debugRun } from '../../src/runs/own/debugRun';
import { describeOwn } from '../../src/runs/own/describeOwn';
import { buildPrograms } from '../attack/programs';

const root = mkdtempSync(path.join(tmpdir(), 'lethe-debug-'));
const dist = path.join(root, 'dist');
const workspace = path.join(root, 'work space');
beforeAll(() => buildPrograms(dist), 120_000);
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));

const text = `import { defineMethod, tf, z, type Learner } from 'lethe';

interface State {
  readonly steps: number;
}

export default defineMethod({
  title: 'Mine',
  summary: 'For a test.',
  create() {
    let learner: Learner;
    const state: State = { steps: 0 };
    return {
      begin(own: Learner): void {
        learner = own;
      },
      gradient(theta, differentiate) {
        const slope = differentiate(theta);
        const doubled = tf.mul<tf.Tensor1D>(slope.total, 2);
        return { ...slope, total: doubled };
      },
    };
  },
});
`;

/** The least of a debugger: messages over a web socket, without masks to hide anything from anybody. */
class Debugger {
  private rest = Buffer.alloc(0);
  private id = 0;
  private readonly waiting: ((message: Message) => boolean)[] = [];

  private constructor(private readonly socket: Socket) {
    socket.on('data', (bytes) => this.take(bytes));
  }

  static async connect(url: string): Promise<Debugger> {
    const { hostname, port, pathname } = new URL(url);
    const socket = createConnection(Number(port), hostname);
    const key = randomBytes(16).toString('base64');
    socket.write(
      `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
    await new Promise<void>((open) => {
      socket.once('data', () => open());
    });
    return new Debugger(socket);
  }

  event(method: string): Promise<Message> {
    return new Promise((found) => this.waiting.push((message) => message.method === method && (found(message), true)));
  }

  send(method: string, params: object = {}): Promise<Message> {
    const id = ++this.id;
    const payload = Buffer.from(JSON.stringify({ id, method, params }));
    const head =
      payload.length < 126
        ? Buffer.from([0x81, 0x80 | payload.length])
        : Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 0xff]);
    this.socket.write(Buffer.concat([head, Buffer.alloc(4), payload]));
    return new Promise((found) => this.waiting.push((message) => message.id === id && (found(message), true)));
  }

  close(): void {
    this.socket.destroy();
  }

  private take(bytes: Buffer): void {
    this.rest = Buffer.concat([this.rest, bytes]);
    for (;;) {
      const short = (this.rest[1] ?? 0) & 0x7f;
      const header = short === 127 ? 10 : short === 126 ? 4 : 2;
      if (this.rest.length < header) return;
      const length =
        short === 127 ? Number(this.rest.readBigUInt64BE(2)) : short === 126 ? this.rest.readUInt16BE(2) : short;
      if (this.rest.length < header + length) return;
      const message = JSON.parse(this.rest.toString('utf8', header, header + length)) as Message;
      this.rest = this.rest.subarray(header + length);
      const at = this.waiting.findIndex((takes) => takes(message));
      if (at >= 0) this.waiting.splice(at, 1);
    }
  }
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: {
    readonly hitBreakpoints?: readonly string[];
    readonly callFrames?: readonly { readonly callFrameId: string; readonly url: string; readonly location: object }[];
  };
  readonly result?: { readonly breakpointId?: string; readonly result?: { readonly value?: unknown } };
}

async function prepared() {
  mkdirSync(workspace, { recursive: true });
  const file = path.join(workspace, 'mine.ts');
  writeFileSync(file, text);
  const experiment = JSON.stringify({
    ...{ name: 'Own', seeds: 2, bounds: false, methods: [{ method: './mine.ts' }] },
    stream: { tasks: 2 },
    network: { hidden: [8] },
    training: { iterations: 3, batchSize: 8, samplesPerTask: 50 },
  });
  writeFileSync(path.join(workspace, 'test.lethe.json'), experiment);
  const own = new Map([['./mine.ts', ownFileFrom('./mine.ts', await describeOwn(file, { dist }))]]);
  const parsed = parseExperiment(experiment, shippedCatalogue, own).experiment;
  const [manifest] = parsed
    ? planRuns(parsed, [], { file: 'test.lethe.json', backend: 'wasm', fresh: true }).create
    : [];
  if (manifest?.trainer !== 'lethe') throw new Error('nothing was planned');
  const store = new RunStore(workspace, { dist });
  return { file, store, launch: await debugRun(store, manifest, dist) };
}

describe('a run under a debugger', () => {
  it('stops at a breakpoint in the user’s own file, in each step, with its variables', async () => {
    const { file, launch } = await prepared();
    const url = pathToFileURL(file).href;
    const child = spawn(process.execPath, ['--inspect-brk=127.0.0.1:0', launch.program, ...launch.args], {
      env: { ...process.env, ...launch.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    try {
      const ended = new Promise<number | null>((done) => child.once('close', done));
      let stderr = '';
      const address = await new Promise<string>((found) => {
        child.stderr.on('data', (bytes: Buffer) => {
          stderr += bytes.toString();
          const [, listening] = /listening on (ws:\S+)/.exec(stderr) ?? [];
          if (listening !== undefined) found(listening);
        });
      });
      const session = await Debugger.connect(address);
      const first = session.event('Debugger.paused');
      await session.send('Debugger.enable');
      // Line 19 of the file, as an editor sets it before the file is loaded: `const doubled = …`.
      const set = await session.send('Debugger.setBreakpointByUrl', { url, lineNumber: 18 });
      await session.send('Runtime.runIfWaitingForDebugger');
      await first;
      let hits = 0;
      let closed = false;
      void ended.then(() => (closed = true));
      while (hits < 6) {
        const paused = session.event('Debugger.paused');
        await session.send('Debugger.resume');
        const { params } = await paused;
        hits += 1;
        expect(params?.hitBreakpoints).toEqual([set.result?.breakpointId]);
        const [frame] = params?.callFrames ?? [];
        expect(frame).toMatchObject({ location: { lineNumber: 18 } });
        const seen = await session.send('Debugger.evaluateOnCallFrame', {
          callFrameId: frame?.callFrameId,
          expression: '[slope.total.shape.length, learner.task].join()',
        });
        expect(seen.result?.result?.value).toBe(`1,${hits > 3 ? 1 : 0}`);
      }
      expect(closed).toBe(false);
      await session.send('Debugger.resume');
      session.close();
      expect(await ended).toBe(0);
    } finally {
      child.kill('SIGKILL');
    }
  }, 60_000);

  it('is listed and compared nowhere, and is one at a time', async () => {
    const { store } = await prepared();
    await prepared();
    expect(await store.list()).toEqual([]);
    const debug = path.join(workspace, '.lethe', 'debug');
    const [only = '', ...others] = readdirSync(debug);
    expect(others).toEqual([]);
    expect(readFileSync(path.join(debug, only, 'own/1/mine.ts'), 'utf8')).toBe(text);
  });
});
