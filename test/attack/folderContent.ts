import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Names and bytes of everything in a folder, links as what they name, as one text: equal when nothing was touched. */
export function contentOf(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      if (entry.isSymbolicLink()) return `${path} -> ${readlinkSync(path)}`;
      return entry.isFile() ? `${path} ${createHash('sha256').update(readFileSync(path)).digest('hex')}` : path;
    })
    .sort()
    .join('\n');
}
