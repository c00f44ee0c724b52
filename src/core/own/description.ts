import * as z from 'zod';
import { everywhere, scenarios, type MethodCard, type ScenarioFit } from '../methods/card';
import { MOST_TASKS, networkOverrideSchema, trainingOverrideSchema } from '../recipe';
import { ownCodeSchema } from './ownCode';
import type { OwnFile, TaskCount } from './ownFiles';
import { settingFrom } from './settingSchema';

/** Characters of a description as JSON. */
export const LONGEST_DESCRIPTION = 256_000;

const reason = z.string().min(1).max(600);
const fit = z.discriminatedUnion('fit', [
  z.object({ fit: z.literal('defined') }),
  z.object({ fit: z.literal('task-aware only'), reason }),
  z.object({ fit: z.literal('undefined'), reason }),
]) satisfies z.ZodType<ScenarioFit>;

const paper = z.object({
  authors: z.string().max(300),
  title: z.string().max(300),
  venue: z.string().max(120),
  year: z.int(),
});

const everyCard = {
  title: z.string().min(1).max(60),
  summary: z.string().min(1).max(600),
  paper: paper.optional(),
};

/** What a network or a stream of the user's own says of itself, as data. */
export const partDataSchema = z.object(everyCard);
export type PartData = z.output<typeof partDataSchema>;

/** What a method of the user's own says of itself, as data: its card. */
export const cardDataSchema = z.object({
  ...everyCard,
  expect: z.string().max(1200).default(''),
  scenarios: z.object({ task: fit, domain: fit, class: fit }).default(everywhere),
  combines: z.boolean().default(true),
  prescribes: z
    .strictObject({ network: networkOverrideSchema.optional(), training: trainingOverrideSchema.optional() })
    .optional(),
  defaults: z.partialRecord(z.enum(scenarios), z.record(z.string(), z.unknown())).optional(),
});
export type CardData = z.output<typeof cardDataSchema>;

/** Name from the folder of the module → SHA-256, or `missing` where there was no such file. */
const watched = z.record(z.string(), z.string());

/** How many tasks a stream has with the settings that were asked for. */
const taskCount = z.union([
  z.object({ count: z.int().min(1).max(MOST_TASKS) }),
  z.object({ fault: z.string() }),
]) satisfies z.ZodType<TaskCount>;

const everyDescription = {
  watched,
  code: ownCodeSchema,
  /** JSON schema of its settings. */
  settings: z.record(z.string(), z.unknown()),
};

/**
 * What a small process found out about a file of the user's own. It holds as long as the files it looked at (`watched`)
 * are the same.
 */
export const descriptionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('method'), card: cardDataSchema, ...everyDescription }),
  z.object({ kind: z.literal('network'), card: partDataSchema, ...everyDescription }),
  z.object({ kind: z.literal('stream'), card: partDataSchema, tasks: taskCount, ...everyDescription }),
  z.object({ kind: z.literal('faulty'), watched, message: z.string() }),
]);
export type Description = z.output<typeof descriptionSchema>;

/** What the experiment file needs to know of a file, out of its description. */
export function ownFileFrom(path: string, description: Description): OwnFile {
  if (description.kind === 'faulty') return { kind: 'faulty', message: description.message };
  try {
    const { kind, code } = description;
    const settings = settingsFrom(description.settings);
    if (kind === 'method') return { kind, code, card: cardFrom(path, description.card, settings) };
    const card = { ...description.card, settings };
    return kind === 'stream' ? { kind, code, card, tasks: description.tasks } : { kind, code, card };
  } catch (error) {
    return { kind: 'faulty', message: `its settings cannot be described: ${String(error)}` };
  }
}

function cardFrom(path: string, { defaults, paper, prescribes, ...card }: CardData, settings: z.ZodObject): MethodCard {
  return {
    ...card,
    id: path,
    // Its content stands in the spec.
    revision: 0,
    settings,
    ...(paper && { paper }),
    ...(defaults && { defaults }),
    ...(prescribes && { prescribes: () => definedParts(prescribes) }),
  };
}

const definedParts = ({ network, training }: NonNullable<CardData['prescribes']>) => ({
  ...(network && { network }),
  ...(training && { training }),
});

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}

/** Each setting by itself: so it is an object whose keys are known, whatever rules there are for all of them. */
function settingsFrom({ properties = {}, required = [] }: ObjectSchema): z.ZodObject {
  const shape = Object.entries(properties).map(([name, property]) => {
    const setting = settingFrom(property);
    const isNeeded = required.includes(name) || setting instanceof z.ZodDefault;
    const { description = '' } = property as { readonly description?: string };
    return [name, (isNeeded ? setting : setting.optional()).describe(description)] as const;
  });
  return z.strictObject(Object.fromEntries(shape));
}
