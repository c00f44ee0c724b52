import { describe, expect, it } from 'vitest';
import { markdownText } from './markdown';

describe('a text in Markdown', () => {
  it.each([
    ['cells', 'a|b', 'a\\|b'],
    ['emphasis and code', '*a* _b_ `c` ~~d~~', '\\*a\\* \\_b\\_ \\`c\\` \\~\\~d\\~\\~'],
    ['links and pictures', '![x](http://e) <b>', '!\\[x\\](http://e) \\<b\\>'],
    ['formulas and entities', '$x$ &#x202e;', '\\$x\\$ \\&#x202e;'],
    ['a backslash before what is escaped', '\\|', '\\\\\\|'],
    ['headings, lists and rules', '# a', '\\# a'],
    ['a list', '- a', '\\- a'],
    ['a numbered list', '12. a', '12\\. a'],
    ['a block of code', '      a', 'a'],
  ])('has no %s of its own', (_, text, escaped) => {
    expect(markdownText(text)).toBe(escaped);
  });

  it('stays in its line, whatever breaks it has', () => {
    expect(markdownText('a\n\n| forged | row |\r\nb')).toBe('a \\| forged \\| row \\| b');
    expect(markdownText('a\u2028b\u001b[2J')).toBe('a\\\\u2028b\\\\u001b\\[2J');
  });

  it('reads as before where there is nothing to escape', () => {
    for (const text of ['EWC', 'Sleep (SRC)', 'Replay · perClass 20', '85.9 ± 0.6', '重放'])
      expect(markdownText(text)).toBe(text);
  });
});
