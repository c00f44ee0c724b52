import { parse } from 'jsonc-parser';

/** The value of a text, as far as it can be told, however faulty it is. */
export const parsedText = (text: string): unknown => parse(text, [], { allowTrailingComma: true });
