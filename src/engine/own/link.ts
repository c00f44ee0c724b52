import path from 'node:path';
import { compileFunction } from 'node:vm';
import { didYouMean } from '../../core/explain';
import { OwnError } from './ownError';
import { ownPlaceIn, rememberFile, seeFurther } from './places';
import { errorOf } from './throwingErrors';
import { LETHE, type Source } from './source';

type Exports = Record<string, unknown>;

/**
 * Runs a module of the user's own and what it imports, each file once.
 *
 * @param folder where its files stand: stack traces and debuggers name them by it
 * @param lethe what the module `lethe` gives
 * @returns what the module exports
 * @throws OwnError with the line
 */
export function link({ entry, files }: Source, folder: string, lethe: object): Exports {
  seeFurther();
  const running = new Map<string, { exports: Exports }>();
  const exported = exportsOf(lethe);
  const require = (name: string): Exports => {
    if (name === LETHE) return exported;
    const known = running.get(name);
    // Files that import each other see what is there so far, as everywhere.
    if (known) return known.exports;
    const module = { exports: {} as Exports };
    running.set(name, module);
    const file = files.get(name);
    if (!file)
      throw new Error(
        `"${name}" cannot be had by "require": a file of your own imports "lethe" and files beside it, by import statements at its top.`,
      );
    const place = path.join(folder, ...name.split('/'));
    rememberFile(place, { name, code: file.code });
    const requireFrom = (specifier: string) => require(file.resolved.get(specifier) ?? specifier);
    compiled(file.code, place, name)(module.exports, requireFrom, module);
    return module.exports;
  };
  try {
    return require(entry);
  } catch (error) {
    throw withPlace(error, entry);
  }
}

/** What is imported and not there is said by its name where it is used, and not by what its absence leads to. */
const exportsOf = (lethe: object): Exports =>
  new Proxy(lethe as Exports, {
    get(own, name) {
      if (typeof name === 'symbol' || name === '__esModule' || name in own) return own[name as string];
      throw new Error(`"lethe" exports nothing named "${name}".${didYouMean(name, Object.keys(own))}`);
    },
  });

type ModuleFunction = (exports: Exports, require: (specifier: string) => Exports, module: object) => void;

function compiled(code: string, place: string, name: string): ModuleFunction {
  try {
    return compileFunction(code, ['exports', 'require', 'module'], { filename: place }) as unknown as ModuleFunction;
  } catch (error) {
    throw withPlace(error, name);
  }
}

/** With the line in a file of the user's own, or else after that file's name. */
function withPlace(thrown: unknown, file: string): OwnError {
  const error = errorOf(thrown, `${file}: It`);
  if (error instanceof OwnError) return error;
  const words = error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
  return new OwnError(`${ownPlaceIn(error.stack) ?? file}: ${words}`, {}, { cause: error });
}
