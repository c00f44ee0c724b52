import { saidBy } from '../src/core/viewWords';

let say = saidBy({});

/** Sets what the page says in place of the English of logs, once, before anything is shown. */
export const useWords = (table: Readonly<Record<string, string>>): void => void (say = saidBy(table));

/** What a log or a card says in English, in the language of the page where Lethe has words for it. */
export const said = (text: string): string => say(text);
