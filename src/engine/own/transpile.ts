import { parse } from 'es-module-lexer/minimal/js';
import { transform, type Transform } from 'sucrase';
import { OwnError } from './ownError';

/** What another module is asked for. */
export interface Import {
  readonly specifier: string;
  /** From 1. */
  readonly line: number;
}

/** A file of the user's own as a CommonJS module: types are gone, and every line is where it was. */
export interface Transpiled {
  readonly code: string;
  readonly imports: readonly Import[];
}

/**
 * Strips types and makes a CommonJS module of a file. Nothing is checked: that is the editor's business.
 *
 * @param name what messages call it
 * @throws OwnError with the line
 */
export function transpile(name: string, text: string): Transpiled {
  const types: Transform[] = /\.m?ts$/.test(name) ? ['typescript'] : [];
  const options = { filePath: name, disableESTransforms: true, production: true } as const;
  const plain = attempt(name, () => transform(text, { ...options, transforms: types }).code);
  const imports = importsOf(name, plain);
  const code = attempt(name, () => transform(text, { ...options, transforms: [...types, 'imports'] }).code);
  return { code, imports };
}

function importsOf(name: string, code: string): Import[] {
  const [found] = attempt(name, () => parse(code, name));
  return found.map(({ n: specifier, d: dynamic, ss: start }) => {
    const line = lineAt(code, start);
    if (dynamic === -2) throw new OwnError(`${name}:${line}: import.meta says nothing here.`);
    if (dynamic >= 0 || specifier === undefined)
      throw new OwnError(`${name}:${line}: Modules are imported at the top of the file, by an import statement.`);
    return { specifier, line };
  });
}

const lineAt = (text: string, offset: number) => text.slice(0, offset).split('\n').length;

/** Both libraries say the place in their own way: "… (3:7)", or `idx`. */
function attempt<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { message } = error as Error;
    const line = /\((\d+):\d+\)\s*$/.exec(message)?.[1] ?? /:(\d+):\d+$/.exec(message)?.[1];
    const said = message
      .replace(/\s*\(\d+:\d+\)\s*$/, '')
      .replace(/^Error transforming [^:]*:\s*/, '')
      .replace(/^SyntaxError:\s*/, '');
    throw new OwnError(`${name}${line === undefined ? '' : `:${line}`}: ${said}`, {}, { cause: error });
  }
}
