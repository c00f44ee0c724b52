import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../core/parse';
import { fillTemplate, templates } from './templates';

describe('every template', () => {
  const files = templates.flatMap((template) =>
    fillTemplate(template, 'A "quoted" $& name').map((file) => [template.id + file.ending, file.text] as const),
  );

  it.each(files)('%s is an experiment without errors, named as asked', (_name, text) => {
    const { experiment, problems } = parseExperiment(text);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(experiment?.name).toMatch(/^A "quoted" \$& name/);
    expect(text).not.toContain('{{');
  });

  it.each(files)('%s says what to press, and what it says to try next can be run', (_name, text) => {
    expect(text).toContain('// Press Run all');
    const entries = [...text.matchAll(/\/\/ To try next: another method beside it, such as (.*)$/gm)].map(
      ([, entry]) => entry,
    );
    const settings = [...text.matchAll(/\/\/ To try next: several values.*?: (.*)$/gm)].map(([, setting]) => setting);
    const { experiment } = parseExperiment(text);
    const swept = settings.map((setting = '') => {
      const [, name = ''] = /"(\w+)"/.exec(setting) ?? [];
      const method = experiment?.variants.flatMap(({ methods }) => methods).find(({ settings }) => name in settings);
      return `{ "method": "${method?.method}", ${setting} }`;
    });
    const tried = [...entries, ...swept];
    expect(tried.length).toBeGreaterThan(0);
    expect(parseExperiment(`{ "name": "x", "methods": [${tried.join(',')}] }`).problems).toEqual([]);
  });

  it('of the three scenarios makes a file for each', () => {
    const made = files.filter(([name]) => name.startsWith('scenarios'));
    expect(made.map(([, text]) => parseExperiment(text).experiment?.stream.scenario)).toEqual([
      'task',
      'domain',
      'class',
    ]);
  });
});
