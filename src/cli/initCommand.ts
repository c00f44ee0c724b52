import { join, resolve } from 'node:path';
import type { OwnKind } from '../core/own/ownFiles';
import { initOwn } from '../runs/own/initOwn';
import { exitCodes } from './exitCodes';
import { shownPath } from './places';
import type { Terminal } from './terminal';

/** `lethe init`: types, a project file and a file of a kind to start from, in a folder. */
export async function initCommand(
  folder: string,
  { kind }: { readonly kind: OwnKind },
  terminal: Terminal,
  dist: string,
): Promise<number> {
  const place = resolve(folder);
  const { start, written, kept, missing } = await initOwn(place, kind, dist);
  for (const name of written) terminal.out(`written  ${shownPath(join(place, name))}`);
  for (const name of kept) terminal.out(`kept     ${shownPath(join(place, name))}`);
  if (missing !== undefined)
    terminal.out(`So that the editor knows "lethe", tsconfig.json needs in its compilerOptions: ${missing}`);
  terminal.out(`Next: lethe check ${shownPath(join(place, start))}`);
  return exitCodes.done;
}
