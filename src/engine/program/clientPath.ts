import { existsSync } from 'node:fs';
import path from 'node:path';

/**
 * The PYTHONPATH with which a Python program finds the client that ships, in this folder, where none is installed. What
 * the user has put there comes first. Nothing where no client ships beside this program.
 */
export function clientPath(client: string, given: string | undefined): { readonly PYTHONPATH?: string } {
  const fallback = path.join(client, 'fallback');
  if (!existsSync(fallback)) return {};
  // An empty entry would be the folder that a program is started in.
  return { PYTHONPATH: given ? `${given}${path.delimiter}${fallback}` : fallback };
}
