import * as z from 'zod';
import { cardDataSchema, type CardData } from '../../core/own/description';
import { boundaryText, scenarios, type Place } from '../../core/methods/card';
import { commonEntryKeys } from '../../core/experiment';
import type { MethodDefinition } from './define';
import { OwnError } from './ownError';
import { placeOfFunction } from './places';

/** A method of the user's own, looked through: its card as data, and what is made of it. */
export interface OwnMethodModule {
  readonly card: CardData;
  readonly settings: z.ZodObject;
  readonly definition: MethodDefinition;
  /** For what has no place of its own. */
  readonly place: string;
}

/** What a file exports as a method. @throws OwnError that says what is wrong with it */
export function methodIn(exports: Readonly<Record<string, unknown>>, entry: string): OwnMethodModule {
  const definition = exports['default'] as MethodDefinition | undefined;
  if (typeof definition !== 'object' || (definition as object | null) === null)
    throw new OwnError(
      `${entry}: A method is what the file exports as its default: export default defineMethod({ … }).`,
    );
  const place = placeOfFunction('create', definition.create) ?? entry;
  const refuse = (what: string): never => {
    throw new OwnError(`${place}: ${what}`);
  };
  if (typeof definition.create !== 'function')
    refuse('The method needs "create": a function from its settings to its parts.');
  const settings = settingsOf(definition, refuse);
  const { title, summary, expect, paper, scenarios: fits, combines, defaults } = definition;
  const parsed = cardDataSchema.safeParse({ title, summary, expect, paper, scenarios: fits, combines, defaults });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(`"${issue?.path.join('.')}" of the method is not as it has to be: ${issue?.message}.`);
  }
  requireDefaults(settings, parsed.data, refuse);
  return { card: parsed.data, settings, definition, place };
}

function settingsOf({ settings }: MethodDefinition, refuse: (what: string) => never): z.ZodObject {
  if (settings === undefined) return z.strictObject({});
  if (!(settings instanceof z.ZodObject))
    return refuse('"settings" has to be z.object({ … }), of the z that "lethe" exports.');
  const common = Object.keys(settings.shape).find((name) => commonEntryKeys.includes(name));
  if (common !== undefined) refuse(`A setting cannot be called "${common}": every entry of "methods" has one.`);
  return settings.strict();
}

/** An entry without any setting must be possible to plan, and the defaults of each scenario must be allowed. */
function requireDefaults(settings: z.ZodObject, { defaults = {} }: CardData, refuse: (what: string) => never): void {
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
