import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of all files in a folder; links are not followed. What disappears meanwhile counts as nothing. */
export async function folderSize(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  let bytes = 0;
  for (const name of names) {
    const found = await lstat(join(folder, name)).catch(() => undefined);
    if (found?.isFile()) bytes += found.size;
  }
  return bytes;
}

/** Calls back with the size of a folder while some work fills it. */
export async function whileGrowing<T>(folder: string, report: (bytes: number) => void, work: Promise<T>): Promise<T> {
  let looking = false;
  const look = async () => {
    if (looking) return;
    looking = true;
    report(await folderSize(folder));
    looking = false;
  };
  const timer = setInterval(() => void look(), 400);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
