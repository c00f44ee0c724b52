import { experimentJsonSchema } from '../src/core/experiment';
import { withChoiceMeanings } from './choiceMeanings';
import { scenarioDefaultsOf } from '../src/core/methods/defaults';
import { withSharedParts } from './sharedParts';
import { withSweeps } from './sweptSchema';
import { protocolIds, protocols } from '../src/core/protocols/index';
import { cardOf, cards, isMethodId, methodIds, type MethodCard } from '../src/core/methods/index';

/** Text of media/experiment.schema.json, which gives `*.lethe.json` files completion: `npm run schema` writes it. */
export const schemaText = (): string =>
  `${JSON.stringify({ ...withSharedParts(withChoiceMeanings(forCompletion(withSweeps(experimentJsonSchema()))) as Json), ...forVsCode }, undefined, 2)}\n`;

/** VS Code's own words of a schema: what Lethe reads gladly is no mistake in the editor. */
const forVsCode = { allowComments: true, allowTrailingCommas: true };

/**
 * What Lethe's own diagnostics say in plain words at its place, and the editor's JSON support would say a second time
 * in its own.
 */
const checkedByLethe = new Set([
  'additionalProperties',
  'required',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
]);

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The schema without those checks (an unfinished entry may then fit several methods), and with an entry to insert for each method. */
function forCompletion(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(forCompletion);
  if (!isObject(schema)) return schema;
  const kept = Object.entries(schema).filter(([key]) => !checkedByLethe.has(key));
  const plain = kept.map(([key, value]) => [key === 'oneOf' ? 'anyOf' : key, forCompletion(value)] as const);
  return { ...Object.fromEntries(plain), ...additions(Object.fromEntries(plain)) };
}

function additions({ type, const: only, enum: choices, properties }: Json): Json {
  if (Array.isArray(choices) && choices[0] === protocolIds[0])
    return { enumDescriptions: protocols.map(({ title, source }) => `${title}. ${source}.`) };
  if (isObject(properties) && isObject(properties['sweep'])) return { defaultSnippets: sweepSnippets };
  if (isObject(properties) && isObject(properties['program'])) return programAdditions(properties);
  if (typeof only === 'string' && isMethodId(only)) return { errorMessage: `One of: ${methodIds.join(', ')}.` };
  const method = isObject(properties) ? properties.method : undefined;
  const id = type === 'object' && isObject(method) ? method.const : undefined;
  if (typeof id !== 'string' || !isMethodId(id)) return {};
  const { title, summary } = cards[id];
  return {
    properties: withScenarioDefaults(cardOf(id), properties as Json),
    defaultSnippets: [{ label: title, description: summary, body: { method: id } }],
  };
}

/** The two forms of a sweep, to insert in the place of a number. */
const sweepSnippets = [
  { label: 'sweep: values', description: 'A variant for each value of a list.', body: { sweep: ['^$1', '^$2'] } },
  {
    label: 'sweep: from … to …',
    description: 'A variant for each of so many values between two ends.',
    body: { sweep: { from: '^$1', to: '^$2', steps: '^${3:5}', scale: 'log' } },
  },
];

/** An entry that names a program, to insert, and an example for each of its keys. */
const programAdditions = (properties: Json): Json => ({
  properties: Object.fromEntries(
    Object.entries(properties).map(([name, key]) => {
      const example = programExamples[name];
      if (example === undefined) return [name, key];
      // Beside a default the editor would not know which of the two to insert.
      const { default: _default, ...rest } = key as Json;
      return [name, { ...rest, defaultSnippets: [example] }];
    }),
  ),
  defaultSnippets: [
    {
      label: 'A program',
      description: 'A program of your own, in any language, beside the methods.',
      body: {
        program: ['${1:python}', '${2:train.py}'],
        label: '${3:My program}',
        settings: { '${4:lr}': '^${5:0.1}' },
      },
    },
  ],
});

const programExamples: Readonly<Record<string, Json>> = {
  program: {
    label: '["python", "train.py"]',
    description: 'A command and its arguments, each a text of its own.',
    body: ['${1:python}', '${2:train.py}'],
  },
  settings: {
    label: '{ "lr": 0.1 }',
    description: 'What the program is told, by names of its own.',
    body: { '${1:lr}': '^${2:0.1}' },
  },
  files: { label: '["model.py"]', description: 'Another file of the program.', body: ['${1:model.py}'] },
  device: { label: '"gpu"', description: 'One program at a time is given it.', body: '${1:gpu}' },
  batches: { label: 'true', description: 'The program is given the order of batches too.', body: true },
  implements: { label: '"ewc"', description: 'A variant of this file that it implements too.', body: '${1:ewc}' },
};

/** The settings of a method, with the defaults of some scenarios to choose from, and what its presets stand for. */
const withScenarioDefaults = (card: MethodCard, settings: Json): Json =>
  Object.fromEntries(
    Object.entries(settings).map(([name, setting]) => [
      name,
      name === 'preset' ? presetOf(card, setting as Json) : settingOf(card, name, setting as Json),
    ]),
  );

/** The names of presets, each with the settings that it stands for. */
function presetOf({ presets }: MethodCard, setting: Json): Json {
  const said = (values: object) =>
    Object.entries(values)
      .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
      .join(', ');
  const names = Array.isArray(setting['enum']) ? (setting['enum'] as string[]) : [];
  return { ...setting, enumDescriptions: names.map((name) => said(presets?.[name] ?? {})) };
}

function settingOf(card: MethodCard, name: string, setting: Json): Json {
  const others = scenarioDefaultsOf(card, name);
  if (others.length === 0) return setting;
  return {
    ...setting,
    defaultSnippets: others.map(({ scenario, value }) => ({
      label: JSON.stringify(value),
      description: `The default in ${scenario}-incremental learning.`,
      body: value,
    })),
  };
}
