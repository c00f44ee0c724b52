import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { packageFolder } from './location';

export interface NativeFiles {
  /** The addon, relative to the engine's folder. */
  readonly binding: string;
  /** All native files, relative to the engine's folder, and their bytes. */
  readonly files: Readonly<Record<string, number>>;
}

/** The addon for the newest Node-API version and the libraries beside it; undefined when either is missing. */
export async function nativeFiles(engine: string): Promise<NativeFiles | undefined> {
  const folder = packageFolder(engine);
  const addons = (await namesIn(join(folder, 'lib'), /^napi-v\d+$/)).sort((a, b) => versionOf(b) - versionOf(a));
  const libraries = await namesIn(join(folder, 'deps', 'lib'), /\.so(\.|$)/);
  const [newest] = addons;
  if (newest === undefined || libraries.length === 0) return undefined;
  const binding = join(folder, 'lib', newest, 'tfjs_binding.node');
  const files: Record<string, number> = {};
  for (const file of [binding, ...libraries.map((name) => join(folder, 'deps', 'lib', name))]) {
    const bytes = await stat(file).then(
      ({ size }) => size,
      () => 0,
    );
    if (bytes === 0) return undefined;
    files[relative(engine, file)] = bytes;
  }
  return { binding: relative(engine, binding), files };
}

const versionOf = (name: string) => Number(name.replace(/\D+/, ''));

const namesIn = async (folder: string, pattern: RegExp): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).filter((name) => pattern.test(name));
