import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pageOf, sectionNames, withSections } from '../bench/document.mjs';
import { tables as landscapeTables } from '../bench/sections/landscape.mjs';
import { stepTables } from '../bench/stepTimes.mjs';
import { median, number, ratio, spread, table } from '../bench/tables.mjs';

const pageFor = (name) => readFileSync(new URL(`../docs/${pageOf(name)}`, import.meta.url), 'utf8');

describe('the page of benchmarks', () => {
  it('has a place for every section, and every section a file', () => {
    for (const name of sectionNames) {
      expect(existsSync(new URL(`../bench/sections/${name}.mjs`, import.meta.url)), name).toBe(true);
      expect(withSections(pageFor(name), { [name]: 'new numbers' })).toMatch(
        new RegExp(`<!-- bench:${name} -->\n\nnew numbers\n\n<!-- /bench -->`),
      );
    }
  });

  it('keeps everything else, and the numbers of sections that were not measured', () => {
    const text = 'a\n<!-- bench:one -->\nold\n<!-- /bench -->\nb\n<!-- bench:two -->\nkept\n<!-- /bench -->\n';
    expect(withSections(text, { one: 'costs $& and $1' })).toBe(
      'a\n<!-- bench:one -->\n\ncosts $& and $1\n\n<!-- /bench -->\nb\n<!-- bench:two -->\nkept\n<!-- /bench -->\n',
    );
  });

  it('refuses a section that it has no place for', () => {
    expect(() => withSections('nothing here', { steps: '' })).toThrow('no place for "steps"');
  });
});

describe('numbers of benchmarks', () => {
  it('have three digits, and no more behind the point than can be trusted', () => {
    expect([123.4, 12.34, 1.234, 0.1234, 0.012345, 0.00001, 0].map(number)).toEqual([
      '123',
      '12.3',
      '1.23',
      '0.123',
      '0.012',
      '0',
      '0',
    ]);
  });

  it('are shown as minimum and median, and compared by their minima', () => {
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(spread([3, 1, 2])).toBe('1.00 (2.00)');
    expect(spread(undefined)).toBe('–');
    expect(ratio([3, 6], [2, 1])).toBe('3.00×');
    expect(ratio([3], undefined)).toBe('–');
  });

  it('of a landscape stand beside its budget', () => {
    const times = { samples: 250, budget: { first: 3 }, first: [2.5, 2.8, 2.6], whole: [20], cpu: [] };
    expect(landscapeTables([times])).toMatch(/\| 250 +\| 2\.50 \(2\.60\), at most 3\.00 \| 20\.0 +\| – +\|/);
  });

  it('stand in padded Markdown tables', () => {
    expect(table(['a', 'long'], [['wider', '1']])).toBe('| a     | long |\n| ----- | ---- |\n| wider | 1    |');
  });
});

describe('tables of steps', () => {
  const own = { compiled: [2, 4], 1: [3, 6] };

  it('have a column of avalanche-lib where a case has it, and – where it has no such strategy', () => {
    const results = [
      { name: 'SI', times: { ...own, peer: [5, 7] } },
      { name: 'OGD', times: own },
    ];
    const text = stepTables(results, ['compiled']).replaceAll(/ +/g, ' ');
    const head = '| step | Lethe native | PyTorch | PyTorch tuned | PyTorch, 2 threads | avalanche-lib |';
    expect(text).toContain(head);
    expect(text).toContain('| SI | 2.00 (3.00) | 3.00 (4.50) | – | – | 5.00 (6.00) |');
    expect(text).toContain('| OGD | 2.00 (3.00) | 3.00 (4.50) | – | – | – |');
    expect(text).toContain('| SI | 1.50× | – | – | 2.50× |');
    expect(text).toContain('| OGD | 1.50× | – | – | – |');
  });

  it('have none where no case has it', () => {
    expect(stepTables([{ name: 'SI', times: own }], ['compiled'])).not.toContain('avalanche-lib');
  });
});
