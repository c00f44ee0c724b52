import { visibleText } from '../core/visibleText';

/** Text for people, translated where a translation exists. Free of `vscode`, so that what makes text can be tested alone. */
export type Translate = (message: string, ...args: (string | number)[]) => string;

/** Fills `{0}`, `{1}`, … the way `vscode.l10n.t` does. */
const fill: Translate = (message, ...args) =>
  message.replace(/\{(\d+)\}/g, (whole, index) => String(args[Number(index)] ?? whole));

let translate = fill;

/** Called once at activation with `vscode.l10n.t`. */
export function useTranslator(translator: Translate): void {
  translate = translator;
}

const shown = (value: string | number) => (typeof value === 'string' ? visibleText(value) : value);

/**
 * Every literal given to this is a key of `l10n/bundle.l10n.*.json`. What is filled in often comes from files, so nothing
 * of it steers the reading direction.
 */
export const t: Translate = (message, ...args) => translate(message, ...args.map(shown));
