import { build } from 'esbuild';
import { bundles, forShipping } from '../esbuild.config.mjs';

/** Output files as shipped. Nothing is written. */
export async function outputsOf(entry) {
  const options = bundles.find(({ entryPoints }) => entryPoints.includes(entry));
  const { metafile } = await build({ ...forShipping(options), write: false, metafile: true });
  return metafile.outputs;
}

/** A file and all that it loads at once, and not only when it is asked for. */
export function loadedWith(file, outputs, found = new Set()) {
  if (found.has(file)) return [];
  found.add(file);
  const parts = outputs[file].imports.filter(({ kind, external }) => kind === 'import-statement' && !external);
  return [file, ...parts.flatMap(({ path: part }) => loadedWith(part, outputs, found))];
}
