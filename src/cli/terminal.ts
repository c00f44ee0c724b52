import { createLogUpdate } from 'log-update';
import { createInterface } from 'node:readline/promises';
import { oneLine, visibleText } from '../core/visibleText';

/**
 * stdout and stderr, behind the few things the commands do with them. The only way out: names, labels and errors come
 * from files that anybody may have written, and whatever in them would steer a terminal is written out here.
 */
export interface Terminal {
  /** A person watches: live lines may be redrawn in place. */
  readonly live: boolean;
  readonly columns: number;
  readonly rows: number;
  /** One message of the result. A line break in it goes on indented: no part of a message looks like another. */
  out(message: string): void;
  /** The same for what is not the result: notes, problems. */
  note(message: string): void;
  /** Text that is made of lines, as it is: a table, a help text. What comes from files must not bring lines of its own. */
  outLines(text: string): void;
  noteLines(text: string): void;
  /** Lines that are redrawn in place. For `live` terminals. */
  picture(): Picture;
  /** Asks the person for a line; empty when there is no answer. Rejects when the signal says so. */
  ask(question: string, signal: AbortSignal): Promise<string>;
}

export interface Picture {
  draw(lines: readonly string[]): void;
  /** Takes the lines away. */
  clear(): void;
  /** Leaves the lines as they are. */
  keep(): void;
}

type Output = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** @param input asked for only when a person is asked: to have stdin is to have opened it */
export function terminalOn(input: () => NodeJS.ReadableStream, stdout: Output, stderr: Output): Terminal {
  const print = (stream: Output, text: string) => void stream.write(`${text}\n`);
  return {
    get live() {
      return stdout.isTTY === true && process.env['TERM'] !== 'dumb';
    },
    get columns() {
      return known(stdout.columns, 100);
    },
    get rows() {
      return known(stdout.rows, 24);
    },
    out: (message) => print(stdout, indented(message)),
    note: (message) => print(stderr, indented(message)),
    outLines: (text) => print(stdout, visibleText(text)),
    noteLines: (text) => print(stderr, visibleText(text)),
    picture: () => pictureOn(stdout),
    ask: (question, signal) => ask(question, signal, input(), stdout),
  };
}

export const terminal: Terminal = terminalOn(() => process.stdin, process.stdout, process.stderr);

/** A terminal that does not know its size says 0. */
const known = (size: number | undefined, fallback: number): number =>
  size !== undefined && size > 0 ? size : fallback;

const indented = (message: string): string => visibleText(message).trimEnd().replaceAll('\n', '\n    ');

function pictureOn(stdout: Output): Picture {
  const update = createLogUpdate(stdout);
  return {
    draw: (lines) => update(lines.map(oneLine).join('\n')),
    clear: () => {
      update.clear();
      // Gives the cursor back.
      update.done();
    },
    keep: () => update.done(),
  };
}

async function ask(
  question: string,
  signal: AbortSignal,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<string> {
  const prompt = createInterface({ input, output });
  try {
    // In a terminal that readline has taken, Ctrl-C arrives here and not as a signal.
    prompt.on('SIGINT', () => prompt.close());
    const closed = new Promise<string>((resolve) => prompt.once('close', () => resolve('')));
    return await Promise.race([prompt.question(oneLine(question), { signal }), closed]);
  } finally {
    prompt.close();
  }
}

/** A reader that goes away early (`lethe list | head`) is no error. */
export function endQuietlyWithoutReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  // Where notes cannot be written, nothing can be said about it either.
  process.stderr.on('error', () => undefined);
}
