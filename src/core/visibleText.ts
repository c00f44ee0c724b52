/**
 * Text that comes from files (names, labels, errors) made harmless for whoever prints it: a terminal obeys control
 * characters, and bidirectional controls let a line read as another.
 */

/** Controls (C0, DEL, C1) but for line feed and tab, line and paragraph separators, controls of the reading direction. */
const steering = /(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** As JSON writes it, so that JSON stays JSON and stands for the same text: ESC becomes the six characters `\u001b`. */
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** The text with everything that steers a terminal or the reading direction written out; lines stay lines. */
export const visibleText = (text: string): string => text.replace(/\r\n/g, '\n').replace(steering, escaped);

const breaks = /[\n\r\t\v\f]/;

/** The same in one line, for what is a name or a cell: white space with a line break or a tab in it becomes a space. */
export const oneLine = (text: string): string =>
  visibleText(text.replace(/\s+/g, (space) => (breaks.test(space) ? ' ' : space)));
