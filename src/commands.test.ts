import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { usedStrings } from '../scripts/usedStrings';
import { measureMeanings } from './core/measures/meanings';
import { measureInfo } from './core/measures/table';
import { reasonsOf } from './core/methods/card';
import { cards } from './core/methods/index';
import { protocols } from './core/protocols/index';
import { whyTexts } from './core/why/texts';
import { workTexts } from './core/workText';

vi.mock('vscode', () => ({ CodeActionKind: {}, EventEmitter: class {} }));
const { commands } = await import('./commands/index');

const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
interface MenuItem {
  readonly command: string;
  readonly when?: string;
}
interface Manifest {
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly scope: string }>> };
  };
}
const manifest = json('package.json') as Manifest;
const english = json('package.nls.json') as Record<string, string>;
const translations = readdirSync('.').filter((name) => /^package\.nls\..+\.json$/.test(name));
const bundles = readdirSync('l10n').filter((name) => /^bundle\.l10n\..+\.json$/.test(name));
const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([found]) => found).sort();

describe('the commands of the manifest', () => {
  const { contributes } = manifest;

  it('are those of the table, with the titles of the table, all in one category', () => {
    const listed = Object.fromEntries(contributes.commands.map(({ command, title }) => [command, title]));
    const table = Object.fromEntries(Object.entries(commands).map(([id, { title }]) => [id, `%${title}%`]));
    expect(listed).toEqual(table);
    expect(new Set(contributes.commands.map(({ category }) => category))).toEqual(new Set(['Lethe']));
  });

  it('are the only ones its menus name', () => {
    const named = Object.values(contributes.menus).flatMap((items) => items.map(({ command }) => command));
    expect(named.filter((id) => !Object.hasOwn(commands, id))).toEqual([]);
  });

  it('let a damaged run be looked at, and nothing else be done with it', () => {
    const items = contributes.menus['view/item/context'] ?? [];
    expect(items.filter(({ when }) => when?.includes('damaged')).map(({ command }) => command)).toEqual([
      'lethe.revealRunFolder',
    ]);
  });

  it('are the only ones that source, welcome texts and the walkthrough name', () => {
    const texts = Object.values(english).join('\n');
    const named = [...texts.matchAll(/\(command:(lethe\.\w+)\)/g)].map(([, id]) => id ?? '');
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((id) => !Object.hasOwn(commands, id))).toEqual([]);
  });
});

describe('the settings of the manifest', () => {
  it('are those that the program reads', () => {
    const read = [...readFileSync('src/workspace/config.ts', 'utf8').matchAll(/read(?:Own)?(?:<\w+>)?\('([\w.]+)'/g)];
    const names = read.map(([, name]) => `lethe.${name ?? ''}`).sort();
    expect(names).toEqual(Object.keys(manifest.contributes.configuration.properties).sort());
  });

  it('name a program only where a workspace cannot set them, trusted or not', () => {
    const programs = Object.entries(manifest.contributes.configuration.properties)
      .filter(([name]) => name.endsWith('Path'))
      .map(([name, { scope }]) => [name, scope]);
    expect(programs).toEqual([['lethe.nodePath', 'machine']]);
    expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toEqual(['lethe.nodePath']);
  });
});

describe('translations of the manifest', () => {
  it('exist', () => expect(translations).toContain('package.nls.zh-cn.json'));

  it('have an English text for each key that is used, and none besides', () => {
    const used = [...readFileSync('package.json', 'utf8').matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key ?? '');
    expect([...new Set(used)].sort()).toEqual(Object.keys(english).sort());
  });

  it.each(translations)('%s has all texts, with the same links', (file) => {
    const texts = json(file) as Record<string, string>;
    expect(Object.keys(texts)).toEqual(Object.keys(english));
    const links = (text = '') => [...text.matchAll(/\(command:[^)]+\)/g)].map(([link]) => link);
    for (const [key, text] of Object.entries(english)) expect(links(texts[key]), key).toEqual(links(text));
  });
});

describe('translations of runtime texts', () => {
  const ofMeasures = [
    ...Object.values(measureInfo).flatMap(({ title, needs }) => [title, needs]),
    ...Object.values(measureMeanings),
  ];
  const used = new Set([
    ...usedStrings('src'),
    ...Object.values(whyTexts),
    ...Object.values(workTexts),
    ...ofMeasures.filter((text) => text),
  ]);
  const ofProtocols = protocols.flatMap(({ differences, methods }) => [
    ...differences,
    ...methods.flatMap(({ differs = [] }) => differs),
  ]);
  const ofCards = Object.values(cards).flatMap((card) => [card.expect, ...reasonsOf(card)]);

  it.each(bundles)('%s has every text that is used, and no other, with the same placeholders', (file) => {
    const texts = json(`l10n/${file}`) as Record<string, string>;
    // What a card or a protocol says may be newer than its translation.
    const data = new Set([...ofCards, ...ofProtocols]);
    const others = Object.keys(texts).filter((text) => used.has(text) || !data.has(text));
    expect(others.sort()).toEqual([...used].sort());
    for (const [text, translated] of Object.entries(texts))
      expect(placeholders(translated), text).toEqual(placeholders(text));
  });

  it.each(bundles)('%s explains numbers in the words of the page', (file) => {
    const texts = json(`l10n/${file}`) as Record<string, string>;
    const page = json(`l10n/${file.replace('bundle.l10n', 'webview')}`) as Record<string, string>;
    for (const [key, text] of Object.entries({ ...whyTexts, ...workTexts })) expect(texts[text], key).toBe(page[key]);
  });
});
