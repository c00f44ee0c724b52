/** stdout and stderr, behind the few things the commands do with them. */
export interface Terminal {
  /** A person watches: live lines may be redrawn in place. */
  readonly live: boolean;
  readonly columns: number;
  readonly rows: number;
  out(text: string): void;
  /** For what is not the result: notes, problems. */
  note(text: string): void;
}

export const terminal: Terminal = {
  get live() {
    return process.stdout.isTTY && process.env['TERM'] !== 'dumb';
  },
  get columns() {
    return process.stdout.columns || 100;
  },
  get rows() {
    return process.stdout.rows || 24;
  },
  out: (text) => void process.stdout.write(`${text}\n`),
  note: (text) => void process.stderr.write(`${text}\n`),
};

/** A reader that goes away early (`lethe list | head`) is no error. */
export function endQuietlyWithoutReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}
