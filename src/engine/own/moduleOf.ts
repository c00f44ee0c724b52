import * as z from 'zod';
import { cardDataSchema, partDataSchema, type CardData, type PartData } from '../../core/own/description';
import type { OwnKind } from '../../core/own/ownFiles';
import { boundaryText, scenarios, type Place } from '../../core/methods/card';
import { commonEntryKeys } from '../../core/experiment';
import { didYouMean } from '../../core/explain';
import { MOST_TASKS, ownNetworkKeys } from '../../core/recipe';
import { ownStreamKeys } from '../../core/stream';
import {
  kindOf,
  type MethodDefinition,
  type NetworkDefinition,
  type OwnDefinition,
  type StreamDefinition,
  type TaskNames,
} from './define';
import { OwnError } from './ownError';
import { completedSettings } from './settings';
import { placeOfFunction } from './places';
import { throwingErrors } from './throwingErrors';

interface EveryModule {
  readonly settings: z.ZodObject;
  /** For what has no place of its own. */
  readonly place: string;
}

/** A method of the user's own, looked through: its card as data, and what is made of it. */
export interface OwnMethodModule extends EveryModule {
  readonly kind: 'method';
  readonly card: CardData;
  readonly definition: MethodDefinition;
}

/** A network of the user's own, likewise. */
export interface OwnNetworkModule extends EveryModule {
  readonly kind: 'network';
  readonly card: PartData;
  readonly definition: NetworkDefinition;
}

/** A stream of the user's own, likewise. */
export interface OwnStreamModule extends EveryModule {
  readonly kind: 'stream';
  readonly card: PartData;
  readonly definition: StreamDefinition;
}

export type OwnModule = OwnMethodModule | OwnNetworkModule | OwnStreamModule;

type Refuse = (what: string) => never;

/** Of each kind: how it is defined, what `create` makes, and what no setting of it is called, and why. */
const kinds = {
  method: {
    define: 'defineMethod',
    keys: [
      'title',
      'summary',
      'expect',
      'paper',
      'settings',
      'defaults',
      'scenarios',
      'combines',
      'prescribes',
      'check',
      'needsBoundary',
      'create',
    ] satisfies (keyof MethodDefinition)[],
    made: 'its parts',
    taken: commonEntryKeys,
    why: 'every entry of "methods" has one',
  },
  network: {
    define: 'defineNetwork',
    keys: ['title', 'summary', 'paper', 'settings', 'create'] satisfies (keyof NetworkDefinition)[],
    made: 'its parameters and "forward"',
    taken: ownNetworkKeys,
    why: 'every network has one',
  },
  stream: {
    define: 'defineStream',
    keys: ['title', 'summary', 'paper', 'settings', 'tasks', 'create'] satisfies (keyof StreamDefinition)[],
    made: 'its tasks',
    taken: ownStreamKeys,
    why: 'every stream has one',
  },
} as const satisfies Record<OwnKind, object>;

/** What a file exports as its default. @throws OwnError that says what is wrong with it */
export function moduleIn(exports: Readonly<Record<string, unknown>>, entry: string): OwnModule {
  const definition = exports['default'] as OwnDefinition | undefined;
  if (typeof definition !== 'object' || (definition as object | null) === null)
    throw new OwnError(
      `${entry}: A method is what the file exports as its default: export default defineMethod({ … }). So is a network, of defineNetwork, and a stream, of defineStream.`,
    );
  const kind = kindOf(definition);
  const place = placeOfFunction('create', definition.create) ?? entry;
  const refuse: Refuse = (what) => {
    throw new OwnError(`${place}: ${what}`);
  };
  if (typeof definition.create !== 'function')
    refuse(`The ${kind} needs "create": a function from its settings to ${kinds[kind].made}.`);
  requireKeys(kind, definition, entry);
  const settings = settingsOf(kind, definition, refuse);
  switch (kind) {
    case 'method':
      return { kind, ...methodOf(definition as MethodDefinition, settings, refuse), settings, place };
    case 'network':
      return {
        kind,
        card: partOf(definition, kind, refuse),
        definition: definition as NetworkDefinition,
        settings,
        place,
      };
    case 'stream':
      return {
        kind,
        card: partOf(definition, kind, refuse),
        definition: definition as StreamDefinition,
        settings,
        place,
      };
  }
}

/** @throws OwnError where the file is something else */
export function ofKind<Kind extends OwnKind>(
  module: OwnModule,
  kind: Kind,
): Extract<OwnModule, { readonly kind: Kind }> {
  if (module.kind !== kind)
    throw new OwnError(
      `${module.place}: This file is a ${module.kind}, and a ${kind} (${kinds[kind].define}) is needed.`,
    );
  return module as Extract<OwnModule, { readonly kind: Kind }>;
}

function requireKeys(kind: OwnKind, definition: OwnDefinition, entry: string): void {
  const { keys, define }: { readonly keys: readonly string[]; readonly define: string } = kinds[kind];
  for (const [name, value] of Object.entries(definition)) {
    if (keys.includes(name)) continue;
    const place = placeOfFunction(name, value) ?? placeOfFunction('create', definition.create) ?? entry;
    throw new OwnError(
      `${place}: ${define} knows no "${name}".${didYouMean(name, keys)} It may be given: ${keys.join(', ')}.`,
    );
  }
}

function methodOf(definition: MethodDefinition, settings: z.ZodObject, refuse: Refuse) {
  const { title, summary, expect, paper, scenarios: fits, combines, defaults, prescribes } = definition;
  const given = { title, summary, expect, paper, scenarios: fits, combines, defaults, prescribes };
  const card = parsed(cardDataSchema, given, 'method', refuse);
  requireDefaults(settings, card, refuse);
  return { card, definition };
}

const partOf = ({ title, summary, paper }: OwnDefinition, kind: OwnKind, refuse: Refuse): PartData =>
  parsed(partDataSchema, { title, summary, paper }, kind, refuse);

/**
 * How many tasks a stream has with some settings, and their names where it says them.
 *
 * @param given settings that differ from the defaults. @throws OwnError with the line
 */
export function tasksOfStream({ definition, settings, place }: OwnStreamModule, given: object): TaskNames {
  const known = completedSettings(settings, given);
  const { tasks = known['tasks'] as TaskNames | undefined } = definition;
  const at = placeOfFunction('tasks', tasks) ?? place;
  const fail = (what: string): never => {
    throw new OwnError(`${at}: ${what}`);
  };
  if (tasks === undefined)
    return fail(
      'The stream needs "tasks": a number, names, or a function from its settings to one of these. Or a setting called "tasks".',
    );
  const found =
    typeof tasks === 'function'
      ? throwingErrors(tasks as (asked: unknown) => TaskNames, () => `${at}: "tasks"`)(known)
      : tasks;
  const areNames = Array.isArray(found) && found.every((name) => typeof name === 'string');
  const count = areNames ? found.length : found;
  if (!Number.isInteger(count) || Number(count) < 1 || Number(count) > MOST_TASKS)
    fail(`"tasks" has to give a number from 1 to ${MOST_TASKS}, or names.`);
  const setting = known['tasks'];
  if (setting !== undefined && setting !== count)
    fail(
      `The setting "tasks" has to be the number of tasks. It is ${JSON.stringify(setting)}, and there are ${String(count)}.`,
    );
  return found;
}

function parsed<T>(schema: z.ZodType<T>, given: object, kind: OwnKind, refuse: Refuse): T {
  const found = schema.safeParse(given);
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  return refuse(`"${issue?.path.join('.')}" of the ${kind} is not as it has to be: ${issue?.message}.`);
}

function settingsOf(kind: OwnKind, { settings }: OwnDefinition, refuse: Refuse): z.ZodObject {
  if (settings === undefined) return z.strictObject({});
  if (!(settings instanceof z.ZodObject))
    return refuse('"settings" has to be z.object({ … }), of the z that "lethe" exports.');
  const { taken, why } = kinds[kind];
  const common = Object.keys(settings.shape).find((name) => taken.includes(name));
  if (common !== undefined) refuse(`A setting cannot be called "${common}": ${why}.`);
  return settings.strict();
}

/** An entry without any setting must be possible to plan, and the defaults of each scenario must be allowed. */
function requireDefaults(settings: z.ZodObject, { defaults = {} }: CardData, refuse: Refuse): void {
  for (const scenario of scenarios) {
    const own = defaults[scenario];
    const names = own === undefined ? [] : Object.keys(own);
    const unknown = names.find((name) => !Object.hasOwn(settings.shape, name));
    if (unknown !== undefined) refuse(`"defaults.${scenario}" names a setting that there is none of: "${unknown}".`);
  }
}

/** @throws OwnError where the method needs to know where tasks end, and the stream is blurry */
export function requireBoundaries({ definition, place }: OwnMethodModule, settings: unknown): void {
  const [need] = definition.needsBoundary?.(settings as never) ?? [];
  if (need)
    throw new OwnError(`${placeOfFunction('needsBoundary', definition.needsBoundary) ?? place}: ${boundaryText(need)}`);
}

/** What the method's own rules say of a run. @throws OwnError for an error. @returns warnings */
export function askRules({ definition, place }: OwnMethodModule, settings: unknown, at: Place): string[] {
  const found = definition.check?.(settings as never, at) ?? [];
  const fault = found.find(({ severity }) => severity === 'error');
  if (fault) throw new OwnError(`${placeOfFunction('check', definition.check) ?? place}: ${fault.message}`);
  return found.map(({ message }) => message);
}
