/**
 * The kernel's side of a file system in this process (FUSE, protocol 7.31): requests are read from `/dev/fuse` and answered
 * there. Only what a network folder needs, and nothing of it is cached by the kernel.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, read, writeSync, type BigIntStats } from 'node:fs';
import { constants } from 'node:os';

const LARGEST_WRITE = 1 << 17;

/** A failure by its code, as the kernel is told of it. */
export const failure = (code: string): Error => Object.assign(new Error(code), { code });

/** What is opened is read and written past the kernel's own cache. */
const DIRECT = 1;

export interface Dirent {
  readonly name: string;
  readonly ino: bigint;
  readonly isFolder: boolean;
}

/** What the kernel is told of a node. */
export interface Entry {
  readonly node: number;
  readonly stats: BigIntStats;
}

/** Explicit changes of attributes. Times are in nanoseconds since 1970, or `now`. */
export interface Changes {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly size?: number;
  readonly mtime?: bigint | 'now';
  readonly atime?: bigint | 'now';
}

/** The file system. The root is node 1. A rejection with a code is the answer. */
export interface FileSystem {
  lookup(parent: number, name: string): Promise<Entry>;
  forget(node: number, times: number): void;
  stat(node: number): Promise<BigIntStats>;
  change(node: number, changes: Changes): Promise<BigIntStats>;
  mkdir(parent: number, name: string, mode: number): Promise<Entry>;
  symlink(parent: number, name: string, target: string): Promise<Entry>;
  readlink(node: number): Promise<string>;
  link(node: number, parent: number, name: string): Promise<Entry>;
  remove(parent: number, name: string, isFolder: boolean): Promise<void>;
  rename(from: number, name: string, to: number, newName: string, flags: number): Promise<void>;
  /** @returns a handle */
  open(node: number, flags: number): Promise<number>;
  create(parent: number, name: string, flags: number, mode: number): Promise<Entry & { readonly handle: number }>;
  read(handle: number, at: number, length: number): Promise<Buffer>;
  write(handle: number, at: number, bytes: Buffer): Promise<void>;
  /** `isLast`: it is closed for good. */
  flush(handle: number, isLast: boolean): Promise<void>;
  list(node: number): Promise<readonly Dirent[]>;
}

/** Mounts a file system. Answers as long as this process lives. */
export async function serve(files: FileSystem, place: string): Promise<void> {
  const device = openSync('/dev/fuse', 'r+');
  const connection = new Connection(files, device);
  void connection.listen();
  const options = 'fd=3,rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions';
  const mount = spawn('mount', ['-i', '-t', 'fuse', '-o', options, 'network', place], {
    stdio: ['ignore', 'inherit', 'inherit', device],
  });
  const [code] = (await once(mount, 'exit')) as [number];
  if (code !== 0) throw new Error('the folder cannot be mounted');
}

class Connection {
  /** Listings by handle: a listing is one moment's. */
  private readonly listings = new Map<number, readonly Dirent[]>();
  private lastListing = 0;

  constructor(
    private readonly files: FileSystem,
    private readonly device: number,
  ) {}

  async listen(): Promise<void> {
    const buffer = Buffer.alloc(LARGEST_WRITE + 4096);
    for (;;) {
      const length = await new Promise<number>((resolve, reject) => {
        read(this.device, buffer, 0, buffer.length, null, (error, bytes) => {
          if (!error) resolve(bytes);
          // Not mounted yet; or who asked does not wait any longer.
          else if (error.code === 'EPERM') setTimeout(() => resolve(0), 10);
          else if (['ENOENT', 'EINTR', 'EAGAIN'].includes(error.code ?? '')) resolve(0);
          else reject(error);
        });
      });
      if (length > 0) void this.take(Buffer.from(buffer.subarray(0, length)));
    }
  }

  private async take(request: Buffer): Promise<void> {
    const opcode = request.readUInt32LE(4);
    const unique = request.readBigUInt64LE(8);
    const node = Number(request.readBigUInt64LE(16));
    try {
      const answer = await this.answer(opcode, node, request.subarray(40));
      if (answer) this.reply(unique, 0, answer);
    } catch (error) {
      const { code = 'EIO' } = error as NodeJS.ErrnoException;
      if (!(code in constants.errno)) console.error(error);
      this.reply(unique, -((constants.errno as Record<string, number>)[code] ?? 5), Buffer.alloc(0));
    }
  }

  private reply(unique: bigint, error: number, answer: Buffer): void {
    const head = Buffer.alloc(16);
    head.writeUInt32LE(16 + answer.length, 0);
    head.writeInt32LE(error, 4);
    head.writeBigUInt64LE(unique, 8);
    try {
      writeSync(this.device, Buffer.concat([head, answer]));
    } catch (fault) {
      // Who asked does not wait any longer: it was killed.
      if ((fault as NodeJS.ErrnoException).code !== 'ENOENT') throw fault;
    }
  }

  /** @returns undefined where the kernel waits for no answer */
  private async answer(opcode: number, node: number, body: Buffer): Promise<Buffer | undefined> {
    const { files } = this;
    const u32 = (at: number) => body.readUInt32LE(at);
    const u64 = (at: number) => Number(body.readBigUInt64LE(at));
    const text = (at: number) => body.toString('utf8', at, body.indexOf(0, at));
    const nothing = Buffer.alloc(0);
    switch (opcode) {
      case 1:
        return entryOf(await files.lookup(node, text(0)));
      case 2:
        files.forget(node, u64(0));
        return undefined;
      case 42:
        for (let i = 0; i < u32(0); i++) files.forget(u64(8 + 16 * i), u64(16 + 16 * i));
        return undefined;
      case 36:
        return undefined;
      case 3:
        return attributesOf(await files.stat(node));
      case 4:
        return attributesOf(await files.change(node, changesIn(body)));
      case 5:
        return Buffer.from(await files.readlink(node));
      case 6:
        return entryOf(await files.symlink(node, text(0), text(Buffer.byteLength(text(0)) + 1)));
      case 9:
        return entryOf(await files.mkdir(node, text(8), u32(0) & ~u32(4)));
      case 10:
      case 11:
        await files.remove(node, text(0), opcode === 11);
        return nothing;
      case 12:
      case 45: {
        const start = opcode === 12 ? 8 : 16;
        const name = text(start);
        const newName = text(start + Buffer.byteLength(name) + 1);
        await files.rename(node, name, u64(0), newName, opcode === 45 ? u32(8) : 0);
        return nothing;
      }
      case 13:
        return entryOf(await files.link(u64(0), node, text(8)));
      case 14:
        return openedAs(await files.open(node, u32(0)));
      case 35: {
        const made = await files.create(node, text(16), u32(0), u32(4) & ~u32(8));
        return Buffer.concat([entryOf(made), openedAs(made.handle)]);
      }
      case 15:
        return files.read(u64(0), u64(8), u32(16));
      case 16: {
        await files.write(u64(0), u64(8), body.subarray(40, 40 + u32(16)));
        const answer = Buffer.alloc(8);
        answer.writeUInt32LE(u32(16), 0);
        return answer;
      }
      case 17:
        return statistics();
      case 18:
      case 20:
      case 25:
        await files.flush(u64(0), opcode === 18);
        return nothing;
      case 26:
        return initial(body);
      case 27:
        return this.openedListing(await files.list(node));
      case 28:
        return this.listed(u64(0), u64(8), u32(16));
      case 29:
        this.listings.delete(u64(0));
        return nothing;
      case 30:
        return nothing;
      default:
        throw failure('ENOSYS');
    }
  }

  private openedListing(entries: readonly Dirent[]): Buffer {
    this.lastListing += 1;
    this.listings.set(this.lastListing, entries);
    return openedAs(this.lastListing);
  }

  private listed(handle: number, from: number, most: number): Buffer {
    const pieces: Buffer[] = [];
    let length = 0;
    for (const [i, { name, ino, isFolder }] of (this.listings.get(handle) ?? []).slice(from).entries()) {
      const bytes = Buffer.from(name);
      const piece = Buffer.alloc(24 + 8 * Math.ceil(bytes.length / 8));
      piece.writeBigUInt64LE(ino, 0);
      piece.writeBigUInt64LE(BigInt(from + i + 1), 8);
      piece.writeUInt32LE(bytes.length, 16);
      piece.writeUInt32LE(isFolder ? 4 : 8, 20);
      bytes.copy(piece, 24);
      if (length + piece.length > most) break;
      length += piece.length;
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }
}

function initial(body: Buffer): Buffer {
  const answer = Buffer.alloc(64);
  answer.writeUInt32LE(7, 0);
  answer.writeUInt32LE(31, 4);
  answer.writeUInt32LE(body.readUInt32LE(8), 8);
  // Asynchronous reads, opening with O_TRUNC in one, writes larger than a page, lookups side by side.
  answer.writeUInt32LE(body.readUInt32LE(12) & ((1 << 0) | (1 << 3) | (1 << 5) | (1 << 18)), 12);
  answer.writeUInt16LE(64, 16);
  answer.writeUInt16LE(48, 18);
  answer.writeUInt32LE(LARGEST_WRITE, 20);
  answer.writeUInt32LE(1, 24);
  return answer;
}

function attributes(stats: BigIntStats): Buffer {
  const answer = Buffer.alloc(88);
  const { ino, size, blocks } = stats;
  const times = [stats.atimeNs, stats.mtimeNs, stats.ctimeNs];
  [ino, size, blocks, ...times.map((ns) => ns / 1_000_000_000n)].forEach((value, i) =>
    answer.writeBigUInt64LE(value, 8 * i),
  );
  times.forEach((ns, i) => answer.writeUInt32LE(Number(ns % 1_000_000_000n), 48 + 4 * i));
  [stats.mode, stats.nlink, stats.uid, stats.gid, 0n, 4096n].forEach((value, i) =>
    answer.writeUInt32LE(Number(value), 60 + 4 * i),
  );
  return answer;
}

const attributesOf = (stats: BigIntStats) => Buffer.concat([Buffer.alloc(16), attributes(stats)]);

function entryOf({ node, stats }: Entry): Buffer {
  const head = Buffer.alloc(40);
  head.writeBigUInt64LE(BigInt(node), 0);
  return Buffer.concat([head, attributes(stats)]);
}

function openedAs(handle: number): Buffer {
  const answer = Buffer.alloc(16);
  answer.writeBigUInt64LE(BigInt(handle), 0);
  answer.writeUInt32LE(DIRECT, 8);
  return answer;
}

function changesIn(body: Buffer): Changes {
  const valid = body.readUInt32LE(0);
  const has = (bit: number) => (valid & bit) !== 0;
  const time = (seconds: number, nanoseconds: number) =>
    body.readBigUInt64LE(seconds) * 1_000_000_000n + BigInt(body.readUInt32LE(nanoseconds));
  return {
    ...(has(1) && { mode: body.readUInt32LE(68) & 0o7777 }),
    ...(has(2) && { uid: body.readUInt32LE(76) }),
    ...(has(4) && { gid: body.readUInt32LE(80) }),
    ...(has(8) && { size: Number(body.readBigUInt64LE(16)) }),
    ...(has(16) && { atime: has(128) ? ('now' as const) : time(32, 56) }),
    ...(has(32) && { mtime: has(256) ? ('now' as const) : time(40, 60) }),
  };
}

/** A disk with room enough. */
function statistics(): Buffer {
  const answer = Buffer.alloc(80);
  [1n << 30n, 1n << 29n, 1n << 29n, 1n << 30n, 1n << 29n].forEach((value, i) => answer.writeBigUInt64LE(value, 8 * i));
  [4096, 255, 4096].forEach((value, i) => answer.writeUInt32LE(value, 40 + 4 * i));
  return answer;
}
