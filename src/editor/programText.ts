import { PROGRAM, programFilesIn } from '../core/program';
import type { Variant } from '../core/experiment';
import { implementedBy, toldSettings } from '../core/implemented';
import { ownValue } from '../core/ownValue';
import { enumerated } from '../core/text';
import { t } from '../workspace/text';

const code = (text: string) => `\`${text}\``;

/** Whether an entry of `methods`, valid or not, names a program. */
export const namesProgram = (entry: unknown): boolean => {
  const method = ownValue(entry, 'method');
  return ownValue(entry, 'program') !== undefined && (method === undefined || method === PROGRAM);
};

/**
 * What is said when pointing at a key of an entry that names a program: an example, and what it comes to here. What the key
 * means the JSON schema says.
 *
 * @param inside what is pointed at below the key, as the name of a setting
 * @param variants of the experiment, where it is valid
 */
export function programText(
  entry: unknown,
  key: string,
  inside: string | undefined,
  variant: Variant | undefined,
  variants: readonly Variant[],
): string | undefined {
  switch (key) {
    case 'program':
      return programCard(entry);
    case 'label':
      return t('Without one it is called by its command and its settings.');
    case 'settings':
      return settingsText(inside);
    case 'files':
      return filesText(entry);
    case 'device':
      return deviceText(ownValue(entry, 'device'));
    case 'batches':
      return t(
        'The run folder then has a file for each task, {0} and so on; in Python the examples of each step come from {1}.',
        ...[code('batches-1.npy'), code('run.batches(task)')],
      );
    case 'implements':
      return variant && implementsText(variant, variants);
    default:
      return undefined;
  }
}

const EXAMPLE = `import lethe

with lethe.run() as run:
    for task in run.remaining():
        run.task(task)
        for batch in batches_of(run.tasks[task].train):
            run.step(train_on(batch, run.settings["lr"]))
        run.evaluate(lambda t: answers_on(run.tasks[t].test))`;

function programCard(entry: unknown): string {
  return [
    `**${t('A program of your own')}**`,
    t(
      'It is started with each seed, queued, stopped and resumed like a method. Its run folder holds the tasks, the seed and the settings; what happens it says in events, which the Python client writes:',
    ),
    `\`\`\`python\n${EXAMPLE}\n\`\`\``,
    ...[filesText(entry) ?? []].flat(),
  ].join('\n\n');
}

function filesText(entry: unknown): string | undefined {
  const files = [...new Set(programFilesIn(entry).map(({ name }) => name))];
  return files.length === 0 ? undefined : t('Content that counts: {0}', enumerated(files.map(code)));
}

function settingsText(name: string | undefined): string {
  const read = code(`run.settings["${name ?? 'lr'}"]`);
  return t('In Python {0}. A number can be swept: {1}', read, code('{ "sweep": [0.01, 0.1] }'));
}

function deviceText(device: unknown): string {
  const name = typeof device === 'string' ? device : 'gpu';
  return t('Two programs at a time are given it with the setting {0}', code(`"lethe.devices": { "${name}": 2 }`));
}

function implementsText(variant: Variant, variants: readonly Variant[]): string | undefined {
  const other = implementedBy(variant, variants);
  if (!other) return undefined;
  const told = Object.entries(toldSettings(other)).map(([name, value]) => code(`${name} ${JSON.stringify(value)}`));
  return told.length === 0
    ? t('Told by {0}: its network and training', other.label)
    : t('Told by {0}: {1}, its network and training', other.label, enumerated(told));
}
