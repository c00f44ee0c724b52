import { getLocation, parse } from 'jsonc-parser';
import { experimentSchema, streamSchema } from '../core/experiment';
import { cardOf, isMethodId, type MethodCard } from '../core/methods/index';
import { scenarios, type ScenarioFit } from '../core/methods/card';
import type { ParsedExperiment } from '../core/parse';
import { evaluationSchema, networkSchema, trainingSchema, type NetworkKind } from '../core/recipe';
import { t } from '../workspace/text';

/** Markdown for a place of an experiment file, and the span of text it is about. */
export interface HoverText {
  readonly markdown: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * What the editor's JSON support does not say when pointing at a place: the method's card, and a setting's default and
 * present value. (Descriptions come from the JSON schema.)
 */
export function hoverText(text: string, offset: number, parsed: ParsedExperiment): HoverText | undefined {
  const { path, previousNode: node } = getLocation(text, offset);
  if (!node || offset > node.offset + node.length) return undefined;
  const keys = path.filter((key) => typeof key === 'string');
  const markdown = keys.at(-1) === 'method' ? methodText(text, path) : settingText(text, path, parsed);
  return markdown === undefined ? undefined : { markdown, offset: node.offset, length: node.length };
}

const code = (value: unknown) => `\`${value === undefined ? '–' : JSON.stringify(value)}\``;

function methodText(text: string, path: readonly (string | number)[]): string | undefined {
  const id = methodAt(text, path.slice(0, -1));
  return id === undefined || !isMethodId(id) ? undefined : cardText(cardOf(id));
}

/** The card of a method: what it is, what to expect, where it is defined, what it brings along. */
export function cardText(card: MethodCard): string {
  const { paper, prescribes } = card;
  const cited = paper && `${paper.authors} (${paper.year}). *${paper.title}.* ${paper.venue}.`;
  const prescribed = Object.entries({ ...prescribes?.network, ...prescribes?.training }).map(
    ([key, value]) => `${key} ${code(value)}`,
  );
  return [
    `**${card.title}**${card.bound ? ` (${card.bound === 'lower' ? t('lower bound') : t('upper bound')})` : ''}`,
    card.summary,
    card.expect,
    scenarios
      .map((scenario) => `- ${t('{0}-incremental: {1}', scenario, fitText(card.scenarios[scenario]))}`)
      .join('\n'),
    ...(prescribed.length > 0 ? [t('Brings its own recipe: {0}.', prescribed.join(', '))] : []),
    ...(cited ? [cited] : []),
  ].join('\n\n');
}

function fitText(fit: ScenarioFit): string {
  if (fit.fit === 'defined') return t('defined');
  return `${fit.fit === 'undefined' ? t('not defined') : t('task-aware only')}. ${fit.reason}`;
}

const sections: Readonly<Record<string, { parse(value: object): object }>> = {
  stream: streamSchema,
  network: networkSchema,
  training: trainingSchema,
  evaluation: evaluationSchema,
};

function settingText(text: string, path: readonly (string | number)[], parsed: ParsedExperiment): string | undefined {
  const [first] = path;
  const name = path.filter((key) => typeof key === 'string').at(-1);
  if (name === undefined) return undefined;
  if (first === 'methods') return entrySettingText(text, path, name, parsed);
  if (path.length === 1) {
    const fallback = { seeds: experimentSchema.shape.seeds.parse(undefined), bounds: true }[name];
    return fallback === undefined ? undefined : defaultText(fallback);
  }
  const section = typeof first === 'string' ? sections[first] : undefined;
  return section && sectionDefault(section, name, first === 'network' ? networkKind(text) : {});
}

/** What a default of the network depends on. */
function networkKind(text: string): { kind?: NetworkKind } {
  const { network } = (parse(text, [], { allowTrailingComma: true }) ?? {}) as { network?: { kind?: unknown } | null };
  return network?.kind === 'cnn' ? { kind: 'cnn' } : {};
}

function sectionDefault(section: { parse(value: object): object }, name: string, given: object): string | undefined {
  const defaults = section.parse(given) as Record<string, unknown>;
  return defaults[name] === undefined ? undefined : defaultText(defaults[name]);
}

const defaultText = (value: unknown) => t('Default: {0}', code(value));

function entrySettingText(
  text: string,
  path: readonly (string | number)[],
  name: string,
  parsed: ParsedExperiment,
): string | undefined {
  const lists = path.filter((key) => typeof key === 'number');
  const depth =
    path.findLastIndex(
      (key, i) => typeof key === 'number' && path.slice(0, i).every((k, j) => j === 0 || typeof k === 'number'),
    ) + 1;
  const id = methodAt(text, path.slice(0, depth));
  if (id === undefined || !isMethodId(id)) return undefined;
  const part = path[depth];
  if (part === 'network' || part === 'training') {
    const own = parsed.experiment?.[part] as Record<string, unknown> | undefined;
    if (path.length === depth + 1 || own?.[name] === undefined) return undefined;
    return t("The experiment's own: {0}", code(own[name]));
  }
  const defaults = cardOf(id).settings.parse({});
  if (defaults[name] === undefined) return undefined;
  const variant = parsed.experiment?.variants.find(({ entry }) => entry === lists[0]);
  const here = variant?.methods.find(({ method }) => method === id)?.settings[name];
  const differs = here !== undefined && JSON.stringify(here) !== JSON.stringify(defaults[name]);
  return differs ? `${defaultText(defaults[name])} · ${t('here: {0}', code(here))}` : defaultText(defaults[name]);
}

/** The name of the method of the entry at a path of the text, however faulty the rest is. */
function methodAt(text: string, path: readonly (string | number)[]): string | undefined {
  let value: unknown = parse(text, [], { allowTrailingComma: true });
  for (const key of path) value = (value as Record<string | number, unknown> | null | undefined)?.[key];
  const method = (value as { method?: unknown } | null | undefined)?.method;
  return typeof method === 'string' ? method : undefined;
}
