import { visibleText } from '../core/visibleText';

/** Finished HTML or SVG: may be put into a page as it is. Only `markup` makes it from text. */
export class Markup {
  constructor(readonly text: string) {}
}

const replacements: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Also in a page nothing may steer: neither the reading direction nor the terminal that a report is printed to. */
export const escapeHtml = (text: string): string => visibleText(text).replace(/[&<>"']/g, (c) => replacements[c] ?? c);

type Part = Markup | string | number | undefined | readonly Part[];

const rendered = (part: Part): string => {
  if (part === undefined) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part));
  return part.map(rendered).join('');
};

/** Template tag: everything put in is escaped, unless it is markup itself; lists are joined, undefined is nothing. */
export const markup = (fixed: TemplateStringsArray, ...parts: Part[]): Markup =>
  new Markup(fixed.reduce((text, piece, i) => text + rendered(parts[i - 1]) + piece));
