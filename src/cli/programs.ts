import { dirname } from 'node:path';
import { hasKeyAmong, type Experiment } from '../core/experiment';
import { commandText, deviceSchema } from '../core/program';
import { oneLine } from '../core/visibleText';
import { permitProgram } from '../runs/program/programBeside';
import { InputError } from './exitCodes';
import { shownPath } from './places';
import type { Terminal } from './terminal';

/**
 * Prints the commands of an experiment's programs, whole, before any of them is started: who runs a file on the command
 * line asks for what it names. From here on they may run beside this file.
 *
 * @param file the experiment file. @param keys of the variants to run; all when left out
 */
export async function showPrograms(
  { variants }: Experiment,
  file: string,
  keys: readonly string[] | undefined,
  say: Pick<Terminal, 'note' | 'out'>,
  json = false,
): Promise<void> {
  const beside = dirname(file);
  for (const variant of variants) {
    if (!variant.program || (keys && !hasKeyAmong(variant, keys))) continue;
    const { command } = variant.program;
    // Where lines of JSON are read, they stand alone.
    const tell = (text: string) => (json ? say.note(text) : say.out(text));
    const where = shownPath(beside);
    const place = where === '.' ? 'here' : `in ${where}`;
    tell(`${oneLine(variant.label)} is a program, started ${place}: ${commandText(command)}`);
    await permitProgram({ command, beside });
  }
}

/** `gpu=2`: how many programs at a time are given a device. Throws InputError. */
export function parseDevices(texts: readonly string[] = []): Record<string, number> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name = '', count = ''] = /^([^=]+)=(\d{1,4})$/.exec(text) ?? [];
      if (!deviceSchema.safeParse(name).success || Number(count) < 1 || Number(count) > 1024)
        throw new InputError(`--device ${text}: give a device and how many programs it takes at a time, as gpu=2.`);
      return [name, Number(count)];
    }),
  );
}
