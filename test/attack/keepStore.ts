import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from './sandbox';
import type { Attack } from './section';

/** Keeps what tells how something came to be found: what was done, and the store as it was then, without parameters. */
export function keepStore({ artifacts, seed }: Attack, name: string, { workspace }: Sandbox, about: object): void {
  const folder = join(artifacts, `${name}-${seed}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'about.json'), JSON.stringify(about, undefined, 2));
  const store = join(workspace, '.lethe');
  const filter = (source: string) => !source.endsWith('.safetensors');
  if (existsSync(store)) cpSync(store, join(folder, 'store'), { recursive: true, filter });
}
