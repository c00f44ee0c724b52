import { join, resolve } from 'node:path';
import type { StartKind } from '../core/own/ownFiles';
import { ownFileName } from '../core/own/ownPath';
import { freeName, initOwn } from '../runs/own/initOwn';
import { clientFolder } from '../runs/program/clientFolder';
import { exitCodes, InputError } from './exitCodes';
import { shownPath } from './places';
import type { Terminal } from './terminal';

/** Of a program. @param client folder of the Python client */
const needs = (client: string) => [
  'It needs PyTorch (pip install torch). Where Lethe starts it, it finds the Python client.',
  `For completion, and to start it yourself: pip install ${JSON.stringify(client)}`,
];

/** `lethe init`: a file of a kind to start from, with what it needs, in a folder. */
export async function initCommand(
  folder: string,
  { kind, name: given }: { readonly kind: StartKind; readonly name?: string },
  terminal: Terminal,
  dist: string,
): Promise<number> {
  const place = resolve(folder);
  const own = given === undefined ? undefined : ownFileName(given);
  if (given !== undefined && own === undefined)
    throw new InputError(
      `--name ${given}: a name has letters, digits, "-" and "_", and begins with one of the first two.`,
    );
  const { start, experiment, written, kept, missing } = await initOwn(place, kind, dist, own);
  for (const name of written) terminal.out(`written  ${shownPath(join(place, name))}`);
  for (const name of kept) terminal.out(`kept     ${shownPath(join(place, name))}`);
  if (missing !== undefined)
    terminal.out(`So that the editor knows "lethe", tsconfig.json needs in its compilerOptions: ${missing}`);
  const option = kind === 'method' ? '' : `--kind ${kind} `;
  if (kept.includes(start)) terminal.out(`For another ${kind}: lethe init ${option}--name ${freeName(place, kind)}`);
  if (kind === 'program') for (const line of needs(clientFolder(dist))) terminal.out(line);
  const next =
    kind === 'program'
      ? `lethe run ${shownPath(join(place, experiment))}`
      : `lethe check ${shownPath(join(place, start))}`;
  terminal.out(`Next: ${next}`);
  return exitCodes.done;
}
