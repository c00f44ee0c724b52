/**
 * A folder as one machine sees it over a network, by the rules of NFS: attributes, names and listings are believed for a
 * while; what is opened is looked at anew (close-to-open); what is written reaches the server late and in parts, at the
 * latest when it is closed or synced; answers are lost, and a question asked again is told that there is no such file any
 * more, or that it exists already. All that is by chance comes from a seed.
 */
import * as fs from 'node:fs';
import { constants, type BigIntStats } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../../attack/random';
import { failure, type Changes, type Dirent, type Entry, type FileSystem } from './fuse';

/** How bad the network is. Times in ms, chances from 0 to 1. */
export interface Network {
  /** Longest that attributes of files are believed, and those of folders and the names in them. */
  readonly files: number;
  readonly folders: number;
  /** Longest that what was written stays on the machine that wrote it. */
  readonly writes: number;
  /** A question to the server takes so long, and the unlucky ones much longer. */
  readonly answer: number;
  /** That the answer to a change is lost, and the server says of the question asked again that it cannot be done. */
  readonly lostAnswer: number;
  /** That a file is opened, or read, in vain: ESTALE mostly, sometimes EIO. */
  readonly stale: number;
  /** By how much the clock of the server is ahead (ms). */
  readonly ahead: number;
}

const O_PATH = 0o10_000_000;
const WRITES = constants.O_WRONLY | constants.O_RDWR;

interface Node {
  readonly id: number;
  /** What names it on the server, whatever it is called there meanwhile. */
  readonly fd: number;
  readonly key: string;
  /** How often the kernel was told of it. */
  told: number;
  known?: { readonly stats: BigIntStats; readonly until: number } | undefined;
  /** Names in a folder that were seen; `undefined`: not there. */
  names: Map<string, Node | undefined>;
  listing: readonly Dirent[] | undefined;
  handles: number;
  /** Written here, and not at the server yet. */
  readonly written: { at: number; bytes: Buffer }[];
  timer?: NodeJS.Timeout | undefined;
  /** The name it has while it is open here and was removed here. */
  silly?: string | undefined;
}

interface Handle {
  readonly node: Node;
  readonly fd: number;
  readonly appends: boolean;
}

export class NetworkFolder implements FileSystem {
  private readonly nodes = new Map<number, Node>();
  private readonly byKey = new Map<string, Node>();
  private readonly handles = new Map<number, Handle>();
  private lastId = 0;
  private lastHandle = 0;
  private readonly random: () => number;

  constructor(
    server: string,
    private readonly network: Network,
    private readonly seed: number,
  ) {
    const numbers = new Random(seed);
    this.random = () => numbers.next();
    this.nodeAt(server);
  }

  async lookup(parent: number, name: string): Promise<Entry> {
    const folder = this.node(parent);
    await this.revalidate(folder);
    if (folder.names.has(name)) {
      const node = folder.names.get(name);
      if (!node) throw failure('ENOENT');
      // Believed, but the server may know no such file any more.
      const stats = await this.stat(node.id).catch(() => undefined);
      if (stats && this.nodes.has(node.id)) return this.told(node, stats);
      this.forgetNames(folder);
    }
    await this.ask();
    try {
      const node = this.nodeAt(inside(folder, name));
      folder.names.set(name, node);
      return this.told(node, this.attributes(node));
    } catch (error) {
      folder.names.set(name, undefined);
      throw error;
    }
  }

  forget(id: number, times: number): void {
    const node = this.nodes.get(id);
    if (!node) return;
    node.told -= times;
    this.dropUnused(node);
  }

  async stat(id: number): Promise<BigIntStats> {
    const node = this.node(id);
    if (node.known && node.known.until > performance.now()) return withWritten(node, node.known.stats);
    await this.ask();
    return this.attributes(node);
  }

  async change(id: number, changes: Changes): Promise<BigIntStats> {
    const node = this.node(id);
    await this.ask();
    this.refuseRemoved(node);
    const file = path(node);
    if (changes.size !== undefined) {
      this.send(node);
      fs.truncateSync(file, changes.size);
    }
    if (changes.mode !== undefined) fs.chmodSync(file, changes.mode);
    if (changes.uid !== undefined || changes.gid !== undefined)
      fs.chownSync(file, changes.uid ?? -1, changes.gid ?? -1);
    if (changes.mtime !== undefined || changes.atime !== undefined) {
      const now = fs.fstatSync(node.fd, { bigint: true });
      const at = (time: bigint | 'now' | undefined, before: bigint) =>
        time === undefined
          ? Number(before) / 1e9
          : time === 'now'
            ? Date.now() / 1000
            : Number(time) / 1e9 - this.network.ahead / 1000;
      fs.utimesSync(file, at(changes.atime, now.atimeNs), at(changes.mtime, now.mtimeNs));
    }
    return this.attributes(node);
  }

  mkdir(parent: number, name: string, mode: number): Promise<Entry> {
    return this.make(parent, name, (file) => fs.mkdirSync(file, mode));
  }

  symlink(parent: number, name: string, target: string): Promise<Entry> {
    return this.make(parent, name, (file) => fs.symlinkSync(target, file));
  }

  async link(id: number, parent: number, name: string): Promise<Entry> {
    const node = this.node(id);
    return this.make(parent, name, (file) => fs.linkSync(fs.readlinkSync(path(node)), file));
  }

  async readlink(id: number): Promise<string> {
    const node = this.node(id);
    await this.ask();
    return fs.readlinkSync(fs.readlinkSync(path(node)));
  }

  async remove(parent: number, name: string, isFolder: boolean): Promise<void> {
    const folder = this.node(parent);
    await this.ask();
    try {
      if (isFolder) fs.rmdirSync(inside(folder, name));
      else if (!this.hide(folder, name)) fs.unlinkSync(inside(folder, name));
    } finally {
      this.forgetNames(folder);
    }
    this.maybeLose('ENOENT');
  }

  async rename(from: number, name: string, to: number, newName: string, flags: number): Promise<void> {
    if (flags !== 0) throw failure('EINVAL');
    const [source, target] = [this.node(from), this.node(to)];
    await this.ask();
    try {
      this.hide(target, newName);
      fs.renameSync(inside(source, name), inside(target, newName));
    } finally {
      this.forgetNames(source);
      this.forgetNames(target);
    }
    this.maybeLose('ENOENT');
  }

  async open(id: number, flags: number): Promise<number> {
    const node = this.node(id);
    await this.ask();
    if ((flags & WRITES) === 0) this.maybeStale();
    this.refuseRemoved(node);
    if ((flags & constants.O_TRUNC) !== 0) this.send(node);
    const handle = this.opened(node, fs.openSync(path(node), this.flagsFor(flags)), flags);
    // Close-to-open: whatever was believed, it is looked at anew.
    this.attributes(node);
    return handle;
  }

  async create(
    parent: number,
    name: string,
    flags: number,
    mode: number,
  ): Promise<Entry & { readonly handle: number }> {
    const folder = this.node(parent);
    await this.ask();
    const wanted = this.flagsFor(flags) | constants.O_CREAT | constants.O_NOFOLLOW | (flags & constants.O_EXCL);
    let fd: number;
    try {
      fd = fs.openSync(inside(folder, name), wanted, mode);
    } finally {
      this.forgetNames(folder);
    }
    const node = this.nodeAt(inside(folder, name));
    folder.names.set(name, node);
    return { ...this.told(node, this.attributes(node)), handle: this.opened(node, fd, flags) };
  }

  async read(handle: number, at: number, length: number): Promise<Buffer> {
    const { node, fd } = this.handle(handle);
    await this.ask();
    this.maybeStale();
    this.refuseRemoved(node);
    // Where nobody knows of more there is no more.
    const { size } = await this.stat(node.id);
    const buffer = Buffer.alloc(Math.max(0, Math.min(length, Number(size) - at)));
    const found = fs.readSync(fd, buffer, 0, buffer.length, at);
    let end = found;
    for (const { at: start, bytes } of node.written) {
      const offset = start - at;
      if (offset >= buffer.length || offset + bytes.length <= 0) continue;
      bytes.copy(buffer, Math.max(0, offset), Math.max(0, -offset));
      end = Math.max(end, Math.min(buffer.length, offset + bytes.length));
    }
    return buffer.subarray(0, end);
  }

  async write(handle: number, at: number, bytes: Buffer): Promise<void> {
    const { node, appends } = this.handle(handle);
    this.refuseRemoved(node);
    // The end is where this machine believes it to be: appending is simulated.
    const end = appends ? Number((await this.fresh(node)).size) : at;
    node.written.push({ at: end, bytes: Buffer.from(bytes) });
    node.timer ??= setTimeout(() => this.sendSome(node), this.random() * this.network.writes);
  }

  async flush(id: number, isLast: boolean): Promise<void> {
    const { node, fd } = this.handle(id);
    // The kernel tells of the last close without waiting for the answer.
    if (!isLast) await this.ask();
    this.send(node);
    if (!isLast) return;
    this.handles.delete(id);
    fs.closeSync(fd);
    node.handles -= 1;
    if (node.handles === 0 && node.silly !== undefined) {
      fs.rmSync(node.silly, { force: true });
      node.silly = undefined;
    }
    this.dropUnused(node);
  }

  async list(id: number): Promise<readonly Dirent[]> {
    const folder = this.node(id);
    await this.revalidate(folder);
    if (folder.listing) return folder.listing;
    await this.ask();
    this.refuseRemoved(folder);
    const entries = fs.readdirSync(path(folder), { withFileTypes: true });
    folder.listing = entries.map((entry) => ({
      name: entry.name,
      ino: fs.lstatSync(inside(folder, entry.name), { bigint: true, throwIfNoEntry: false })?.ino ?? 1n,
      isFolder: entry.isDirectory(),
    }));
    return folder.listing;
  }

  /** Asks the server whether a folder changed, where that was believed for long enough. */
  private async revalidate(folder: Node): Promise<void> {
    const before = folder.known;
    if (before && before.until > performance.now()) return;
    await this.ask();
    if (folder.known === before) this.attributes(folder);
  }

  private async make(parent: number, name: string, make: (file: string) => void): Promise<Entry> {
    const folder = this.node(parent);
    await this.ask();
    try {
      make(inside(folder, name));
    } finally {
      this.forgetNames(folder);
    }
    this.maybeLose('EEXIST');
    const node = this.nodeAt(inside(folder, name));
    folder.names.set(name, node);
    return this.told(node, this.attributes(node));
  }

  /** A file that is open here keeps a name when it is removed here, as it has no other hold on it. @returns whether it was */
  private hide(folder: Node, name: string): boolean {
    const found = fs.lstatSync(inside(folder, name), { bigint: true, throwIfNoEntry: false });
    const node = found && this.byKey.get(keyOf(found));
    if (!node || node.handles === 0 || found.isDirectory()) return false;
    const silly = inside(folder, `.nfs${found.ino.toString(16).padStart(16, '0')}${this.seed.toString(16)}`);
    fs.renameSync(inside(folder, name), silly);
    // By a name that lasts: the folder may be forgotten before.
    node.silly = `${fs.readlinkSync(`/proc/self/fd/${folder.fd}`)}/${silly.split('/').at(-1)}`;
    return true;
  }

  private node(id: number): Node {
    const node = this.nodes.get(id);
    if (!node) throw failure('ESTALE');
    return node;
  }

  private handle(id: number): Handle {
    const handle = this.handles.get(id);
    if (!handle) throw failure('EBADF');
    return handle;
  }

  private opened(node: Node, fd: number, flags: number): number {
    this.lastHandle += 1;
    node.handles += 1;
    this.handles.set(this.lastHandle, { node, fd, appends: (flags & constants.O_APPEND) !== 0 });
    return this.lastHandle;
  }

  /** What is opened on the server: buffered writes need to read, and find their own place. */
  private readonly flagsFor = (flags: number): number =>
    ((flags & WRITES) === 0 ? constants.O_RDONLY : constants.O_RDWR) | (flags & constants.O_TRUNC);

  private nodeAt(file: string): Node {
    const fd = fs.openSync(file, O_PATH | (this.lastId === 0 ? 0 : constants.O_NOFOLLOW));
    const key = keyOf(fs.fstatSync(fd, { bigint: true }));
    const known = this.byKey.get(key);
    if (known) {
      fs.closeSync(fd);
      return known;
    }
    this.lastId += 1;
    const node: Node = {
      ...{ id: this.lastId, fd, key, told: 0, names: new Map(), listing: undefined, handles: 0, written: [] },
    };
    this.nodes.set(node.id, node);
    this.byKey.set(key, node);
    return node;
  }

  private told(node: Node, stats: BigIntStats): Entry {
    node.told += 1;
    return { node: node.id, stats };
  }

  private dropUnused(node: Node): void {
    if (node.id === 1 || node.told > 0 || node.handles > 0 || node.written.length > 0) return;
    // What is only remembered by its name is kept as long as that is believed.
    if (node.known && node.known.until > performance.now()) {
      setTimeout(() => this.dropUnused(node), node.known.until - performance.now() + 10).unref();
      return;
    }
    if (!this.nodes.delete(node.id)) return;
    this.byKey.delete(node.key);
    fs.closeSync(node.fd);
  }

  /** What the server says now, which is believed for a while. */
  private attributes(node: Node): BigIntStats {
    this.refuseRemoved(node);
    const stats = fs.fstatSync(node.fd, { bigint: true });
    const ahead = BigInt(this.network.ahead) * 1_000_000n;
    for (const name of ['atimeNs', 'mtimeNs', 'ctimeNs'] as const) stats[name] += ahead;
    if (stats.isDirectory() && node.known?.stats.mtimeNs !== stats.mtimeNs) this.forgetNames(node);
    const longest = stats.isDirectory() ? this.network.folders : this.network.files;
    node.known = { stats, until: performance.now() + longest * (0.1 + 0.9 * this.random()) };
    return withWritten(node, stats);
  }

  private async fresh(node: Node): Promise<BigIntStats> {
    if (node.written.length > 0) return withWritten(node, node.known?.stats ?? this.attributes(node));
    await this.ask();
    return this.attributes(node);
  }

  private forgetNames(folder: Node): void {
    folder.names = new Map();
    folder.listing = undefined;
    folder.known = undefined;
  }

  private send(node: Node): void {
    clearTimeout(node.timer);
    node.timer = undefined;
    for (const piece of node.written.splice(0)) this.put(node, piece.at, piece.bytes);
    node.known = undefined;
  }

  /** A part of what was written reaches the server: somewhere in a line, for whoever reads it there. */
  private sendSome(node: Node): void {
    node.timer = undefined;
    const [first] = node.written;
    if (!first) return;
    const length = Math.ceil(first.bytes.length * this.random());
    this.put(node, first.at, first.bytes.subarray(0, length));
    if (length === first.bytes.length) node.written.shift();
    else node.written[0] = { at: first.at + length, bytes: first.bytes.subarray(length) };
    node.known = undefined;
    if (node.written.length > 0)
      node.timer = setTimeout(() => this.sendSome(node), this.random() * this.network.writes);
    else this.dropUnused(node);
  }

  private put(node: Node, at: number, bytes: Buffer): void {
    const fd = fs.openSync(path(node), constants.O_WRONLY);
    try {
      for (let done = 0; done < bytes.length;) done += fs.writeSync(fd, bytes, done, bytes.length - done, at + done);
    } finally {
      fs.closeSync(fd);
    }
  }

  private async ask(): Promise<void> {
    const chance = this.random();
    const unlucky = chance < 0.01 ? 40 : 1;
    const time = this.network.answer * unlucky * this.random();
    if (time >= 1) await delay(time);
  }

  private maybeLose(code: string): void {
    if (this.random() < this.network.lostAnswer) throw failure(code);
  }

  private maybeStale(): void {
    if (this.random() < this.network.stale) throw failure(this.random() < 0.2 ? 'EIO' : 'ESTALE');
  }

  private refuseRemoved(node: Node): void {
    if (fs.fstatSync(node.fd).nlink === 0) throw failure('ESTALE');
  }
}

const keyOf = (stats: BigIntStats): string => `${stats.dev}:${stats.ino}`;
const path = (node: Node): string => `/proc/self/fd/${node.fd}`;
const inside = (folder: Node, name: string): string => `/proc/self/fd/${folder.fd}/${name}`;

/** A file is as long as its machine has written, wherever that is yet. */
function withWritten(node: Node, stats: BigIntStats): BigIntStats {
  const end = node.written.reduce((most, { at, bytes }) => Math.max(most, at + bytes.length), 0);
  if (BigInt(end) <= stats.size) return stats;
  return Object.assign(Object.create(Object.getPrototypeOf(stats) as object) as BigIntStats, stats, {
    size: BigInt(end),
  });
}
