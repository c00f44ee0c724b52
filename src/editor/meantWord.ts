/** The word a problem's message suggests: `… Did you mean "lambda"? …` → `lambda`. */
export const meantWord = (message: string): string | undefined => /Did you mean "([^"]+)"\?/.exec(message)?.[1];
