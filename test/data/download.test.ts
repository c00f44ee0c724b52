import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Known } from '../../src/data/add';
import { downloadData, planDownload } from '../../src/data/download';
import { fetchFile, safeAddress } from '../../src/data/network/fetchFile';
import { cifarFiles } from '../../scripts/make-cifar.mjs';
import { serve, tar, type Serving } from './makeFiles';

const content = Buffer.from(Uint8Array.from({ length: 200_000 }, (_, i) => (i * 31) % 251));
const hash = (kind: string, bytes: Buffer) => createHash(kind).update(bytes).digest('hex');

let root = '';
let server: Serving;
/** What the server was asked for: path and range. */
let asked: string[] = [];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'lethe-download-'));
  asked = [];
  answer = (request, response) => send(response, content, request);
  server = await serve((request, response) => {
    asked.push(`${request.url ?? ''} ${request.headers.range ?? ''}`.trim());
    answer(request, response);
  });
});
afterEach(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

/** Answers as web servers do, with parts where they are asked for and the version is the one that is meant. */
function send(
  response: ServerResponse,
  body: Buffer,
  { headers }: IncomingMessage,
  etag = '"1"',
  most = Infinity,
): void {
  const from = Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? NaN);
  const isPart = !Number.isNaN(from) && (headers['if-range'] ?? etag) === etag;
  const part = isPart ? body.subarray(from) : body;
  response.writeHead(isPart ? 206 : 200, {
    etag,
    'content-length': part.length,
    ...(isPart && { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` }),
  });
  if (part.length <= most) response.end(part);
  else response.write(part.subarray(0, most), () => setTimeout(() => response.destroy(), 200));
}

const load = (more: Partial<Parameters<typeof fetchFile>[0]> = {}, path = '/a') =>
  fetchFile({
    address: `${server.address}${path}`,
    file: join(root, 'file'),
    bytes: content.length,
    signal: new AbortController().signal,
    onProgress: () => {},
    pause: 1,
    ...more,
  });
const loaded = () => readFileSync(join(root, 'file'));

describe('a file from its address', () => {
  it('is loaded whole, and nothing else is left', async () => {
    const done: number[] = [];
    await load({ onProgress: (bytes) => done.push(bytes) });
    expect(loaded().equals(content)).toBe(true);
    expect([done[0], done.at(-1)]).toEqual([0, content.length]);
    expect(readdirSync(root)).toEqual(['file']);
  });

  it('goes on where a connection broke off, by itself', async () => {
    let first = true;
    answer = (request, response) => {
      send(response, content, request, '"1"', first ? 70_000 : Infinity);
      first = false;
    };
    await load();
    expect(loaded().equals(content)).toBe(true);
    expect(asked).toEqual(['/a', '/a bytes=70000-']);
  });

  it('goes on after an abort, which loses nothing', async () => {
    const abort = new AbortController();
    answer = (_, response) => {
      response.writeHead(200, { etag: '"1"', 'content-length': content.length });
      response.write(content.subarray(0, 90_000));
    };
    const first = load({
      signal: abort.signal,
      onProgress: (bytes) => bytes === 90_000 && setTimeout(() => abort.abort(), 50),
    });
    await expect(first).rejects.toThrow(/abort/i);
    answer = (request, response) => send(response, content, request);
    await load();
    expect(loaded().equals(content)).toBe(true);
    expect(asked[1]).toBe('/a bytes=90000-');
  });

  it.each([
    ['another version', '"2"', true],
    ['another version, from a server that sends parts of whatever it has', '"2"', false],
  ])('begins anew when the server has %s', async (_, etag, knowsIfRange) => {
    writeFileSync(join(root, 'file.part'), Buffer.alloc(1000, 1));
    const known = { address: `${server.address}/a`, bytes: content.length, validator: '"1"' };
    writeFileSync(join(root, 'file.part.json'), JSON.stringify(known));
    answer = (request, response) => {
      if (!knowsIfRange) delete request.headers['if-range'];
      send(response, content, request, etag);
    };
    await load();
    expect(loaded().equals(content)).toBe(true);
    expect(asked[0]).toBe('/a bytes=1000-');
  });

  it('begins anew when the server refuses or does not know parts, or the part is of another address', async () => {
    writeFileSync(join(root, 'file.part'), Buffer.alloc(1000, 1));
    const known = { address: `${server.address}/a`, bytes: content.length };
    writeFileSync(join(root, 'file.part.json'), JSON.stringify(known));
    answer = (request, response) =>
      request.headers.range === undefined ? send(response, content, request) : response.writeHead(416).end();
    await load();
    expect(loaded().equals(content)).toBe(true);
    expect(asked).toEqual(['/a bytes=1000-', '/a']);
    writeFileSync(join(root, 'file.part'), Buffer.alloc(1000, 1));
    writeFileSync(join(root, 'file.part.json'), JSON.stringify(known));
    answer = (request, response) => {
      delete request.headers.range;
      send(response, content, request);
    };
    await load();
    expect(loaded().equals(content)).toBe(true);
    writeFileSync(join(root, 'file.part'), Buffer.alloc(1000, 1));
    writeFileSync(join(root, 'file.part.json'), JSON.stringify({ ...known, address: 'https://elsewhere' }));
    await load();
    expect([loaded().equals(content), asked.at(-1)]).toEqual([true, '/a']);
  });

  it('is given up after some tries that bring nothing, and says so', async () => {
    answer = (_, response) => void response.destroy();
    await expect(load()).rejects.toThrow('the connection broke off. What is loaded is kept');
    expect(asked.length).toBe(4);
    await server.close();
    await expect(load()).rejects.toThrow('the connection was refused');
    server = await serve(() => {});
  });

  it('is waited for no longer than patience lasts', async () => {
    answer = () => {};
    await expect(load({ patience: 50 })).rejects.toThrow('there was no answer in time');
  });

  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void, RegExp]>([
    ['is not there', (_, response) => response.writeHead(404).end(), /the server answers 404/],
    [
      'is larger',
      (request, response) => send(response, Buffer.concat([content, content]), request),
      /has 400000 bytes, expected 200000: it is another file/,
    ],
    ['is smaller', (request, response) => send(response, content.subarray(1), request), /has 199999 bytes/],
    [
      'is larger than it says',
      (_, response) => {
        response.writeHead(200);
        response.end(Buffer.concat([content, content]));
      },
      /sends more than the 200000 bytes/,
    ],
    [
      'leads in a circle',
      (_, response) => response.writeHead(302, { location: '/a' }).end(),
      /sends on more than 5 times/,
    ],
    [
      'leads to an address without encryption',
      (_, response) => response.writeHead(302, { location: 'http://example.org/a' }).end(),
      /http:\/\/example.org\/a is no address that is loaded from/,
    ],
    [
      'leads into the file system',
      (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
      /is no address that is loaded from/,
    ],
  ])('that %s is refused', async (_, own, message) => {
    answer = own;
    await expect(load()).rejects.toThrow(message);
    expect(existsSync(join(root, 'file'))).toBe(false);
  });

  it('may be elsewhere by now', async () => {
    answer = (request, response) =>
      request.url === '/a' ? response.writeHead(301, { location: '/b' }).end() : send(response, content, request);
    await load();
    expect([loaded().equals(content), asked]).toEqual([true, ['/a', '/b']]);
  });

  it('says that the disk is full', async () => {
    if (!existsSync('/dev/full')) return;
    const { symlinkSync } = await import('node:fs');
    symlinkSync('/dev/full', join(root, 'file.part'));
    await expect(load()).rejects.toMatchObject({ code: 'ENOSPC' });
  });
});

it.each(['http://example.org/x', 'ftp://127.0.0.1/x', 'data:,x', '', 'example.org', 'http://127.0.0.1.example.org/'])(
  '%s is no address to load from',
  (address) => expect(() => safeAddress(address)).toThrow('must begin with https://'),
);

describe('a known data set', () => {
  const archive = tar([...cifarFiles('cifar-10', 50, 10)].map(([name, body]) => ({ name: `c/${name}`, body })));
  /** What the script makes, as if it were the original. */
  const known = (sha256 = hash('sha256', archive)): Known => ({
    facts: { title: 'Small CIFAR', classes: 10, shape: [32, 32, 3], train: 50, test: 10 },
    original: {
      ...{ format: 'cifar-10', page: 'https://example.org/', licence: 'none' },
      classNames: Array.from({ length: 10 }, (_, i) => `class ${i}`),
      files: [
        {
          name: 'c.tar.gz',
          address: `${server.address}/c.tar.gz`,
          bytes: archive.length,
          md5: hash('md5', archive),
          sha256,
        },
      ],
    },
  });
  const download = (own: Known, more = {}) =>
    downloadData(
      'cifar-10',
      { root, signal: new AbortController().signal, onProgress: () => {}, pause: 1, ...more },
      own,
    );

  beforeEach(() => {
    answer = (request, response) => send(response, archive, request);
  });

  it('is loaded, checked, read and kept; the archive goes', async () => {
    const phases = new Set<string>();
    const record = await download(known(), { onProgress: ({ phase }: { phase: string }) => phases.add(phase) });
    expect(record).toMatchObject({ train: 50, test: 10, source: { kind: 'CIFAR archive', identifiedBy: 'archive' } });
    expect([...phases]).toEqual(['download', 'check', 'read', 'write']);
    expect(readdirSync(root).filter((name) => !name.startsWith('.'))).toEqual(['cifar-10']);
    expect(readdirSync(join(root, '.downloads'))).toEqual([]);
    await expect(download(known())).rejects.toThrow('There is a data set "cifar-10" already');
    expect(asked.length).toBe(1);
  });

  it('with another checksum is refused before anything is unpacked, and loaded anew the next time', async () => {
    const wanted = known('0'.repeat(64));
    await expect(download(wanted)).rejects.toThrow(
      `its SHA-256 is ${hash('sha256', archive).slice(0, 12)}…, expected 000000000000…. Nothing of it was unpacked or kept.`,
    );
    expect(readdirSync(join(root, '.downloads', 'cifar-10'))).toEqual([]);
    expect(readdirSync(root).filter((name) => !name.startsWith('.'))).toEqual([]);
    await download(known());
    expect(asked.length).toBe(2);
  });

  it('can come from another address that has the same file', async () => {
    await download(known(), { from: `${server.address}/mirror/` });
    expect(asked).toEqual(['/mirror/c.tar.gz']);
    expect(() => planDownload('cifar-10', 'http://example.org')).toThrow('must begin with https://');
  });

  it('is announced with address, size and licence; what is not known is not loaded', () => {
    expect(planDownload('cifar-10')).toMatchObject({
      bytes: 170_052_171,
      addresses: ['https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz'],
    });
    expect(() => planDownload('cifar10')).toThrow('The address of "cifar10" is not known. Known are: fashion-mnist,');
    expect(() => planDownload('mnist')).toThrow('ships with Lethe');
    expect(() => planDownload('../x')).toThrow('is no name of a data set');
  });
});
