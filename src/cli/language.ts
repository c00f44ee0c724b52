import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { translatorOf, useTranslator } from '../core/text';
import { InputError } from './exitCodes';

const bundle = /^bundle\.l10n\.([\w-]+)\.json$/;

/**
 * From here on tables and reports are in this language; what has no translation stays English.
 * @param name as files in `l10n` have it; undefined for English
 * @param dist folder of the bundle: `l10n` stands beside it
 * @throws InputError that lists the languages there are
 */
export async function speak(name: string | undefined, dist: string): Promise<void> {
  const language = name?.toLowerCase() ?? 'en';
  if (language === 'en') return;
  const folder = join(dist, '..', 'l10n');
  const there = (await readdir(folder)).flatMap((file) => bundle.exec(file)?.[1] ?? []);
  if (!there.includes(language))
    throw new InputError(`There are no texts in ${JSON.stringify(name)}. There are: ${['en', ...there].join(', ')}.`);
  const texts: unknown = JSON.parse(await readFile(join(folder, `bundle.l10n.${language}.json`), 'utf8'));
  useTranslator(translatorOf(texts as Readonly<Record<string, string>>), language);
}
