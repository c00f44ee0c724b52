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

  it('of the three scenarios makes a file for each', () => {
    const made = files.filter(([name]) => name.startsWith('scenarios'));
    expect(made.map(([, text]) => parseExperiment(text).experiment?.stream.scenario)).toEqual([
      'task',
      'domain',
      'class',
    ]);
  });
});
