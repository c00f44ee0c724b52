import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { canonicalJson } from '../../core/canonicalJson';
import { version } from '../../../package.json';
import { descriptionSchema, LONGEST_DESCRIPTION, type Description } from '../../core/own/description';
import { LARGEST_FILE } from '../../core/own/ownCode';
import { ifThere, readJson, writeWhole } from '../files';
import { FileFault, readTextFile } from '../regularFile';
import { cacheFolder } from '../userFolders';

export interface DescribeOptions {
  /** Folder with own.js. */
  readonly dist: string;
  /** The Node.js that loads the file; the one running this when left out. */
  readonly node?: string | undefined;
  /** Of a stream: settings that differ from its defaults, with which it is to say how many tasks it has. */
  readonly settings?: object | undefined;
  /** Milliseconds it may take. */
  readonly limit?: number;
}

/** A module that takes longer to load, on a busy machine too, has an endless loop (ms). */
const LONGEST = 30_000;
/** What a module prints while it is loaded is nobody's business; one that prints without end is ended (bytes). */
const MOST_OUTPUT = 1_000_000;
/** Characters of its last words that a message quotes. */
const LAST_WORDS = 300;
/** Bytes of settings that it is asked about: an argument of a process cannot be much longer. */
const LONGEST_SETTINGS = 100_000;

/**
 * What a file of the user's own is: a small process loads it and says so. Kept by content in the user's cache folder, so
 * that a file is loaded again only when it, or one that it imports, has changed. Never rejects for what the file does.
 */
export async function describeOwn(file: string, options: DescribeOptions): Promise<Description> {
  const place = resolve(file);
  const { settings } = options;
  const known = await keptDescription(place, settings);
  if (known) return known;
  const found = await ask(place, options);
  await keep(place, settings, found);
  return found;
}

/** What was found out about a file, asked with some settings, earlier, where nothing of it has changed since. Loads nothing. */
export async function keptDescription(file: string, settings?: object): Promise<Description | undefined> {
  const place = resolve(file);
  const parsed = keptSchema.safeParse(await readJson(cacheFileOf(place, settings), 2 * LONGEST_DESCRIPTION));
  if (!parsed.success || parsed.data.version !== version || parsed.data.file !== place) return undefined;
  const { description } = parsed.data;
  return (await isUnchanged(dirname(place), description.watched)) ? description : undefined;
}

const keptSchema = z.object({ version: z.string(), file: z.string(), description: descriptionSchema });

function cacheFileOf(place: string, settings: object | undefined): string {
  const asked = settings === undefined ? place : `${place}\n${canonicalJson(settings)}`;
  return join(cacheFolder(), 'own', `${createHash('sha256').update(asked).digest('hex').slice(0, 32)}.json`);
}

async function keep(file: string, settings: object | undefined, description: Description): Promise<void> {
  // What was found out without having looked at any file would hold for ever.
  if (Object.keys(description.watched).length === 0) return;
  try {
    const kept = cacheFileOf(file, settings);
    await mkdir(dirname(kept), { recursive: true, mode: 0o700 });
    await writeWhole(kept, JSON.stringify({ version, file, description }));
  } catch {
    // It is found out again next time.
  }
}

async function isUnchanged(folder: string, watched: Description['watched']): Promise<boolean> {
  const names = Object.keys(watched);
  if (names.length === 0) return false;
  for (const name of names) if ((await stateOf(join(folder, ...name.split('/')))) !== watched[name]) return false;
  return true;
}

async function stateOf(file: string): Promise<string> {
  try {
    const text = await ifThere(readTextFile(file, LARGEST_FILE, { follow: true }));
    return text === undefined ? 'missing' : createHash('sha256').update(text).digest('hex');
  } catch (error) {
    if (error instanceof FileFault) return 'unreadable';
    throw error;
  }
}

function ask(
  file: string,
  { dist, node = process.execPath, limit = LONGEST, settings }: DescribeOptions,
): Promise<Description> {
  const name = basename(file);
  const fault = (message: string): Description => ({ kind: 'faulty', watched: {}, message: `${name}: ${message}` });
  const asked = settings ? JSON.stringify(settings) : '';
  if (Buffer.byteLength(asked) > LONGEST_SETTINGS)
    return Promise.resolve(fault(`its settings are longer than ${LONGEST_SETTINGS / 1000} kB.`));
  return new Promise((done) => {
    const child = spawn(node, [join(dist, 'own.js'), '--describe', file, ...(asked ? ['--settings', asked] : [])], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // VS Code's own executable acts as Node.js with this.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', TF_CPP_MIN_LOG_LEVEL: '2' },
      windowsHide: true,
    });
    const settle = (description: Description) => {
      clearTimeout(patience);
      child.kill('SIGKILL');
      done(description);
    };
    const patience = setTimeout(
      () => settle(fault(`It was not loaded after ${limit / 1000} s: it does not come to an end.`)),
      limit,
    );
    let output = 0;
    let words = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (bytes: Buffer) => {
        output += bytes.length;
        words = (words + bytes.toString()).slice(-LAST_WORDS);
        if (output > MOST_OUTPUT) settle(fault('It prints without end while it is loaded.'));
      });
    child.once('error', (error) => settle(fault(`Node.js could not be started: ${error.message}.`)));
    child.once('message', (message) => {
      const parsed = descriptionSchema.safeParse(message);
      settle(parsed.success ? parsed.data : fault('It is described in a way that cannot be read.'));
    });
    child.once('close', (code, signal) =>
      settle(fault(`Loading it ended the process (${signal ?? code ?? 'unknown'}). ${words.trim()}`.trim())),
    );
  });
}
