import { parse } from 'jsonc-parser';
import { ownValue } from './ownValue';
import { commandSchema, programFilesIn, type Command } from './program';
import { excessOf } from './textLimits';

/** A program as an experiment file names it. */
export interface NamedProgram {
  readonly command: Command;
  /** The files whose content counts. */
  readonly files: readonly string[];
}

/** The programs that the text of an experiment file names, as they stand there. Never throws, whatever the text. */
export function programsOf(text: string): NamedProgram[] {
  if (excessOf(text)) return [];
  const methods = ownValue(parse(text, [], { allowTrailingComma: true }), 'methods');
  return (Array.isArray(methods) ? (methods as unknown[]) : []).flatMap((entry) => {
    const parsed = commandSchema.safeParse(ownValue(entry, 'program'));
    return parsed.success ? [{ command: parsed.data, files: programFilesIn(entry).map(({ name }) => name) }] : [];
  });
}
