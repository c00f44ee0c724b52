/** Field tables of the documentation, made from the schemas that the program itself reads with. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { eventSchema } from '../src/core/events';
import { experimentJsonSchema } from '../src/core/experiment';
import { manifestSchema } from '../src/core/manifest';
import { viewKinds } from '../src/core/mechanism';
import { scenarioDefaultsOf, withDefaults } from '../src/core/methods/defaults';
import { cardOf, cards, methodIds, type MethodCard, type MethodId } from '../src/core/methods/index';
import { protocols } from '../src/core/protocols/index';
import { readLock } from '../test/reproduction/lockFile';
import { measuredTables } from '../test/reproduction/page';
import { fieldMeanings } from './fieldMeanings';

interface JsonSchema {
  /** Of a shape that has tables of its own. */
  readonly title?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly default?: unknown;
  readonly description?: string;
}

const json = (schema: z.ZodType, io: 'input' | 'output') => z.toJSONSchema(schema, { io }) as JsonSchema;

/** Every generated section, by the name in its markers `<!-- fields:NAME -->` … `<!-- /fields -->`. */
export function documentTables(): Readonly<Record<string, string>> {
  return {
    events: eventTables(),
    views: viewTables(),
    manifest: manifestTable(),
    experiment: experimentTables(),
    methods: methodTables(),
    remedies: remedyTable(),
    blurry: blurryTable(),
    protocols: protocolTable(),
    ...measuredTables(readLock(readFileSync(path.join(__dirname, '../lethe.lock'), 'utf8'))),
    sam: wholeFile('src/engine/methods/sam.ts'),
  };
}

/** Replaces the generated sections of a document by what they should be. @throws Error on an unknown section */
export const withTables = (text: string, tables = documentTables()): string =>
  replaced(text, (name) => {
    const table = tables[name];
    if (table === undefined) throw new Error(`no table named ${name}`);
    return table;
  });

/** The same of those sections of a document that are among the tables; the others stay. */
export const withSomeTables = (text: string, tables: Readonly<Record<string, string>>): string =>
  replaced(text, (name) => tables[name]);

const replaced = (text: string, tableOf: (name: string) => string | undefined): string =>
  text.replace(
    /(<!-- fields:([\w-]+) -->\n)[^]*?(<!-- \/fields -->)/g,
    (whole, open: string, name: string, close: string) => {
      const table = tableOf(name);
      if (table === undefined) return whole;
      // The formatter would pad the tables.
      return `${open}\n<!-- prettier-ignore-start -->\n\n${table}\n\n<!-- prettier-ignore-end -->\n\n${close}`;
    },
  );

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

// ---- events and run.json

function eventTables(): string {
  const kinds = json(eventSchema, 'input').oneOf ?? [];
  return kinds
    .map((kind) => {
      const type = String(kind.properties?.['type']?.const);
      const fields = Object.entries(kind.properties ?? {}).filter(([name]) => name !== 'type' && name !== 'at');
      const rows = fields.map(([name, field]) => fieldRow(name, field, kind, `${type}.${name}`));
      const fieldTable = rows.length > 0 ? `\n\n${table(['Field', 'Type', 'Meaning'], rows)}` : '';
      return `#### \`${type}\`\n\n${meaningOf(type)}${fieldTable}`;
    })
    .join('\n\n');
}

function viewTables(): string {
  return Object.entries(viewKinds)
    .map(([kind, schema]) => {
      const fields = viewRows(json(schema, 'input'), kind, []);
      return `#### \`"kind": "${kind}"\`\n\n${meaningOf(`view.${kind}`)}\n\n${table(['Field', 'Type', 'Meaning'], fields)}`;
    })
    .join('\n\n');
}

/** What views of every kind have is said once for all of them. */
const ofEveryView = new Set(['kind', 'title', 'method']);

/** The fields of a view, those of the objects in its lists below them. */
function viewRows(object: JsonSchema, kind: string, path: readonly string[]): string[][] {
  return Object.entries(object.properties ?? {}).flatMap(([name, field]) => {
    if (path.length === 0 && ofEveryView.has(name)) return [];
    const inner = field.items?.properties ? field.items : field.properties ? field : undefined;
    const own = [...path, inner && inner !== field ? `${name}[]` : name];
    const dotted = [...path, name].join('.');
    const [, type = '', meaning = ''] = fieldRow(name, field, object, `view.${kind}.${dotted}`);
    if (!inner) return [[`\`${dotted}\``, type, meaning]];
    const optional = object.required?.includes(name) ? '' : ', optional';
    const said = inner === field ? 'object' : `list of objects${sizeText(field)}`;
    return [[`\`${dotted}\``, `${said}${optional}`, meaning], ...viewRows(inner, kind, own)];
  });
}

function fieldRow(name: string, field: JsonSchema, parent: JsonSchema, key: string): string[] {
  const optional = parent.required?.includes(name) ? '' : ', optional';
  return [`\`${name}\``, `${typeText(field)}${optional}`, meaningOf(key)];
}

function meaningOf(key: string): string {
  const meaning = fieldMeanings[key];
  if (meaning === undefined) throw new Error(`scripts/fieldMeanings.ts has no meaning of ${key}`);
  return meaning;
}

/** A table of what every run has, and one of what each kind of trainer describes. */
function manifestTable(): string {
  const kinds = json(manifestSchema, 'input').oneOf ?? [];
  const [own = {}, ...others] = kinds;
  const [other = {}] = others;
  const { trainer = {}, spec: ownSpec = {}, ...everyRun } = own.properties ?? {};
  const trainers = { enum: kinds.map((kind) => kind.properties?.['trainer']?.const) };
  const named = others.flatMap((kind) =>
    Object.entries(kind.properties ?? {})
      .filter(([name]) => !Object.hasOwn(own.properties ?? {}, name))
      .map(([name, field]) => fieldRow(name, field, kind, `run.${name}`)),
  );
  const head = ['Field', 'Type', 'Meaning'];
  const [first = [], ...rest] = rowsBelow({ ...own, properties: everyRun }, []);
  return [
    table(head, [
      first,
      fieldRow('trainer', { ...trainer, ...trainers, const: undefined }, own, 'run.trainer'),
      ...named,
      ...rest,
    ]),
    '#### `spec` where Lethe trains',
    table(head, specRows(ownSpec, 'run.spec')),
    '#### `spec` where a command or another program trains',
    table(head, specRows(other.properties?.['spec'] ?? {}, 'run.open')),
  ].join('\n\n');
}

const specRows = (spec: JsonSchema, key: string): string[][] =>
  Object.entries(spec.properties ?? {}).map(([name, field]) => {
    const [, type = '', meaning = ''] = fieldRow(name, field, spec, `${key}.${name}`);
    return [`\`spec.${name}\``, type, meaning];
  });

/** The fields of an object, nested ones by dotted name. */
function rowsBelow(object: JsonSchema, path: readonly string[]): string[][] {
  return Object.entries(object.properties ?? {}).flatMap(([name, field]) => {
    const dotted = [...path, name].join('.');
    const deeper = field.properties ? rowsBelow(field, [...path, name]) : [];
    if (deeper.length > 0) return deeper;
    const [, type = '', meaning = ''] = fieldRow(name, field, object, `run.${dotted}`);
    return [[`\`${dotted}\``, type, meaning]];
  });
}

// ---- the experiment file

const fileHead = ['Key', 'Allowed', 'Default', 'Meaning'] as const;

function experimentTables(): string {
  const file = experimentJsonSchema() as JsonSchema;
  const parts = ['stream', 'network', 'training', 'evaluation'] as const;
  const top = Object.entries(file.properties ?? {}).filter(([name]) => name !== '$schema');
  const entry = entrySchemas(file)[0]?.properties ?? {};
  const common = Object.entries(entry).filter(([name]) => ['label', 'network', 'training'].includes(name));
  return [
    `### The file\n\n${table(
      fileHead,
      top.map(([name, field]) => settingRow(name, field, file)),
    )}`,
    `### An entry of \`expect\`\n\n${settingTable(file.properties?.['expect']?.items ?? {})}`,
    ...parts.flatMap((part) => {
      const fields = file.properties?.[part] ?? {};
      const { oneOf, anyOf = oneOf } = fields;
      if (!anyOf) return [`### \`${part}\`\n\n${settingTable(fields)}`, ...partTables(part, fields)];
      const kinds = anyOf.flatMap((kind) => [
        kindTable(`\`${part}\``, kind),
        ...partsIn(kind).map((own) => kindTable(`A part of \`${part}\``, own)),
      ]);
      // Several kinds may have the same one.
      return [...kinds, ...new Set(anyOf.flatMap((kind) => partTables(part, kind)))];
    }),
    `### Every entry of \`methods\`\n\n${table(fileHead, [
      [
        '`method`',
        methodIds.map((id) => `\`${id}\``).join(', '),
        'required',
        'Which method; see its page under docs/methods.',
      ],
      ...common.map(([name, field]) => settingRow(name, field)),
    ])}`,
    `### An entry of \`methods\` that names a program\n\nInstead of \`method\`; see [programs.md](programs.md).\n\n${table(
      fileHead,
      Object.entries(programEntry(file).properties ?? {})
        .filter(([name]) => !common.some(([other]) => other === name))
        .map(([name, field]) => settingRow(name, field, programEntry(file))),
    )}`,
  ].join('\n\n');
}

/** @param kind by the word for it, or one of the user's own */
const kindTable = (what: string, kind: JsonSchema): string =>
  `### ${what} of \`"kind": ${JSON.stringify(kind.properties?.['kind']?.const ?? './mine.ts')}\`\n\n${settingTable(kind)}`;

/** The kinds of objects that a kind has a list of. */
const partsIn = ({ properties = {} }: JsonSchema): readonly JsonSchema[] =>
  Object.values(properties).flatMap(({ items }) => items?.oneOf ?? []);

/** Tables of the settings that are objects themselves, of those of several kinds one for each. */
function partTables(part: string, { properties = {} }: JsonSchema): string[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const objects = [field, ...(field.oneOf ?? []), ...(field.anyOf ?? [])].filter(({ properties: own }) => own);
    return objects.map((object) => {
      const { kind, ...own } = object.properties ?? {};
      const title = `### \`${part}.${name}\``;
      if (kind?.const === undefined) return `${title}\n\n${settingTable(object)}`;
      const head = `${title} of \`"kind": ${JSON.stringify(kind.const)}\`\n\n${kind.description ?? ''}`;
      return Object.keys(own).length === 0 ? head : `${head}\n\n${settingTable({ ...object, properties: own })}`;
    });
  });
}

const settingTable = (object: JsonSchema): string =>
  table(
    fileHead,
    Object.entries(object.properties ?? {}).map(([name, field]) => settingRow(name, field, object)),
  );

const entrySchemas = (file: JsonSchema): readonly JsonSchema[] => {
  const entry = file.properties?.['methods']?.items?.anyOf?.[0];
  return entry?.oneOf ?? entry?.anyOf ?? [];
};

const programEntry = (file: JsonSchema): JsonSchema =>
  entrySchemas(file).find(({ properties = {} }) => Object.hasOwn(properties, 'program')) ?? {};

function settingRow(name: string, field: JsonSchema, parent?: JsonSchema): string[] {
  const choices = field.oneOf ?? field.anyOf ?? [field];
  const isObject = choices.some(({ properties }) => properties !== undefined);
  const required = parent?.required?.includes(name);
  const fallback = required
    ? 'required'
    : field.default === undefined || isObject
      ? ''
      : `\`${JSON.stringify(field.default)}\``;
  const allowed =
    name === 'extends'
      ? 'the id of a [protocol](verdicts.md#protocols)'
      : isObject
        ? [...choices.filter(({ properties }) => !properties).map(typeText), 'an object, see below'].join(' or ')
        : name === 'methods'
          ? 'a list of entries, or of lists of entries'
          : (field.items?.oneOf ?? field.items?.properties)
            ? `a list of objects, see below${sizeText(field)}`
            : typeText(field);
  return [`\`${name}\``, allowed, fallback, field.description ?? ''];
}

function methodTables(): string {
  return methodIds
    .map((id) => {
      const settings = Object.entries(json(cards[id].settings, 'input').properties ?? {});
      const body =
        settings.length === 0
          ? 'No settings.'
          : table(
              fileHead,
              settings.map(([name, field]) => withScenarioDefaults(settingRow(name, field), id, name)),
            );
      return `### \`${id}\`\n\n${cards[id].summary} [More](methods/${id}.md)\n\n${body}`;
    })
    .join('\n\n');
}

/** The row of a method's setting, with its defaults in those scenarios where they are others. */
function withScenarioDefaults(
  [name = '', allowed = '', usual = '', meaning = '']: readonly string[],
  id: MethodId,
  setting: string,
): string[] {
  const others = scenarioDefaultsOf(cardOf(id), setting).map(
    ({ scenario, value }) => `${scenario}-incremental \`${JSON.stringify(value)}\``,
  );
  return [name, allowed, [usual, ...others].join('; '), meaning];
}

/** What there is to extend, and what is known to be another here than there. */
function protocolTable(): string {
  const rows = protocols.map(({ id, title, source, methods, differences }) => {
    const own = methods.flatMap(({ entry, differs }) =>
      differs === undefined ? [] : [`${cards[entry.method as MethodId].title}: ${differs}`],
    );
    const titles = [...new Set(methods.map(({ entry }) => cards[entry.method as MethodId].title))];
    return [`\`${id}\``, `${title}. ${source}`, titles.join(', '), [...differences, ...new Set(own)].join(' ')];
  });
  return table(['Id', 'Protocol', 'Published values of', 'Known differences'], rows);
}

/** A file of the project, shown as it is. */
function wholeFile(file: string): string {
  const text = readFileSync(path.join(__dirname, '..', file), 'utf8').trimEnd();
  return `\`\`\`ts\n// ${file}\n${text}\n\`\`\``;
}

/** What there is to choose from, as the README has it. */
function remedyTable(): string {
  const rows = methodIds.map((id) => {
    const { summary, scenarios, failsWithoutTask }: MethodCard = cards[id];
    const without = failsWithoutTask ? 'no, but fails without it' : 'no';
    const needsTask = scenarios.class.fit === 'defined' ? without : 'yes';
    return [`[${id}](docs/methods/${id}.md)`, summary, needsTask];
  });
  const companyOf = (id: MethodId): MethodCard['combines'] => cards[id].combines;
  const combining = methodIds.filter((id) => companyOf(id) === true).map((id) => cards[id].title);
  const choosy = methodIds.flatMap((id) => {
    const company = companyOf(id);
    if (typeof company === 'boolean') return [];
    return ` ${cards[id].title} can be combined with ${company.map((other) => cardOf(other as MethodId).title).join(', ')} alone.`;
  });
  return [
    table(['Method', 'Idea', 'Needs the task at test time'], rows),
    `${combining.slice(0, -1).join(', ')} and ${combining.at(-1)} can be combined: write them as a list inside \`methods\`.${choosy.join('')}`,
  ].join('\n\n');
}

/** What methods do, with their default settings, where tasks have no end. */
function blurryTable(): string {
  const rows = methodIds.map((id) => {
    const card: MethodCard = cards[id];
    const settings = card.settings.parse(withDefaults(card, 'class', {}));
    const needs = card.needsBoundary?.(settings as never) ?? [];
    const refused = needs.map(({ setting, reason }) => `refused${setting ? ` (\`${setting}\`)` : ''}: ${reason}`);
    return [`[${card.title}](methods/${id}.md)`, refused.length > 0 ? refused.join('; ') : 'as it is'];
  });
  return table(['Method', 'With its default settings'], rows);
}

// ---- types in words

/** "integer ≥ 1", "list of numbers 0 to 1, or null": a JSON schema in words. */
export function typeText(schema: JsonSchema): string {
  if (schema.title !== undefined && (schema.oneOf || schema.title.startsWith('object'))) return schema.title;
  if (typeof schema.type === 'object') return schema.type.map((type) => typeText({ ...schema, type })).join(' or ');
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return alternatives.map(typeText).join(' or ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  if (schema.type === 'array') return `list of ${typeText(schema.items ?? {})}${sizeText(schema)}`;
  if (schema.type === 'object') return objectText(schema);
  if (schema.type === 'number' || schema.type === 'integer') return `${schema.type}${rangeText(schema)}`;
  if (schema.type === 'string')
    return schema.maxLength ? `text of ${schema.minLength ?? 0} to ${schema.maxLength} characters` : 'text';
  return schema.type === 'boolean' ? '`true`, `false`' : (schema.type ?? 'anything');
}

const sizeText = ({ minItems, maxItems }: JsonSchema): string =>
  [minItems ? `, at least ${minItems}` : '', maxItems === undefined ? '' : `, at most ${maxItems}`].join('');

function objectText(schema: JsonSchema): string {
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) {
    const values = typeof schema.additionalProperties === 'object' ? typeText(schema.additionalProperties) : 'anything';
    return `object of ${values}`;
  }
  const said = fields.map(
    ([name, field]) => `\`${name}\`${schema.required?.includes(name) ? '' : '?'} ${typeText(field)}`,
  );
  return `object { ${said.join('; ')} }`;
}

/** Limits that say something: the bounds of safe integers do not. */
function rangeText({ minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const least = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined;
  const most = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  if (exclusiveMinimum !== undefined) return ` > ${exclusiveMinimum}${most === undefined ? '' : `, ≤ ${most}`}`;
  if (least !== undefined && most !== undefined) return ` ${least} to ${most}`;
  if (least !== undefined) return ` ≥ ${least}`;
  return most === undefined ? '' : ` ≤ ${most}`;
}
