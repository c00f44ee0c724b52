import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { LogCheck } from '../core/logCheck';
import { runFiles } from './layout';
import { FileFault, openRegularFile } from './regularFile';
import { turn } from './turns';

const CHUNK = 1 << 16;
/** Of a line that is longer the beginning is told: it is no event (UTF-16 units). */
const LONGEST_LINE = 1 << 23;

/** The lines of a log, the last one too if it has no line feed. Links are not followed. Throws FileFault. */
async function* linesOf(file: string): AsyncGenerator<string, void> {
  const { opened } = await openRegularFile(file, { follow: false });
  try {
    const decoder = new StringDecoder('utf8');
    const buffer = Buffer.allocUnsafe(CHUNK);
    let rest = '';
    for (let at = 0; ;) {
      const bytesRead = await opened.read(buffer, 0, CHUNK, at);
      if (bytesRead === 0) break;
      at += bytesRead;
      const [first = '', ...lines] = decoder.write(buffer.subarray(0, bytesRead)).split('\n');
      rest = rest.length > LONGEST_LINE ? rest : rest + first;
      for (const line of lines) {
        yield rest;
        rest = line;
      }
      await turn();
    }
    if (rest !== '') yield rest;
  } finally {
    await opened.close();
  }
}

/** All that is wrong with the log of a run folder: one that is not there has no lines. @param isOver whether nobody writes it any more. Throws FileFault. */
export async function checkedLog(folder: string, isOver: boolean): Promise<LogCheck> {
  const check = new LogCheck();
  try {
    for await (const line of linesOf(join(folder, runFiles.events))) check.take(line);
  } catch (error) {
    if (!(error instanceof FileFault && error.isMissing)) throw error;
  }
  check.finish(isOver);
  return check;
}
