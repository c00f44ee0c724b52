import type { Scenario } from '../core/methods/card';
import { t } from '../workspace/text';

/**
 * A new experiment to start from. `text` is a whole experiment file with `{{name}}` where its name goes; its comments say
 * what to press and what to try next.
 */
export interface Template {
  readonly id: string;
  readonly title: () => string;
  readonly detail: () => string;
  readonly text: () => string;
  /** Makes a file for each; `{{scenario}}` and `{{id}}` in the text say which. */
  readonly scenarios?: readonly Scenario[];
}

const stream = (own: string) => `  "name": "{{name}}",
  "stream": { "dataset": "mnist", ${own} },
`;
const splitStream = (scenario: string) => stream(`"kind": "split", "tasks": 5, "scenario": "${scenario}"`);
const training = (own: string) => `  "network": { "kind": "mlp", "hidden": [100, 100] },
  "training": { "optimizer": "adam", "learningRate": 0.001, ${own} },
${moreSeeds()}  "seeds": 3,
`;
const onePass = () => training('"batchSize": 128, "epochs": 1');

const comment = (text: string, indent = 2) => `${' '.repeat(indent)}// ${text}\n`;

const howToStart = () =>
  comment(t('Press Run all above "methods", or Run above one of them: the dashboard opens beside this file.'));

const howToRead = () =>
  comment(t('All else has a default. Point at a word to read about it; Ctrl+Space lists what can stand somewhere.'));

const moreSeeds = () => comment(t('To try next: more seeds make intervals narrower. Papers have 5 to 20.'));

/** In the list of methods, below the last one. */
const anotherMethod = (entry: string) => comment(t('To try next: another method beside it, such as {0}', entry), 4);

const severalValues = (setting: string) =>
  comment(t('To try next: several values of a setting, each a row of its own: {0}', setting), 4);

export const templates: readonly Template[] = [
  {
    id: 'six-methods',
    title: () => t('Split MNIST, six methods'),
    detail: () => t('Class-incremental: none, joint, EWC, PackNet, replay and sleep side by side'),
    text: () => `{
${howToStart()}
  // Ten digits as five tasks of two; at test time nobody says which task an image belongs to.
${splitStream('class')}${onePass()}  "methods": [
    { "method": "none" },
    { "method": "joint" },
    { "method": "ewc" },
    { "method": "packnet", "prune": 0.75 },
    { "method": "replay", "perClass": 100 },
    { "method": "sleep" }
${severalValues('"perClass": { "sweep": [10, 100, 1000] }')}  ]
}
`,
  },
  {
    id: 'scenarios',
    title: () => t('Three scenarios'),
    detail: () =>
      t('The same stream as task-, domain- and class-incremental learning: three files, to see how much that matters'),
    scenarios: ['task', 'domain', 'class'],
    text: () => `{
${howToStart()}
  // {{scenario}}
${splitStream('{{id}}')}${onePass()}  "methods": [
    { "method": "ewc" },
    { "method": "replay", "perClass": 100 }
${severalValues('"lambda": { "sweep": { "from": 1, "to": 1e8, "steps": 5, "scale": "log" } }')}  ]
}
`,
  },
  {
    id: 'permuted',
    title: () => t('Permuted MNIST'),
    detail: () => t('Ten tasks of all ten digits, the pixels in another order in each: EWC, SI, replay and A-GEM'),
    text: () => `{
${howToStart()}
  // Domain-incremental: one set of ten outputs, and at test time nobody says how the pixels are ordered.
${stream('"kind": "permuted", "tasks": 10, "scenario": "domain"')}${training('"batchSize": 64, "epochs": 2, "samplesPerTask": 6000')}  "methods": [
    { "method": "ewc", "lambda": 3, "samples": 1000 },
    { "method": "si", "c": 0.1, "xi": 0.1, "resetOptimizer": false },
    { "method": "replay", "perClass": 10 },
    { "method": "agem", "perClass": 10 }
${severalValues('"c": { "sweep": [0.01, 0.1, 1] }')}  ]
}
`,
  },
  {
    id: 'minimal',
    title: () => t('Minimal'),
    detail: () => t('One method, every other setting at its default'),
    text: () => `{
${howToStart()}${howToRead()}
  "name": "{{name}}",
${moreSeeds()}  "seeds": 3,
  "methods": [
    { "method": "replay", "perClass": 100 }
${anotherMethod('{ "method": "ewc" }')}${severalValues('"perClass": { "sweep": [10, 100, 1000] }')}  ]
}
`,
  },
  {
    id: 'sleep',
    title: () => t('Sleep consolidation, as published'),
    detail: () => t('Sleep replay consolidation on Split MNIST with the wake network and constants of its paper'),
    text: () => `{
${howToStart()}
${splitStream('class')}  // The wake network of Tadros et al. (2022), for every method, so that the comparison is fair.
  "network": {
    "kind": "mlp",
    "hidden": [1200, 1200],
    "bias": false,
    "dropout": 0.25,
    "output": "relu",
    "init": 0.01
  },
  "training": {
    "optimizer": "sgd",
    "learningRate": 0.1,
    "momentum": 0.5,
    "batchSize": 100,
    "epochs": 2,
    "samplesPerTask": 5000
  },
  "seeds": 5,
  "methods": [
    { "method": "sleep" }
${anotherMethod('{ "method": "replay", "perClass": 10 }')}  ]
}
`,
  },
];

const said: Readonly<Record<Scenario, string>> = {
  task: 'Task-incremental: at test time it is known which task an image belongs to.',
  domain:
    'Domain-incremental: each task is the same two-class problem on other digits; which one is not known at test time.',
  class: 'Class-incremental: at test time the network must tell all ten digits apart.',
};

/** The files a template makes: what goes between the chosen name and the suffix, and the whole text. */
export function fillTemplate(
  { text, scenarios }: Template,
  name: string,
): { readonly ending: string; readonly text: string }[] {
  const named = (title: string) => text().replace('"{{name}}"', () => JSON.stringify(title));
  if (!scenarios) return [{ ending: '', text: named(name) }];
  return scenarios.map((scenario) => ({
    ending: `-${scenario}`,
    text: named(`${name}, ${scenario}-incremental`).replace('{{scenario}}', said[scenario]).replace('{{id}}', scenario),
  }));
}
