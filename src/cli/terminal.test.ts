import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { terminalOn } from './terminal';

const EVIL = '\u001b]52;c;ZXZpbA==\u0007\u009b2J\u007f\u202e\rdone';

class Screen extends PassThrough {
  readonly isTTY = true;
  readonly columns = 60;
  readonly rows = 10;
  get text(): string {
    return String((this.read() as Buffer | null) ?? '');
  }
}

function opened() {
  const [input, stdout, stderr] = [new PassThrough(), new Screen(), new Screen()];
  return { input, stdout, stderr, terminal: terminalOn(() => input, stdout, stderr) };
}

describe('the terminal', () => {
  it('shows what would steer it, on both of its ways and as lines too', () => {
    const { terminal, stdout, stderr } = opened();
    terminal.out(EVIL);
    terminal.outLines(EVIL);
    terminal.note(EVIL);
    terminal.noteLines(EVIL);
    const shown = '\\u001b]52;c;ZXZpbA==\\u0007\\u009b2J\\u007f\\u202e\\u000ddone\n';
    expect([stdout.text, stderr.text]).toEqual([shown + shown, shown + shown]);
  });

  it('indents what follows in a message, so that no part of it passes for another', () => {
    const { terminal, stdout } = opened();
    terminal.out('EWC\nReplay, seed 1: done in 3 s\r\n\n');
    expect(stdout.text).toBe('EWC\n    Replay, seed 1: done in 3 s\n');
    terminal.outLines('a\n\nb\n');
    expect(stdout.text).toBe('a\n\nb\n\n');
  });

  it('keeps JSON what it is', () => {
    const { terminal, stdout } = opened();
    terminal.out(JSON.stringify({ name: EVIL }));
    const { text } = stdout;
    expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
    expect(JSON.parse(text)).toEqual({ name: EVIL });
  });

  it('draws live lines of which each is one, and steers only by itself', () => {
    const { terminal, stdout } = opened();
    const picture = terminal.picture();
    picture.draw([`EWC ${EVIL}`, 'x\ny']);
    const { text } = stdout;
    expect(text).toContain('EWC \\u001b]52;c;ZXZpbA==\\u0007\\u009b2J\\u007f\\u202e done');
    expect(text).toContain('\nx y\n');
    picture.draw(['b']);
    const redrawn = text + stdout.text;
    for (const part of ['\u0007', '\u009b', '\u202e', '\u001b]']) expect(redrawn).not.toContain(part);
    picture.keep();
  });

  it('asks, and takes no answer for an empty one', async () => {
    const { terminal, input, stdout } = opened();
    const asked = terminal.ask(`Install${EVIL}? `, new AbortController().signal);
    input.write('yes\n');
    expect(await asked).toBe('yes');
    const shown = stdout.text;
    expect(shown).toContain('Install\\u001b]52');
    for (const part of ['\u0007', '\u009b', '\u202e', '\u001b]']) expect(shown).not.toContain(part);
    const again = opened();
    const unanswered = again.terminal.ask('Install? ', new AbortController().signal);
    again.input.end();
    expect(await unanswered).toBe('');
  });

  it('has a usual size where it does not know its own', () => {
    const stream = new PassThrough();
    const plain = terminalOn(() => stream, stream, stream);
    expect([plain.live, plain.columns, plain.rows]).toEqual([false, 100, 24]);
    const zero = Object.assign(new PassThrough(), { columns: 0, rows: 0 });
    expect(terminalOn(() => stream, zero, zero)).toMatchObject({ columns: 100, rows: 24 });
  });
});
