import { getLocation } from 'jsonc-parser';
import type * as z from 'zod';
import { experimentSchema } from '../core/experiment';
import { kindAsked, type Kinds } from '../core/kinds';
import { scenarios, type Scenario, type ScenarioFit } from '../core/methods/card';
import { defaultsOf as defaultsOfMethod, scenarioDefaultsOf } from '../core/methods/defaults';
import { isMethodId, type MethodCard, type MethodId } from '../core/methods/index';
import { cardIn, noOwnFiles, partCardIn, type OwnFiles, type PartCard } from '../core/own/ownFiles';
import type { Paper } from '../core/methods/card';
import { ownValue, valueAt } from '../core/ownValue';
import type { ParsedExperiment } from '../core/parse';
import { measureInfo } from '../core/measures/table';
import { protocolOf } from '../core/protocols/index';
import type { Protocol } from '../core/protocols/protocol';
import { inARow } from '../core/text';
import { publishedText } from '../core/verdictText';
import { defaultOfPart } from '../core/trainingSettings';
import { evaluationSchema, networkKinds, networkSchema, trainingSchema } from '../core/recipe';
import { partKinds, streamKinds } from '../core/stream';
import { sweepSchema, valuesOf } from '../core/sweeps/form';
import { excessOf } from '../core/textLimits';
import { t } from '../workspace/text';
import { ownSettingsAt } from './ownCompletions';
import { parsedText } from './parsedText';
import { namesProgram, programText } from './programText';

/** Markdown for a place of an experiment file, and the span of text it is about. */
export interface HoverText {
  readonly markdown: string;
  readonly offset: number;
  readonly length: number;
  /** Why the entry that it is about has the number it has. */
  readonly reason?: string;
  /** The document that says more, below `docs`. */
  readonly page?: `methods/${MethodId}.md` | 'programs.md';
}

/**
 * What the editor's JSON support does not say when pointing at a place: the method's card, and a setting's default and
 * present value. (Descriptions come from the JSON schema.)
 *
 * @param reasonOf why an entry of `methods` has the number it has
 */
export function hoverText(
  text: string,
  offset: number,
  parsed: ParsedExperiment,
  own = noOwnFiles,
  reasonOf: (entry: number) => string | undefined = () => undefined,
): HoverText | undefined {
  if (excessOf(text)) return undefined;
  const { path, previousNode: node } = getLocation(text, offset);
  if (!node || offset > node.offset + node.length) return undefined;
  const keys = path.filter((key) => typeof key === 'string');
  const sweep = path.indexOf('sweep');
  const part = keys.at(-1) === 'kind' ? partCardIn(own, valueAt(parsedText(text), path)) : undefined;
  const program = programHover(text, path, parsed);
  const markdown =
    sweep > 0
      ? sweepText(valueAt(parsedText(text), path.slice(0, sweep)))
      : keys.at(-1) === 'method'
        ? methodText(text, path, own, parsed.experiment?.stream.scenario)
        : part
          ? partText(part)
          : (program ?? ownSettingText(text, path, parsed, own) ?? settingText(text, path, parsed, own));
  if (markdown === undefined) return undefined;
  const id = keys.at(-1) === 'method' ? methodAt(text, path.slice(0, -1)) : undefined;
  const [place, entry] = path;
  const isOfEntry = id !== undefined && place === 'methods' && typeof entry === 'number';
  const reason = isOfEntry ? reasonOf(entry) : undefined;
  return {
    ...{ markdown, offset: node.offset, length: node.length },
    ...(reason !== undefined && { reason: t('Measured here: {0}', reason) }),
    ...(id !== undefined && isMethodId(id) && { page: `methods/${id}.md` as const }),
    ...(program !== undefined && keys.at(-1) === 'program' && { page: 'programs.md' as const }),
  };
}

/** For a key of an entry that names a program, or what stands below it. */
function programHover(
  text: string,
  path: readonly (string | number)[],
  { experiment }: ParsedExperiment,
): string | undefined {
  const [place, index, key, inside] = path;
  if (place !== 'methods' || typeof index !== 'number' || typeof key !== 'string') return undefined;
  const entry = valueAt(parsedText(text), [place, index]);
  if (!namesProgram(entry)) return undefined;
  const variants = experiment?.variants ?? [];
  const variant = variants.find((one) => one.entry === index);
  return programText(entry, key, typeof inside === 'string' ? inside : undefined, variant, variants);
}

/** Values of a sweep that are listed. */
const MOST_LISTED = 20;

function sweepText(value: unknown): string | undefined {
  const { data } = sweepSchema.safeParse(value);
  if (!data) return undefined;
  const values = valuesOf(data.sweep);
  const listed = values.slice(0, MOST_LISTED).map(code);
  return t('{0} values: {1}', values.length, [...listed, ...(values.length > MOST_LISTED ? ['…'] : [])].join(', '));
}

const code = (value: unknown) => `\`${value === undefined ? '–' : JSON.stringify(value)}\``;

function methodText(
  text: string,
  path: readonly (string | number)[],
  own: OwnFiles,
  scenario: Scenario | undefined,
): string | undefined {
  const id = methodAt(text, path.slice(0, -1));
  const card = id === undefined ? undefined : cardIn(own, id);
  return card && cardText(card, scenario);
}

/**
 * The card of a method: its formula, what to expect, where it is defined, its settings and what it brings along. What a
 * method of Lethe's own does is said by the JSON schema, which stands beside it.
 *
 * @param scenario of the experiment, where that is known: some settings have another default there
 */
export function cardText(card: MethodCard, scenario?: Scenario): string {
  const { paper, formula } = card;
  const usual = card.prescribes?.(defaultsOfMethod(card) as never, networkSchema.parse({ kind: 'mlp' }), []);
  const prescribed = Object.entries({ ...usual?.network, ...usual?.training }).map(
    ([key, value]) => `${key} ${code(value)}`,
  );
  return [
    `**${card.title}**${card.bound ? ` (${card.bound === 'lower' ? t('lower bound') : t('upper bound')})` : ''}`,
    ...(isMethodId(card.id) ? [] : [card.summary]),
    ...(formula === undefined ? [] : [`\`\`\`text\n${formula}\n\`\`\``]),
    ...(card.expect ? [t(card.expect)] : []),
    fitsText(card),
    ...settingsLine(card, scenario),
    ...(prescribed.length > 0 ? [t('Brings its own recipe: {0}.', prescribed.join(', '))] : []),
    ...(paper ? [cited(paper)] : []),
  ].join('\n\n');
}

/** The settings with their defaults, in one line. */
function settingsLine(card: MethodCard, scenario: Scenario | undefined): string[] {
  const usual = defaultsOfMethod(card, scenario);
  const said = Object.keys(card.settings.shape).map((name) => {
    const value = ownValue(usual, name);
    return value === undefined ? `\`${name}\`` : `\`${name}\` ${JSON.stringify(value)}`;
  });
  return said.length === 0 ? [] : [t('Settings and their defaults: {0}', said.join(' · '))];
}

const cited = ({ authors, year, title, venue, link }: Paper) => {
  const work = `*${title}.*`;
  return `${authors} (${year}). ${link === undefined ? work : `[${work}](${link})`} ${venue}.`;
};

/** The card of a part of the experiment that is the user's own. */
const partText = ({ title, summary, paper }: PartCard): string =>
  [`**${title}**`, summary, ...(paper ? [cited(paper)] : [])].join('\n\n');

/** What a setting of a part of the user's own means, which the JSON schema does not say, its default, and the experiment's own. */
function ownSettingText(
  text: string,
  path: readonly (string | number)[],
  parsed: ParsedExperiment,
  own: OwnFiles,
): string | undefined {
  const [place, name] = [path.slice(0, -1), path.at(-1)];
  const part = place.at(-1);
  if (typeof name !== 'string' || (part !== 'network' && part !== 'stream')) return undefined;
  const setting = ownValue(ownSettingsAt(parsedText(text), place, own)?.shape, name) as z.ZodType | undefined;
  if (!setting) return undefined;
  const general = place.length > 1 ? ownValue(parsed.experiment?.[part], name) : undefined;
  const values = [
    defaultText(setting.safeParse(undefined).data),
    general === undefined ? undefined : t("The experiment's own: {0}", code(general)),
  ].filter(Boolean);
  return [setting.description, values.join(' · ')].filter(Boolean).join('\n\n') || undefined;
}

/** Where a method is defined; in one sentence where that is everywhere. */
function fitsText({ scenarios: fits }: MethodCard): string {
  if (scenarios.every((scenario) => fits[scenario].fit === 'defined')) return t('Defined in all three scenarios.');
  return scenarios.map((scenario) => `- ${t('{0}-incremental: {1}', scenario, fitText(fits[scenario]))}`).join('\n');
}

function fitText(fit: ScenarioFit): string {
  if (fit.fit === 'defined') return t('defined');
  return `${fit.fit === 'undefined' ? t('not defined') : t('task-aware only')}. ${fit.reason}`;
}

/** The settings of a part of the file; of one that there are several kinds of, those of each. */
type Section = { readonly shape: object } | { readonly kinds: Kinds };

const sections = new Map<string | number | undefined, Section>([
  ['stream', { kinds: streamKinds }],
  ['network', { kinds: networkKinds }],
  ['training', trainingSchema],
  ['evaluation', evaluationSchema],
]);

function settingText(
  text: string,
  path: readonly (string | number)[],
  parsed: ParsedExperiment,
  own: OwnFiles,
): string | undefined {
  const [first] = path;
  const name = path.filter((key) => typeof key === 'string').at(-1);
  if (name === undefined) return undefined;
  if (first === 'methods') return entrySettingText(text, path, name, parsed, own);
  if (path.length === 1) {
    if (first === 'extends') return protocolText(protocolOf(ownValue(parsedText(text), 'extends')));
    const { seeds, bounds } = experimentSchema.shape;
    return defaultText(ownValue({ seeds: seeds.parse(undefined), bounds: bounds.parse(undefined) }, name));
  }
  if (first === 'training' && path.length === 3) {
    const setting = String(path[1]);
    return defaultText(defaultOfPart(setting, valueAt(parsedText(text), path.slice(0, 2)), name));
  }
  const isPart = first === 'stream' && path[1] === 'parts' && path.length > 3;
  const section = isPart ? { kinds: partKinds } : sections.get(first);
  const given = valueAt(parsedText(text), path.slice(0, isPart ? 3 : 1));
  return section && defaultText(defaultOf(section, given, name));
}

/** What a published protocol gives to a file, with what was published under it. */
function protocolText(protocol: Protocol | undefined): string | undefined {
  if (!protocol) return undefined;
  const { title, source, settings, methods, differences } = protocol;
  const given = Object.entries(settings).map(([key, value]) => `- ${key} ${code(value)}`);
  const values = methods.map(({ entry, values: all }) => {
    const said = all.map((one) => `${measureInfo[one.measure].title} ${publishedText(one)}`).join('; ');
    return `- ${code(entry)}: ${said}`;
  });
  return [
    `**${title}**`,
    `${source}.`,
    given.join('\n'),
    t('Published:'),
    values.join('\n'),
    ...(differences.length > 0 ? [t('Known differences: {0}', inARow(differences.map((one) => t(one))))] : []),
  ].join('\n\n');
}

/** The default of a setting, where it has one; a kind is its own. */
function defaultOf(section: Section, given: unknown, name: string): unknown {
  const kind = 'kinds' in section ? kindAsked(section.kinds, ownValue(given, 'kind')) : '';
  if ('kinds' in section && name === 'kind') return kind;
  const { shape } = 'kinds' in section ? (section.kinds[kind] ?? { shape: {} }) : section;
  return (ownValue(shape, name) as z.ZodType | undefined)?.safeParse(undefined).data;
}

const defaultText = (value: unknown, ...others: readonly string[]) =>
  value === undefined ? undefined : t('Default: {0}', [code(value), ...others].join('; '));

function entrySettingText(
  text: string,
  path: readonly (string | number)[],
  name: string,
  parsed: ParsedExperiment,
  own: OwnFiles,
): string | undefined {
  const lists = path.filter((key) => typeof key === 'number');
  const depth =
    path.findLastIndex(
      (key, i) => typeof key === 'number' && path.slice(0, i).every((k, j) => j === 0 || typeof k === 'number'),
    ) + 1;
  const id = methodAt(text, path.slice(0, depth));
  const card = id === undefined ? undefined : cardIn(own, id);
  if (id === undefined || !card) return undefined;
  const part = path[depth];
  if (part === 'network' || part === 'training') {
    const general = path.length === depth + 1 ? undefined : ownValue(parsed.experiment?.[part], name);
    return general === undefined ? undefined : t("The experiment's own: {0}", code(general));
  }
  const scenario = parsed.experiment?.stream.scenario;
  const preset = valueAt(parsedText(text), [...path.slice(0, depth), 'preset']);
  const usual = ownValue(defaultsOfMethod(card, scenario, preset), name);
  // Without a scenario to tell which holds, all are said.
  const others = scenario === undefined ? scenarioDefaultsOf(card, name) : [];
  const said = defaultText(
    usual,
    ...others.map((other) => t('{0}-incremental {1}', other.scenario, code(other.value))),
  );
  const variant = parsed.experiment?.variants.find(({ entry }) => entry === lists[0]);
  const here = ownValue(variant?.methods.find(({ method }) => method === id)?.settings, name);
  const differs = said !== undefined && here !== undefined && JSON.stringify(here) !== JSON.stringify(usual);
  const values = differs ? `${said} · ${t('here: {0}', code(here))}` : said;
  // Of settings that the JSON schema has it shows the meaning itself.
  const meaning = isMethodId(id)
    ? undefined
    : (ownValue(card.settings.shape, name) as z.ZodType | undefined)?.description;
  return [meaning, values].filter(Boolean).join('\n\n') || undefined;
}

/** The name of the method of the entry at a path of the text, however faulty the rest is. */
function methodAt(text: string, path: readonly (string | number)[]): string | undefined {
  const method = ownValue(valueAt(parsedText(text), path), 'method');
  return typeof method === 'string' ? method : undefined;
}
