import { oneLine } from './visibleText';

/** Has a meaning in GitHub-flavoured Markdown wherever it stands: emphasis, code, links, HTML, entities, formulas. */
const anywhere = /[\\|*_`<>[\]~$&]/g;
/** Has one at the beginning of a list item: a heading, another list, a rule. */
const atFirst = /^([#+\-=]|\d{1,9}(?=[.)](?:\s|$)))/;

/** A text as one cell of a table or one item of a list, read as nothing but text. */
export const markdownText = (text: string): string =>
  oneLine(text)
    .trim()
    .replace(anywhere, '\\$&')
    .replace(atFirst, (first) => (/\d/.test(first) ? `${first}\\` : `\\${first}`));
