/** The whole way of a default that differs by scenario, from the text of an experiment to the process that trains. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { documentTables } from '../scripts/documentTables';
import { schemaText } from '../scripts/make-schema';
import { scenarios, type MethodCard } from '../src/core/methods/card';
import type * as si from '../src/core/methods/si';
import { parseExperiment } from '../src/core/parse';
import { hoverText } from '../src/editor/hoverText';
import { completed, readManifest } from '../src/engine/runFile';
import { planRuns } from '../src/runs/plan';

// A toy in the place of SI, whose c and xi are 1 and 0.001 where its scenario has no others.
vi.mock('../src/core/methods/si', async (importOriginal) => {
  const original = await importOriginal<typeof si>();
  const toy: MethodCard<typeof si.siSettings> = {
    ...original.si,
    defaults: { task: { c: 0.1 }, domain: { c: 50, xi: 0.5 } },
    check: ({ c }: si.SiSettings) => (c === 50 ? [{ severity: 'warning', message: 'c is 50', setting: 'c' }] : []),
  };
  return { ...original, si: toy };
});

const folder = mkdtempSync(path.join(tmpdir(), 'lethe-scenario-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const textOf = (stream: object | undefined, ...methods: readonly object[]) =>
  JSON.stringify({ name: 'x', stream, seeds: 1, bounds: false, methods });

function experimentOf(stream: object | undefined, ...methods: readonly object[]) {
  const { experiment, problems } = parseExperiment(textOf(stream, ...methods));
  if (!experiment) throw new Error(problems[0]?.message);
  return experiment;
}

/** The runs that are planned. */
const plannedOf = (stream: object | undefined, ...methods: readonly object[]) =>
  planRuns(experimentOf(stream, ...methods), [], { backend: 'auto' }).create;

const plannedFor = (...args: Parameters<typeof plannedOf>) => {
  const [run] = plannedOf(...args);
  if (!run) throw new Error('nothing is planned');
  return run;
};

/** The settings of SI in a run that is planned. */
const settingsFor = (...args: Parameters<typeof plannedOf>) =>
  plannedFor(...args).spec.methods.find(({ method }) => method === 'si')?.settings;

function started(manifest: object) {
  writeFileSync(path.join(folder, 'run.json'), JSON.stringify(manifest));
  return completed(readManifest(folder));
}

const usual = { variant: 'zenke', c: 1, xi: 0.001, resetOptimizer: true };
const wanted = { task: { ...usual, c: 0.1 }, domain: { ...usual, c: 50, xi: 0.5 }, class: usual };

describe('a setting that is left out', () => {
  it.each(scenarios)('has the default of its scenario in run.json and when the run starts: %s', (scenario) => {
    const run = plannedFor({ scenario }, { method: 'si' });
    expect(run.spec.methods).toEqual([{ method: 'si', settings: wanted[scenario] }]);
    expect(run.variant.label).toBe('SI');
    const { manifest, warning } = started(run);
    expect(manifest.spec.methods).toEqual(run.spec.methods);
    expect(warning).toBeUndefined();
  });

  it('has that of the scenario that a stream has by itself', () => {
    expect(settingsFor(undefined, { method: 'si' })).toEqual(wanted.class);
    expect(settingsFor({ kind: 'permuted', scenario: 'domain' }, { method: 'si' })).toEqual(wanted.domain);
  });

  it('has it in a combination, beside settings that are given, and whatever a variant changes of its recipe', () => {
    const scenario = 'domain';
    const combined = [{ method: 'replay' }, { method: 'si' }];
    expect(settingsFor({ scenario }, combined)).toEqual(wanted.domain);
    expect(settingsFor({ scenario }, { method: 'si', c: 7 })).toEqual({ ...wanted.domain, c: 7 });
    const recipe = { network: { hidden: [5] }, training: { epochs: 2 } };
    expect(settingsFor({ scenario }, { method: 'si', ...recipe })).toEqual(wanted.domain);
  });

  it('is the same run as where that value is given, and another in another scenario', () => {
    const [first, second] = plannedOf({ scenario: 'task' }, { method: 'si' }, { method: 'si', c: 0.1 });
    expect(first?.variant.hash).toBe(second?.variant.hash);
    const [general] = plannedOf({ scenario: 'task' }, { method: 'si', c: 1 });
    expect(general?.variant.hash).not.toBe(first?.variant.hash);
  });

  it('is judged by its default', () => {
    expect(parseExperiment(textOf({ scenario: 'domain' }, { method: 'si' })).problems).toMatchObject([
      { severity: 'warning', message: 'c is 50', path: ['methods', 0, 'c'] },
    ]);
    expect(parseExperiment(textOf({ scenario: 'domain' }, { method: 'si', c: 1 })).problems).toEqual([]);
    expect(parseExperiment(textOf({ scenario: 'task' }, { method: 'si' })).problems).toEqual([]);
  });
});

describe('a setting that is given', () => {
  it('wins, and is in the label where it is not the default of the scenario', () => {
    const run = plannedFor({ scenario: 'task' }, { method: 'si', c: 1 });
    expect(run.spec.methods[0]?.settings).toEqual(usual);
    expect(run.variant.label).toBe('SI · c 1');
    expect(plannedFor({ scenario: 'task' }, { method: 'si', c: 0.1 }).variant.label).toBe('SI');
    expect(plannedFor({ scenario: 'class' }, { method: 'si', c: 0.1 }).variant.label).toBe('SI · c 0.1');
  });

  it('is refused where it is wrong, at its place, as ever', () => {
    const text = textOf({ scenario: 'task' }, { method: 'si', c: -1, xi: 1 });
    const [problem, ...more] = parseExperiment(text).problems;
    expect(more).toEqual([]);
    expect(text.slice(problem?.offset, (problem?.offset ?? 0) + (problem?.length ?? 0))).toBe('-1');
  });

  it('of run.json means the same whatever the card has become', () => {
    const run = plannedFor({ scenario: 'task' }, { method: 'si', c: 1 });
    expect(started(run).manifest.spec.methods).toEqual([{ method: 'si', settings: usual }]);
    const withoutXi = { ...plannedFor({ scenario: 'domain' }, { method: 'si' }) };
    const methods = [{ method: 'si', settings: { variant: 'zenke', c: 3, resetOptimizer: true } }];
    const { manifest, warning } = started({ ...withoutXi, spec: { ...withoutXi.spec, methods } });
    expect(manifest.spec.methods[0]?.settings).toEqual({ variant: 'zenke', c: 3, xi: 0.5, resetOptimizer: true });
    expect(warning).toBe('run.json does not have all settings; defaults are used for si.xi = 0.5.');
  });
});

it.each([5, 'clas', null])('a file whose scenario is not one (%j) is refused for that alone', (scenario) => {
  const { problems } = parseExperiment(textOf({ scenario }, { method: 'si' }));
  expect(problems.map(({ path: at }) => at)).toEqual([['stream', 'scenario']]);
});

describe('where defaults are shown', () => {
  const pointedAt = (text: string) => hoverText(text, text.indexOf('"c"') + 1, parseExperiment(text))?.markdown;

  it('pointing at a setting says that of the scenario, or all where there is no experiment', () => {
    const text = (scenario: string) => textOf({ scenario }, { method: 'si', c: 1 });
    expect(pointedAt(text('task'))).toBe('Default: `0.1` · here: `1`');
    expect(pointedAt(text('class'))).toBe('Default: `1`');
    expect(pointedAt(text('clas'))).toBe('Default: `1`; task-incremental `0.1`; domain-incremental `50`');
  });

  it('the tables of the documentation have all', () => {
    const { methods = '' } = documentTables();
    expect(methods).toContain('| `c` | number ≥ 0 | `1`; task-incremental `0.1`; domain-incremental `50` |');
    expect(methods).toContain('| `xi` | number > 0 | `0.001`; domain-incremental `0.5` |');
    expect(methods).toContain('| `resetOptimizer` | `true`, `false` | `true` |');
  });

  it('completion has all to choose', () => {
    interface Json {
      readonly properties: Readonly<Record<string, Json>>;
      readonly items: Json;
      readonly anyOf: readonly Json[];
      readonly const?: unknown;
      readonly default?: unknown;
      readonly defaultSnippets?: readonly { readonly body: unknown; readonly description: string }[];
      readonly definitions: Readonly<Record<string, Json>>;
      readonly $ref?: string;
    }
    const file = JSON.parse(schemaText()) as Json;
    // What is said in several places stands once.
    const meant = (part: Json | undefined): Json | undefined =>
      part?.$ref === undefined ? part : meant(file.definitions[part.$ref.replace('#/definitions/', '')]);
    const entries = (meant(file.properties['methods'])?.items.anyOf ?? []).flatMap((one) => {
      const entry = meant(one);
      return (entry?.anyOf ?? [entry]).map(meant);
    });
    const { properties = {} } = entries.find((entry) => meant(entry?.properties['method'])?.const === 'si') ?? {};
    const [c, resetOptimizer] = [meant(properties['c']), meant(properties['resetOptimizer'])];
    expect(c?.default).toBe(1);
    expect(c?.defaultSnippets).toMatchObject([
      { body: 0.1, description: expect.stringContaining('task-incremental') },
      { body: 50, description: expect.stringContaining('domain-incremental') },
    ]);
    expect(resetOptimizer?.defaultSnippets).toBeUndefined();
  });
});
