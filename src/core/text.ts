import { visibleText } from './visibleText';

/** Arguments by their names. */
type Named = Readonly<Record<string, string>>;

/** Text for people, translated where a translation exists. Free of `vscode`, so that what makes text can be tested alone. */
export type Translate = (message: string, ...args: (string | number)[]) => string;
type Translator = Translate & ((message: string, args: Named) => string);

/** Fills `{0}`, `{1}`, …, or `{name}`, the way `vscode.l10n.t` does. */
function filled(message: string, args: readonly (string | number | Named)[]): string {
  const [first] = args;
  const valueOf = (name: string) => (typeof first === 'object' ? first[name] : args[Number(name)]);
  return message.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = valueOf(name);
    return value === undefined || typeof value === 'object' ? whole : String(value);
  });
}

/** Translates by a table of texts, as `l10n/bundle.l10n.*.json` has one; what it lacks stays English. */
export const translatorOf =
  (texts: Readonly<Record<string, string>>): Translator =>
  (message: string, ...args: readonly (string | number | Named)[]) =>
    filled((Object.hasOwn(texts, message) ? texts[message] : undefined) ?? message, args);

const inEnglish = { translate: translatorOf({}), language: 'en' };
let spoken: { readonly translate: Translator; readonly language: string } = inEnglish;

/**
 * Called once at the start, in VS Code with `vscode.l10n.t`; English without it.
 * @param language of what it translates into, as `lang` of a page has it
 */
export function useTranslator(translate: Translator, language: string): void {
  spoken = { translate, language };
}

/** Back to English, for tests. */
export const speakEnglish = (): void => void (spoken = inEnglish);

/** Of the texts, as `lang` of a page has it. */
export const language = (): string => spoken.language;

const shown = (value: string | number) => (typeof value === 'string' ? visibleText(value) : value);

/**
 * Every literal given to this is a key of `l10n/bundle.l10n.*.json`. What is filled in often comes from files, so nothing
 * of it steers the reading direction.
 */
export const t: Translate = (message, ...args) => spoken.translate(message, ...args.map(shown));

/** A text of another table whose arguments have names: `whyTexts`. */
export const named = (message: string, args: Named = {}): string =>
  spoken.translate(
    message,
    Object.fromEntries(Object.entries(args).map(([name, value]) => [name, visibleText(value)])),
  );

/** "a", "a and b", "a, b and c". */
export const listed = (items: readonly string[]): string =>
  items.length < 2 ? (items[0] ?? '') : t('{0} and {1}', enumerated(items.slice(0, -1)), items.at(-1) ?? '');

/** "a, b, c": a list of which no part is the last. */
export const enumerated = (items: readonly string[]): string => items.join(t(', '));

/** At most so many of a list by name: "a, b and 3 more". */
export const someOf = (items: readonly string[], most: number): string =>
  items.length > most
    ? t('{0} and {1} more', enumerated(items.slice(0, most)), items.length - most)
    : enumerated(items);

/** Sentences after one another: after a full stop of full width there is no space. */
export const inARow = (sentences: readonly string[]): string =>
  sentences.reduce(
    (said, sentence) => (said === '' || /[。！？；：）]$/.test(said) ? said : `${said} `) + sentence,
    '',
  );
