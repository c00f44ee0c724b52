import { describe, expect, it } from 'vitest';
import { oneLine, visibleText } from './visibleText';

const every = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));

describe('text from files', () => {
  it.each([
    ['an escape sequence', '\u001b]52;c;ZXZpbA==\u0007', '\\u001b]52;c;ZXZpbA==\\u0007'],
    ['an 8-bit control', '\u009b2J\u009d0;title\u009c', '\\u009b2J\\u009d0;title\\u009c'],
    ['DEL and backspace', 'a\u007f\u0008', 'a\\u007f\\u0008'],
    ['a carriage return that overwrites a line', 'failed\rdone  ', 'failed\\u000ddone  '],
    ['controls of the reading direction', '\u202egnp.exe\u202c \u2066x\u2069', '\\u202egnp.exe\\u202c \\u2066x\\u2069'],
    ['line and paragraph separators', 'a\u2028b\u2029c\u0085d', 'a\\u2028b\\u2029c\\u0085d'],
  ])('shows %s as text', (_, text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });

  it('stays as it is otherwise: lines, tabs, other scripts, signs', () => {
    const text = 'line\n\ttab · ± 弹性权重 שלום 🧠👩‍🔬 é';
    expect(visibleText(text)).toBe(text);
    expect(visibleText('of Windows\r\n')).toBe('of Windows\n');
  });

  it('inside JSON stays JSON of the same value', () => {
    const value = { ['\u009b']: every.join('') };
    expect(JSON.parse(visibleText(JSON.stringify(value)))).toEqual(value);
    expect(visibleText(JSON.stringify(value))).not.toMatch(/[^\P{Cc}\n\t]/u);
  });

  it('in one line has no break of any kind', () => {
    expect(oneLine('EWC\r\n \tseed 1: done')).toBe('EWC seed 1: done');
    expect(oneLine('a  b')).toBe('a  b');
    expect(oneLine(every.join('x'))).not.toMatch(/[\n\r\t\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
  });

  it('takes time in proportion to its length', () => {
    const start = performance.now();
    oneLine(' '.repeat(2_000_000));
    oneLine('\n\u001b'.repeat(500_000));
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
