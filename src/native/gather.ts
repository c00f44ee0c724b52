import { mkdir, readdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MODULES } from './checksums';

/** What a training process loads, among the packages: neither their tests nor what builds and installs them. */
const LOADED: readonly RegExp[] = [
  /^@tensorflow\/tfjs-node\/(package\.json|dist\/.*(?<!_test)\.js|lib\/.*|deps\/lib\/.*)$/,
  /^@tensorflow\/tfjs\/(package\.json|dist\/tf-core\.node\.js)$/,
  /^@tensorflow\/tfjs-core\/.*$/,
  /^google-protobuf\/(package\.json|google-protobuf\.js)$/,
];

/** Moves what a training process loads from the place where it was built into the folder of the engine. */
export async function gatherEngine(staging: string, engine: string, place = ''): Promise<void> {
  for (const entry of await readdir(join(staging, MODULES, place), { withFileTypes: true })) {
    const name = place === '' ? entry.name : `${place}/${entry.name}`;
    if (entry.isDirectory()) await gatherEngine(staging, engine, name);
    if (!entry.isFile() || !LOADED.some((pattern) => pattern.test(name))) continue;
    const target = join(engine, MODULES, name);
    await mkdir(dirname(target), { recursive: true });
    await rename(join(staging, MODULES, name), target);
  }
}
