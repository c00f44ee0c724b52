import path from 'node:path';
import type { CheckMessage } from '../../core/own/checkMessages';
import { ownId } from '../../core/own/ownPath';
import { link } from '../own/link';
import * as lethe from '../own/lethe';
import { moduleIn } from '../own/moduleOf';
import { filesIn } from '../own/readFiles';
import { readSource } from '../own/source';
import { checkMethod } from './methodCheck';
import { checkNetwork } from './networkCheck';
import { checkStream } from './streamCheck';
import { Telling } from './telling';

export interface CheckOptions {
  /** What differs from the defaults. */
  readonly settings: object;
  readonly wasmFolder: string;
  readonly tell: (message: CheckMessage) => void;
}

/**
 * Tries a file of the user's own on small runs: whether it keeps to what every method, network or stream must. It is told
 * check by check.
 *
 * @throws OwnError when the file is none of these, or the settings are not its own
 */
export async function checkFile(file: string, { settings, wasmFolder, tell }: CheckOptions): Promise<void> {
  const [folder, entry] = [path.dirname(path.resolve(file)), path.basename(file)];
  const module = moduleIn(link(readSource(entry, filesIn(folder)), folder, lethe), entry);
  const telling = new Telling(tell, module.place);
  switch (module.kind) {
    case 'method':
      // A file may be called as the method is that it is tried beside.
      return checkMethod({ module, id: `own-${ownId(`./${entry}`)}`, settings, wasmFolder }, telling);
    case 'network':
      return checkNetwork({ module, settings, wasmFolder }, telling);
    case 'stream':
      return checkStream({ module, settings, wasmFolder }, telling);
  }
}
