import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { everywhere } from '../core/methods/card';
import { shippedCatalogue } from '../core/catalogue';
import type { OwnFile, OwnFiles } from '../core/own/ownFiles';
import { parseExperiment } from '../core/parse';
import { hoverText } from './hoverText';
import { ownPathAt, ownCompletions } from './ownCompletions';

const own: OwnFiles = new Map<string, OwnFile>([
  [
    './mine.ts',
    {
      kind: 'method',
      code: { entry: 'mine.ts', files: { 'mine.ts': 'a'.repeat(64) } },
      card: {
        ...{ id: './mine.ts', title: 'My idea', revision: 0, summary: 'It helps.', expect: '' },
        settings: z.strictObject({
          strength: z.number().default(2).describe('How strong.'),
          size: z.int().optional(),
          rule: z.enum(['changed', 'loss']).optional().describe('Which ones.'),
          both: z.boolean().default(false),
          width: z.union([z.number(), z.literal(['auto', 5])]).optional(),
        }),
        ...{ scenarios: everywhere, combines: true },
      },
    },
  ],
  [
    './net.ts',
    {
      kind: 'network',
      code: { entry: 'net.ts', files: { 'net.ts': 'b'.repeat(64) } },
      card: {
        ...{ title: 'My network', summary: 'It is wide.' },
        settings: z.strictObject({ width: z.int().min(1).default(100).describe('How wide.') }),
      },
    },
  ],
  [
    './stream.ts',
    {
      kind: 'stream',
      code: { entry: 'stream.ts', files: { 'stream.ts': 'c'.repeat(64) } },
      card: {
        ...{ title: 'My stream', summary: 'It is uneven.' },
        settings: z.strictObject({ share: z.number().default(0.5).describe('How many.') }),
      },
      tasks: { count: 3 },
    },
  ],
]);

/** The text with its place at `|`. */
function at(marked: string) {
  const offset = marked.indexOf('|');
  return { text: marked.replace('|', ''), offset };
}
const completionsAt = (marked: string, files = own) => {
  const { text, offset } = at(marked);
  return ownCompletions(text, offset, files);
};
const inserted = (marked: string) => {
  const { text } = at(marked);
  return completionsAt(marked).map(
    ({ insert, offset, length }) => text.slice(0, offset) + insert + text.slice(offset + length),
  );
};

describe('completion in an entry of a method of the user’s own', () => {
  it('has its settings that are not there yet, with their defaults and descriptions', () => {
    const found = completionsAt('{ "methods": [ { "method": "./mine.ts", "|" } ] }');
    expect(found.map(({ label, documentation }) => [label, documentation])).toEqual([
      ['strength', 'How strong.'],
      ['size', ''],
      ['rule', 'Which ones.'],
      ['both', ''],
      ['width', ''],
    ]);
    expect(inserted('{ "methods": [ { "method": "./mine.ts", "|" } ] }')[0]).toBe(
      '{ "methods": [ { "method": "./mine.ts", "strength": 2 } ] }',
    );
    expect(completionsAt('{ "methods": [ { "strength": 1, "method": "./mine.ts", | } ] }')).toHaveLength(4);
  });

  const entry = (value: string) => `{ "methods": [ { "method": "./mine.ts", ${value} } ] }`;
  it.each([
    ['in quotes', '"rule": "|"', ['"rule": "changed"', '"rule": "loss"']],
    ['in a word that has begun', '"rule": "lo|ss"', ['"rule": "changed"', '"rule": "loss"']],
    ['where no value is yet', '"rule": |', ['"rule": "changed"', '"rule": "loss"']],
    ['in a word without quotes', '"both": tr|', ['"both": true', '"both": false']],
    ['of a choice that has other values too', '"width": |', ['"width": "auto"', '"width": 5']],
  ])('offers the values that a setting is chosen from: %s', (_, value, expected) => {
    expect(inserted(entry(value))).toEqual(expected.map(entry));
    expect(completionsAt(entry(value))[0]?.kind).toBe('value');
  });

  it('works in a combination too, and leaves a value that is there alone', () => {
    expect(inserted('{ "methods": [ [ { "method": "./mine.ts", "st|": 5 }, { "method": "ewc" } ] ] }')).toContain(
      '{ "methods": [ [ { "method": "./mine.ts", "strength": 5 }, { "method": "ewc" } ] ] }',
    );
  });

  it.each([
    ['another method', '{ "methods": [ { "method": "ewc", "|" } ] }'],
    ['a value that is not chosen from some', '{ "methods": [ { "method": "./mine.ts", "strength": | } ] }'],
    ['an override', '{ "methods": [ { "method": "./mine.ts", "network": { "|" } } ] }'],
    ['another part of the file', '{ "|", "methods": [ { "method": "./mine.ts" } ] }'],
    ['a file of which nothing is known', '{ "methods": [ { "method": "./other.ts", "|" } ] }'],
  ])('has nothing to say of %s', (_, marked) => {
    expect(completionsAt(marked)).toEqual([]);
  });

  it('knows where the path of a method can be written', () => {
    const found = (marked: string) => {
      const { text, offset } = at(marked);
      return ownPathAt(text, offset);
    };
    expect(found('{ "methods": [ { "method": "|" } ] }')).toEqual({ offset: 27, length: 2 });
    expect(found('{ "methods": [ { "method": | } ] }')).toEqual({ offset: 27, length: 0 });
    expect(found('{ "methods": [ { "met|hod": "" } ] }')).toBeUndefined();
    expect(found('{ "name": "|" }')).toBeUndefined();
  });
});

describe('completion in a network of the user’s own', () => {
  it.each([
    ['the experiment’s', '{ "network": { "kind": "./net.ts", "|" }, "methods": [] }'],
    ['an entry’s', '{ "methods": [ { "method": "ewc", "network": { "kind": "./net.ts", "|" } } ] }'],
    [
      'an entry’s that is the experiment’s',
      '{ "network": { "kind": "./net.ts" }, "methods": [ [ { "method": "ewc", "network": { "|" } } ] ] }',
    ],
  ])('has its settings: %s', (_, marked) => {
    expect(completionsAt(marked)).toMatchObject([
      { label: 'width', insert: '"width": 100', documentation: 'How wide.' },
    ]);
  });

  it('knows where its path can be written', () => {
    for (const marked of [
      '{ "network": { "kind": "|" } }',
      '{ "methods": [ { "method": "ewc", "network": { "kind": "|" } } ] }',
    ]) {
      const { text, offset } = at(marked);
      expect(ownPathAt(text, offset)).toEqual({ offset: offset - 1, length: 2 });
    }
    expect(ownPathAt('{ "training": { "kind": "" } }', 25)).toBeUndefined();
  });
});

describe('a stream of the user’s own', () => {
  it('has its settings completed, and its path', () => {
    expect(completionsAt('{ "stream": { "kind": "./stream.ts", "|" }, "methods": [] }')).toMatchObject([
      { label: 'share', insert: '"share": 0.5', documentation: 'How many.' },
    ]);
    const { text, offset } = at('{ "stream": { "kind": "|" } }');
    expect(ownPathAt(text, offset)).toEqual({ offset: offset - 1, length: 2 });
  });

  it('shows its card, and what a setting means', () => {
    const hoverAt = (marked: string) => {
      const { text, offset } = at(marked);
      return hoverText(text, offset, parseExperiment(text, shippedCatalogue, own), own)?.markdown;
    };
    const withStream = (stream: string) =>
      `{ "name": "x", "stream": { ${stream} }, "methods": [ { "method": "ewc" } ] }`;
    expect(hoverAt(withStream('"kind": "./st|ream.ts"'))).toBe('**My stream**\n\nIt is uneven.');
    expect(hoverAt(withStream('"kind": "./stream.ts", "sh|are": 0.2'))).toBe('How many.\n\nDefault: `0.5`');
  });

  it('has as many tasks as its file says, and no other key', () => {
    const parsed = (more: string) =>
      parseExperiment(
        `{ "name": "x", "stream": { "kind": "./stream.ts"${more} }, "methods": [ { "method": "ewc" } ] }`,
        shippedCatalogue,
        own,
      );
    expect(parsed('').experiment?.stream).toEqual({
      ...{ kind: './stream.ts', tasks: 3, share: 0.5, dataset: 'mnist', scenario: 'class' },
    });
    expect(parsed(', "shre": 1').problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/Unknown key "shre"\. Did you mean "share"\?/),
    ]);
  });
});

describe('pointing at an entry of a method of the user’s own', () => {
  const hoverAt = (marked: string) => {
    const { text, offset } = at(marked);
    return hoverText(text, offset, parseExperiment(text, shippedCatalogue, own), own)?.markdown;
  };

  it('shows its card', () => {
    expect(hoverAt('{ "name": "x", "methods": [ { "method": "./m|ine.ts" } ] }')).toMatch(
      /\*\*My idea\*\*\n\nIt helps\./,
    );
  });

  it('shows what a setting means, its default and its value here', () => {
    expect(hoverAt('{ "name": "x", "methods": [ { "method": "./mine.ts", "stre|ngth": 5 } ] }')).toBe(
      'How strong.\n\nDefault: `2` · here: `5`',
    );
  });
});

describe('pointing at a network of the user’s own', () => {
  const hoverAt = (marked: string) => {
    const { text, offset } = at(marked);
    return hoverText(text, offset, parseExperiment(text, shippedCatalogue, own), own)?.markdown;
  };

  it('shows its card', () => {
    for (const marked of [
      '{ "name": "x", "network": { "kind": "./n|et.ts" }, "methods": [ { "method": "ewc" } ] }',
      '{ "name": "x", "methods": [ { "method": "ewc", "network": { "kind": "./n|et.ts" } } ] }',
    ])
      expect(hoverAt(marked)).toBe('**My network**\n\nIt is wide.');
  });

  it('shows what a setting means and its default', () => {
    expect(
      hoverAt('{ "name": "x", "network": { "kind": "./net.ts", "wi|dth": 5 }, "methods": [ { "method": "ewc" } ] }'),
    ).toBe('How wide.\n\nDefault: `100`');
    expect(
      hoverAt(
        '{ "name": "x", "network": { "kind": "./net.ts" }, "methods": [ { "method": "ewc", "network": { "wi|dth": 5 } } ] }',
      ),
    ).toBe("How wide.\n\nDefault: `100` · The experiment's own: `100`");
  });
});
