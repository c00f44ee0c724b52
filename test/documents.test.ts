import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { documentTables, typeText, withTables } from '../scripts/documentTables';
import { fieldMeanings } from '../scripts/fieldMeanings';
import { volatileFields } from '../src/core/events';
import { MOST_VALUES, MOST_VIEWS, viewKinds, viewsSchema } from '../src/core/mechanism';
import { cardOf, methodIds } from '../src/core/methods/index';
import { parseExperiment } from '../src/core/parse';

const root = path.join(__dirname, '..');
const documents = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(path.join(root, 'docs'), { recursive: true }).map((name) => path.join('docs', String(name))),
].filter((name) => name.endsWith('.md'));
const read = (name: string) => readFileSync(path.join(root, name), 'utf8');

describe('generated sections of the documentation', () => {
  const tables = documentTables();

  it.each([
    'README.md',
    'docs/architecture.md',
    'docs/event-protocol.md',
    'docs/experiment-file.md',
    'docs/methods.md',
    ...methodIds.map((id) => `docs/methods/${id}.md`),
    'docs/reproduction.md',
    'docs/streams.md',
    'docs/verdicts.md',
  ])('%s says what the schemas say (rewrite it with UPDATE_DOCS=1 npx vitest run test/documents.test.ts)', (name) => {
    const wanted = withTables(read(name), tables);
    if (process.env['UPDATE_DOCS']) writeFileSync(path.join(root, name), wanted);
    expect(read(name)).toBe(wanted);
    expect(wanted).toContain('<!-- fields:');
  });

  it.each(methodIds.filter((id) => cardOf(id).formula !== undefined))(
    'the page of %s has the formula of its card',
    (id) => {
      expect(read(`docs/methods/${id}.md`)).toContain(cardOf(id).formula);
    },
  );

  it('no meaning is left over from a field that is gone', () => {
    const { events = '', views = '', manifest = '' } = tables;
    const unused = Object.values(fieldMeanings).filter(
      (meaning) => ![events, views, manifest].some((tables) => tables.includes(meaning)),
    );
    expect(unused).toEqual([]);
  });

  it('the protocol shows one view of each kind, valid and without a field that is not read', () => {
    const [, section = ''] = read('docs/event-protocol.md').split('\n### Views\n');
    const shown = [...section.matchAll(/```json\n([^]*?)```/g)].map(([, text = '']) => JSON.parse(text) as unknown);
    expect(viewsSchema.parse(shown)).toEqual(shown);
    expect(shown.map((view) => (view as { kind: string }).kind)).toEqual(Object.keys(viewKinds));
    expect(section).toContain(`at most ${MOST_VIEWS} views`);
    expect(section).toContain(`at most ${MOST_VALUES.toLocaleString('en')} numbers and texts`);
  });

  it('the protocol lists the volatile fields', () => {
    const text = read('docs/event-protocol.md');
    for (const field of volatileFields) expect(text).toMatch(new RegExp(`Volatile fields[^#]*\`${field}\``));
  });

  it('says types in words', () => {
    expect(
      typeText({ type: 'array', items: { anyOf: [{ type: 'number', minimum: 0, maximum: 1 }, { type: 'null' }] } }),
    ).toBe('list of number 0 to 1 or null');
    expect(typeText({ type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER })).toBe('integer ≥ 1');
    expect(typeText({ type: ['number', 'null'] })).toBe('number or null');
    expect(typeText({ type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 8 })).toBe(
      'list of integer, at least 1, at most 8',
    );
    expect(typeText({ type: 'number', exclusiveMinimum: 0, maximum: 10 })).toBe('number > 0, ≤ 10');
  });
});

describe('documentation', () => {
  it.each(documents)('%s links only to what is there', (name) => {
    const links = [...read(name).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target);
    const missing = links.filter(
      (target) => !/^[a-z]+:/.test(target) && !existsSync(path.join(root, path.dirname(name), target)),
    );
    // The picture is made from the running dashboard.
    expect(missing.filter((target) => target !== 'docs/images/dashboard.png')).toEqual([]);
  });

  it('there is a page about every method, and about nothing else', () => {
    const pages = documents.filter((name) => path.dirname(name) === path.join('docs', 'methods'));
    expect(pages.map((name) => path.basename(name, '.md')).sort()).toEqual([...methodIds].sort());
  });

  it('experiments shown in the documentation are valid', () => {
    const shown = documents.flatMap((name) =>
      [...read(name).matchAll(/```jsonc\n([^]*?)```/g)].map(([, text = '']) => ({ name, text })),
    );
    expect(shown.length).toBeGreaterThan(0);
    for (const { name, text } of shown.filter(({ text }) => text.includes('"name"')))
      expect({ name, problems: parseExperiment(text).problems.filter(({ severity }) => severity === 'error') }).toEqual(
        { name, problems: [] },
      );
  });
});
