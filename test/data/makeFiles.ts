// Makes small files in the formats that are read.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { encode } from 'fast-png';

/** An IDX file of bytes. */
export function idx(dimensions: readonly number[], values: ArrayLike<number>): Buffer {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.set([0, 0, 8, dimensions.length]);
  dimensions.forEach((size, i) => header.writeUInt32BE(size, 4 + 4 * i));
  return Buffer.concat([header, Uint8Array.from(values)]);
}

export interface TarEntry {
  readonly name: string;
  readonly body?: Buffer;
  /** Type flag of the format: `0` file, `1` hard link, `2` link, `3` device, `5` folder, … */
  readonly flag?: string;
  readonly link?: string;
  /** In place of the size of the body. */
  readonly size?: number | string;
}

/** A tar archive of whatever entries, sound or not, packed by gzip. */
export function tar(entries: readonly TarEntry[], { packed = true } = {}): Buffer {
  const blocks = entries.flatMap(({ name, body = Buffer.alloc(0), flag = '0', link = '', size = body.length }) => {
    const header = Buffer.alloc(512);
    header.write(name.slice(0, 100), 0, 'latin1');
    header.write('0000644\0', 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write(typeof size === 'string' ? size : `${size.toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        ', 148);
    header.write(flag, 156);
    header.write(link.slice(0, 100), 157, 'latin1');
    header.write('ustar\x0000', 257, 'latin1');
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  const archive = Buffer.concat([...blocks, Buffer.alloc(1024)]);
  return packed ? gzipSync(archive) : archive;
}

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});
const checksum = (bytes: Buffer) =>
  (bytes.reduce((sum, byte) => (table[(sum ^ byte) & 255] ?? 0) ^ (sum >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;

/** A zip archive, as NumPy's `savez_compressed` writes it. @param sized in place of the sizes that it says */
export function zip(files: Readonly<Record<string, Buffer>>, { sized }: { readonly sized?: number } = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, body] of Object.entries(files)) {
    const packed = deflateRawSync(body);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(checksum(body), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(sized ?? body.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, rest, Buffer.from(name)]));
    parts.push(local);
    at += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, central, end]);
}

/** A PNG image of one grey, or of a colour in as many channels as it has. */
export function png(height: number, width: number, colour: readonly number[]): Buffer {
  const data = Uint8Array.from({ length: height * width * colour.length }, (_, i) => colour[i % colour.length] ?? 0);
  return Buffer.from(encode({ width, height, data, depth: 8, channels: colour.length }));
}

export interface Serving {
  readonly address: string;
  close(): Promise<void>;
}

/** A web server on this machine. */
export async function serve(answer: RequestListener): Promise<Serving> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
