import { isMethodId } from './methods/index';
import { PROGRAM, programFiles } from './program';

/** The last part of a path, without its ending. */
const baseName = (path: string) => path.replace(/^.*[/\\]/, '').replace(/\.\w+$/, '');

/**
 * What a program is called where names are short, fit for the name of a folder: by its label, else by its script, else
 * by its command. Never as one of Lethe's methods is.
 */
export function programId(label: string | undefined, command: readonly string[]): string {
  const [script = command[0] ?? ''] = programFiles(command);
  const id = (label ?? baseName(script))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  if (id === '') return PROGRAM;
  return isMethodId(id) ? `${PROGRAM}-${id}` : id;
}
