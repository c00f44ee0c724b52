import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { moveOwn } from '../moveOwn';

/** Writes a file beside its place and renames it: it is always whole, and whatever stood there, a link too, is replaced. */
export function writeWhole(file: string, content: string | Uint8Array): void {
  const part = path.join(path.dirname(file), `.${path.basename(file)}.part`);
  rmSync(part, { force: true });
  writeFileSync(part, content, { flag: 'wx' });
  moveOwn(part, file);
}
