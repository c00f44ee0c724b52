// The only file of Lethe that reaches the network, and only because the user asked for a data set.
import { createWriteStream } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import { Transform } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { DataError } from '../dataError';

export interface FetchOptions {
  readonly address: string;
  /** Where it goes. What is there of it already lies beside, as `.part`. */
  readonly file: string;
  /** Bytes that it must have. */
  readonly bytes: number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
  /** Milliseconds without a byte after which a connection counts as broken. */
  readonly patience?: number;
  /** Milliseconds before a broken connection is tried again; longer each time. */
  readonly pause?: number;
}

/** A connection that broke off: what is there is kept, and trying again goes on from there. */
class BrokenOff extends Error {
  override readonly name = 'BrokenOff';
}

const PATIENCE = 30_000;
const PAUSE = 1000;
/** Tries in a row that bring nothing. */
const MOST_TRIES = 4;
const MOST_REDIRECTS = 5;

/** Beside a part: what it is a part of. */
const partSchema = z.object({ address: z.string(), bytes: z.number(), validator: z.string().optional() });

/**
 * Loads a file from its address, and goes on where an earlier call ended. A file that has changed meanwhile is loaded
 * anew. What it is must be checked by its checksum afterwards.
 *
 * @throws DataError that says what happened; the signal's reason after an abort. What was loaded is kept for the next call
 */
export async function fetchFile(options: FetchOptions): Promise<void> {
  const part = `${options.file}.part`;
  for (let tries = 1; ; tries++) {
    const before = await sizeOf(part);
    try {
      await fetchRest(options, part);
      await rename(part, options.file);
      await rm(`${part}.json`, { force: true });
      return;
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof BrokenOff)) throw error;
      if ((await sizeOf(part)) > before) tries = 0;
      if (tries >= MOST_TRIES)
        throw new DataError(
          `${options.address}: ${error.message}. What is loaded is kept: the same command goes on from there. What another program has loaded can be added, too.`,
        );
      await delay((options.pause ?? PAUSE) * 2 ** tries, undefined, { signal: options.signal });
    }
  }
}

const sizeOf = async (file: string): Promise<number> => (await stat(file).catch(() => undefined))?.size ?? 0;

async function fetchRest(options: FetchOptions, part: string): Promise<void> {
  const { address, bytes, signal } = options;
  const known = await knownPart(part, options);
  let start = known ? await sizeOf(part) : 0;
  if (start === bytes) return;
  if (start > bytes) start = 0;
  let answer = await ask(options, start, known?.validator);
  if (answer.statusCode === 416 && start > 0) {
    answer.destroy();
    start = 0;
    answer = await ask(options, start, undefined);
  }
  // A server that knows parts and not `if-range` sends one of the file as it is now.
  if (answer.statusCode === 206 && known?.validator !== undefined && validatorOf(answer.headers) !== known.validator) {
    answer.destroy();
    start = 0;
    answer = await ask(options, start, undefined);
  }
  const { statusCode = 0, statusMessage = '', headers } = answer;
  if (statusCode !== 200 && statusCode !== 206) {
    answer.destroy();
    const fault = `the server answers ${statusCode} ${statusMessage}`.trim();
    throw statusCode >= 500 ? new BrokenOff(fault) : new DataError(`${address}: ${fault}.`);
  }
  const range = statusCode === 206 ? /^bytes (\d+)-\d+\/(\d+)$/.exec(headers['content-range'] ?? '') : undefined;
  if (statusCode === 206 && Number(range?.[1]) !== start) {
    answer.destroy();
    throw new DataError(`${address}: the server sends another part than the one it was asked for.`);
  }
  // The whole file again: it has changed, or the server knows no parts.
  if (statusCode === 200) start = 0;
  const total = range
    ? Number(range[2])
    : headers['content-length'] === undefined
      ? bytes
      : Number(headers['content-length']);
  if (total !== bytes) {
    answer.destroy();
    await rm(part, { force: true });
    throw new DataError(`${address} has ${total} bytes, expected ${bytes}: it is another file.`);
  }
  const validator = validatorOf(headers);
  await writeFile(`${part}.json`, JSON.stringify({ address, bytes, ...(validator !== undefined && { validator }) }));
  await receive(answer, part, start, options);
  signal.throwIfAborted();
}

/** What is there of the same file; undefined where that cannot be told. */
async function knownPart(part: string, { address, bytes }: FetchOptions) {
  try {
    const known = partSchema.parse(JSON.parse(await readFile(`${part}.json`, 'utf8')));
    return known.address === address && known.bytes === bytes ? known : undefined;
  } catch {
    return undefined;
  }
}

/** What tells one version of a file from another, if the server says it. */
function validatorOf({ etag, 'last-modified': date }: http.IncomingHttpHeaders): string | undefined {
  return etag !== undefined && !etag.startsWith('W/') ? etag : date;
}

async function receive(
  answer: IncomingMessage,
  part: string,
  start: number,
  { bytes, signal, onProgress, address }: FetchOptions,
): Promise<void> {
  let done = start;
  onProgress(done);
  const count = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      done += chunk.length;
      if (done <= bytes) {
        onProgress(done);
        next(null, chunk);
      } else next(new DataError(`${address} sends more than the ${bytes} bytes it should have.`));
    },
  });
  try {
    await pipeline(answer, count, createWriteStream(part, { flags: start > 0 ? 'a' : 'w' }), { signal });
  } catch (error) {
    if (error instanceof DataError) await rm(part, { force: true });
    throw networkFault(error);
  }
  if (done < bytes) throw new BrokenOff('the connection broke off');
}

/** Asks for a file from a byte on, and follows where it is sent. */
async function ask(options: FetchOptions, start: number, validator: string | undefined): Promise<IncomingMessage> {
  let place = safeAddress(options.address);
  for (let redirects = 0; ; redirects++) {
    const answer = await get(place, options, {
      'accept-encoding': 'identity',
      'user-agent': 'lethe',
      ...(start > 0 && { range: `bytes=${start}-` }),
      ...(start > 0 && validator !== undefined && { 'if-range': validator }),
    });
    const { statusCode = 0, headers } = answer;
    if (![301, 302, 303, 307, 308].includes(statusCode)) return answer;
    answer.destroy();
    if (redirects === MOST_REDIRECTS)
      throw new DataError(`${options.address} sends on more than ${MOST_REDIRECTS} times.`);
    place = safeAddress(new URL(headers.location ?? '', place).href);
  }
}

/** @throws DataError for an address that is not safe: only one's own machine may be asked without encryption */
export function safeAddress(address: string): URL {
  const place = URL.canParse(address) ? new URL(address) : undefined;
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(place?.hostname ?? '');
  if (place?.protocol === 'https:' || (place?.protocol === 'http:' && isLocal)) return place;
  throw new DataError(`${address} is no address that is loaded from: it must begin with https://.`);
}

function get(
  place: URL,
  { signal, patience = PATIENCE }: FetchOptions,
  headers: Readonly<Record<string, string>>,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (place.protocol === 'https:' ? https : http).get(place, { headers, signal, timeout: patience });
    request.once('response', resolve);
    request.on('error', (error) => reject(networkFault(error)));
    request.on('timeout', () => request.destroy(new BrokenOff('there was no answer in time')));
  });
}

const troubles: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection broke off',
  ECONNABORTED: 'the connection broke off',
  ERR_STREAM_PREMATURE_CLOSE: 'the connection broke off',
  EPIPE: 'the connection broke off',
  ETIMEDOUT: 'there was no answer in time',
  ENOTFOUND: 'the name of the host cannot be resolved',
  EAI_AGAIN: 'the name of the host cannot be resolved',
  ENETUNREACH: 'the network cannot be reached',
  EHOSTUNREACH: 'the network cannot be reached',
  HPE_INVALID_CONSTANT: 'the answer is none of a web server',
};

/** What may go away by itself is worth another try. */
function networkFault(error: unknown): Error {
  if (error instanceof BrokenOff || error instanceof DataError) return error;
  if (!(error instanceof Error)) return new Error(String(error));
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (Object.hasOwn(troubles, code)) return new BrokenOff(troubles[code]);
  if (message === 'aborted') return new BrokenOff('the connection broke off');
  if (/CERT|SSL|TLS/.test(code)) return new DataError(`the certificate of the server is not trusted (${code}).`);
  if (code.startsWith('HPE_')) return new DataError(`the answer is none of a web server (${code}).`);
  return error;
}
