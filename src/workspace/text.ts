import { visibleText } from '../core/visibleText';

/** Arguments by their names. */
type Named = Readonly<Record<string, string>>;

/** Text for people, translated where a translation exists. Free of `vscode`, so that what makes text can be tested alone. */
export type Translate = (message: string, ...args: (string | number)[]) => string;
type Translator = Translate & ((message: string, args: Named) => string);

/** Fills `{0}`, `{1}`, …, or `{name}`, the way `vscode.l10n.t` does. */
const fill: Translator = (message: string, ...args: readonly (string | number | Named)[]) => {
  const [first] = args;
  const valueOf = (name: string) => (typeof first === 'object' ? first[name] : args[Number(name)]);
  return message.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = valueOf(name);
    return value === undefined || typeof value === 'object' ? whole : String(value);
  });
};

let translate: Translator = fill;

/** Called once at activation with `vscode.l10n.t`. */
export function useTranslator(translator: Translator): void {
  translate = translator;
}

const shown = (value: string | number) => (typeof value === 'string' ? visibleText(value) : value);

/**
 * Every literal given to this is a key of `l10n/bundle.l10n.*.json`. What is filled in often comes from files, so nothing
 * of it steers the reading direction.
 */
export const t: Translate = (message, ...args) => translate(message, ...args.map(shown));

/** A text of another table whose arguments have names: `whyTexts`. */
export const named = (message: string, args: Named = {}): string =>
  translate(message, Object.fromEntries(Object.entries(args).map(([name, value]) => [name, visibleText(value)])));
