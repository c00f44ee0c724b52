import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { ifThere, moveOwn, removeFile, syncFolder } from '../files';
import { runFiles } from '../layout';
import { openRegularFile, type RegularFile } from '../regularFile';

/**
 * Gives a log another file with the same in it. A machine that was cut off may still have lines for the old one, which it
 * sends when it comes back, to where the log ended then: they must not fall on those of whoever went on.
 */
export async function renewLog(folder: string): Promise<void> {
  const file = join(folder, runFiles.events);
  const found = await ifThere(openRegularFile(file, { follow: false }));
  if (!found) return;
  const beside = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    await copyDurably(found, beside);
    await moveOwn(beside, file);
  } catch (error) {
    await removeFile(beside);
    throw error;
  } finally {
    await found.opened.close();
  }
  await syncFolder(folder);
}

async function copyDurably({ opened }: RegularFile, to: string): Promise<void> {
  const copy = await open(to, 'wx');
  try {
    const buffer = Buffer.alloc(1 << 20);
    for (let at = 0, read = -1; read !== 0; at += read) {
      read = await opened.read(buffer, 0, buffer.length, at);
      await copy.writeFile(buffer.subarray(0, read));
    }
    await copy.datasync();
  } finally {
    await copy.close();
  }
}
