import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** " (file:line:column)" of the code that is running now, as its author wrote it; empty where that cannot be told. */
export function place(): string {
  const found = placeIn(stackOfNow(), sourceMapBeside);
  return found ? ` (${found.file}:${found.line}:${found.column})` : '';
}

/**
 * The place in a stack that its author wants to be told: the innermost one in a method or outside of the engine, else
 * the innermost one of the engine that does not belong to the tracing itself.
 *
 * @param mapOf the source map of a bundle, by its path; undefined for what is no bundle. Asked once for each file.
 */
export function placeIn(stack: string, mapOf: (file: string) => SourceMap | undefined): Place | undefined {
  const maps = new Map<string, SourceMap | undefined>();
  const original = (found: Place): Place | undefined => {
    if (!maps.has(found.file)) maps.set(found.file, mapOf(found.file));
    const map = maps.get(found.file);
    return map ? mapped(map, found) : found;
  };
  const places = stack
    .split('\n')
    .flatMap((frame) => placeOfFrame(frame) ?? [])
    .filter(({ file }) => !foreign.test(file))
    .flatMap((found) => original(found) ?? [])
    .filter(({ file }) => !foreign.test(file) && !ofTracing.test(file));
  return places.find(({ file }) => !ofEngine.test(file) || file.endsWith('.test.ts')) ?? places[0];
}

/** Of libraries, which in a bundle may have the names that they had where they were made, and of Node.js. */
const foreign = /(^|[\\/])(node_modules|tfjs-[\w-]+\/src)[\\/]|^node:|^<anonymous>/;
const ofTracing =
  /(^|[\\/])src[\\/]engine[\\/]graph[\\/](trace|tracedStep|stagedRecording|place|binding|builder|bytes|inputs|peepholes)\.ts$/;
const ofEngine = /(^|[\\/])src[\\/]engine[\\/](?!methods[\\/])/;

function placeOfFrame(frame: string): Place | undefined {
  const [, where = '', line, column] = /^\s*at (?:.*? \()?(.+):(\d+):(\d+)\)?$/.exec(frame) ?? [];
  if (where === '') return undefined;
  const file = where.startsWith('file://') ? fileURLToPath(where) : where;
  return { file, line: Number(line), column: Number(column) };
}

/** Lines and columns of a stack count from 1, those of a source map from 0. What has no source is the bundler's. */
function mapped(map: SourceMap, { line, column }: Place): Place | undefined {
  const entry = map.findEntry(line - 1, column - 1);
  if (!('originalSource' in entry)) return undefined;
  // Sources are named from the bundle's folder.
  const source = entry.originalSource.replace(/^(\.\.\/)+/, '');
  return { file: source, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
}

/** Read only when a message is made: to have Node.js map every stack makes a training process slower to start. */
function sourceMapBeside(file: string): SourceMap | undefined {
  if (!file.endsWith('.js')) return undefined;
  try {
    return new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')) as SourceMapPayload);
  } catch {
    return undefined;
  }
}

/** Operations lie deep below what calls them: deeper than the ten frames that are usual. */
export function stackOfNow(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 100;
  try {
    return new Error().stack ?? '';
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
