import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { addData } from '../data/index';

vi.mock('vscode', () => ({
  CompletionItemKind: {},
  CompletionItem: class {
    constructor(readonly label: string) {}
  },
  Range: class {
    constructor(
      readonly start: number,
      readonly end: number,
    ) {}
  },
}));
const { DatasetCompletion } = await import('./datasetCompletion');

let root = '';
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'lethe-completion-'));
  vi.stubEnv('LETHE_DATA_DIR', join(root, 'data'));
  writeFileSync(join(root, 'a.csv'), `y,p\n${'a,1\nb,2\n'.repeat(10)}`);
  await addData('mine', [join(root, 'a.csv')], { title: 'My own' });
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

/** What is offered where the text has a `|`; offsets stand for positions. */
function offeredAt(marked: string) {
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  const document = { getText: () => text, offsetAt: () => offset, positionAt: (at: number) => at };
  return new DatasetCompletion().provideCompletionItems(document as never, offset as never);
}

describe('completion of the name of a data set', () => {
  it('offers those of the user, in place of what stands there', () => {
    expect(offeredAt('{ "stream": { "dataset": "m|n" } }')).toMatchObject([
      { label: '"mine"', detail: 'My own', range: { start: 25, end: 29 } },
    ]);
    expect(offeredAt('{ "stream": { "dataset": | } }')).toMatchObject([
      { label: '"mine"', range: { start: 25, end: 25 } },
    ]);
  });

  it.each(['{ "stream": { "data|set": "" } }', '{ "name": "|" }', '{ "network": { "dataset": "|" } }', '|'])(
    'offers nothing elsewhere: %s',
    (marked) => expect(offeredAt(marked)).toEqual([]),
  );
});
