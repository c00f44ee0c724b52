import * as z from 'zod';
import { ownValue } from './ownValue';
import { oneLine } from './visibleText';

/** What stands for a method in an entry of `methods` that names a program. */
export const PROGRAM = 'program';

const NUL = '\0';
const text = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .refine((value) => !value.includes(NUL), 'This text has a NUL character.');

/** A command and its arguments. No shell reads them: each reaches the program as it is. */
export const commandSchema = z.array(text(2000)).min(1).max(100);
export type Command = z.output<typeof commandSchema>;

/** Names of devices of which only so many programs are given one at a time. */
export const deviceSchema = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,39}$/, {
  error: 'A device is named by small letters and digits, as "gpu".',
});

/** What an entry of `methods` that names a program may have besides what all entries may have. */
export const programKeys = {
  program: commandSchema.describe(
    'The command that trains, and its arguments, each a text of its own: ["python", "train.py"]. It starts in the folder of this file, without a shell.',
  ),
  settings: z
    .record(z.string().min(1).max(100), z.unknown())
    .default({})
    .describe('What the program is told, by name, with any values. Other settings are another variant.'),
  implements: z
    .string()
    .min(1)
    .max(120)
    .optional()
    .describe(
      'A variant of this file, by its key or label, whose method the program implements too: it is told the settings, network and training of that variant, and the table has the difference between both as a paired figure.',
    ),
  files: z
    .array(text(200))
    .max(100)
    .optional()
    .describe(
      'Files that the program consists of besides the scripts in its command, from the folder of this file. Their content counts: an edited file makes new runs.',
    ),
  batches: z
    .boolean()
    .optional()
    .describe(
      "Also give the program the order of batches: the examples of each step, as Lethe's own methods meet them.",
    ),
  device: deviceSchema
    .optional()
    .describe(
      'A device that the program needs, by a name of your own, such as "gpu": one program at a time is given it, or as many as the setting lethe.devices says.',
    ),
};

/** What an argument ends with that is taken for a script. */
const SCRIPT = /^[^-].*\.(?:py|r|jl|js|mjs|cjs|ts|mts|sh|pl|rb|lua|m)$/i;

/** Whether the first word of a command is a path, not a name that is looked for among the installed programs. */
const isPath = (word: string) => /^\.{1,2}\//.test(word);

/** The files of a program whose content counts: the scripts in its command, itself where it is a path, and those that are named. */
export function programFiles(command: readonly string[], files: readonly string[] = []): string[] {
  const [executable, ...args] = command;
  const own = executable !== undefined && isPath(executable) ? [executable] : [];
  return [...new Set([...own, ...args.filter((argument) => SCRIPT.test(argument)), ...files])];
}

const ofTexts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string' && one !== '') : [];

/** A file of a program as an entry names it, and where it stands in the entry. */
export interface NamedProgramFile {
  readonly name: string;
  readonly path: readonly (string | number)[];
}

/** Likewise of an entry of an experiment file, valid or not. */
export function programFilesIn(entry: unknown): NamedProgramFile[] {
  const [command, files] = [ownValue(entry, 'program'), ownValue(entry, 'files')];
  if (!Array.isArray(command)) return [];
  const inCommand = programFiles(ofTexts(command)).map((name) => ({ name, path: ['program', command.indexOf(name)] }));
  const listed = ofTexts(files).map((name) => ({ name, path: ['files', (files as unknown[]).indexOf(name)] }));
  return [...inCommand, ...listed];
}

/** A command in one line, to be read: what has other signs in it than names and paths have stands as JSON writes it. */
export const commandText = (command: readonly string[]): string =>
  command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : oneLine(JSON.stringify(word)))).join(' ');
