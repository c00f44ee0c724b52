import { join } from 'node:path';
import { ifThere, writeWhole } from '../files';
import { runFiles } from '../layout';
import { openRegularFile, type RegularFile } from '../regularFile';

const PIECE = 1 << 20;

/**
 * Gives a log another file with the same in it. A machine that was cut off may still have lines for the old one, which it
 * sends when it comes back, to where the log ended then: they must not fall on those of whoever went on.
 */
export async function renewLog(folder: string): Promise<void> {
  const file = join(folder, runFiles.events);
  const found = await ifThere(openRegularFile(file, { follow: false }));
  if (!found) return;
  try {
    await writeWhole(file, piecesOf(found));
  } finally {
    await found.opened.close();
  }
}

/** What is in a file. Each piece is there until the next one is asked for. */
async function* piecesOf({ opened }: RegularFile): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(PIECE);
  for (let at = 0; ;) {
    const read = await opened.read(buffer, 0, PIECE, at);
    if (read === 0) return;
    yield buffer.subarray(0, read);
    at += read;
  }
}
