import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';

const NAMES = ['chosen.ts', 'faulty.ts', 'ownFaults.lethe.json'];

const folder = () => {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(first, 'a folder is open');
  return first.uri;
};
const fileCalled = (name: string) => vscode.Uri.joinPath(folder(), name);
const write = (name: string, text: string) =>
  vscode.workspace.fs.writeFile(fileCalled(name), new TextEncoder().encode(text));

async function open(text: string): Promise<vscode.TextDocument> {
  await write('ownFaults.lethe.json', text);
  const document = await vscode.workspace.openTextDocument(fileCalled('ownFaults.lethe.json'));
  const now = document.getText();
  if (now !== text) {
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
    await vscode.workspace.applyEdit(edit);
  }
  await vscode.window.showTextDocument(document);
  return document;
}

async function eventually<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const METHOD = `import { defineMethod, z } from 'lethe';

export default defineMethod({
  title: 'Chosen',
  summary: 'For a test.',
  settings: z.object({
    rule: z.enum(['changed', 'loss']).default('loss').describe('Which ones are kept.'),
    both: z.boolean().default(false).describe('Both of them.'),
  }),
  create: () => ({}),
});
`;
const experiment = (...entries: string[]) => `{ "name": "Faults", "seeds": 1, "methods": [ ${entries.join(', ')} ] }\n`;

const problemsOf = (name: string) =>
  vscode.languages
    .getDiagnostics(fileCalled(name))
    .filter(({ source }) => source === 'Lethe')
    .map(({ message, range }) => `${range.start.line + 1}: ${message}`);

async function offered(document: vscode.TextDocument, at: string): Promise<string[]> {
  const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
    'vscode.executeCompletionItemProvider',
    document.uri,
    document.positionAt(document.getText().indexOf(at) + at.length),
  );
  return items.map(({ label }) => (typeof label === 'string' ? label : label.label));
}

describe('a file of the user’s own', () => {
  before(async () => {
    await vscode.extensions.getExtension('lethe.lethe')?.activate();
    await write('chosen.ts', METHOD);
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    for (const name of NAMES) rmSync(fileCalled(name).fsPath, { force: true });
  });

  it('has the values offered that its settings are chosen from', async () => {
    const document = await open(experiment('{ "method": "./chosen.ts", "rule": "", "both": f }'));
    await eventually('the values', async () =>
      (await offered(document, '"rule": "')).includes('changed') ? true : undefined,
    );
    assert.deepEqual((await offered(document, '"rule": "')).sort(), ['changed', 'loss']);
    const words = await offered(document, '"both": f');
    assert.ok(words.includes('true') && words.includes('false'), words.join());
  });

  it('that cannot be loaded is marked at its own line too, and once where it is named, until it is mended', async () => {
    await write('faulty.ts', METHOD.replace('create:', 'const = 1,\n  create:'));
    await open(experiment('{ "method": "./faulty.ts" }'));
    await eventually('the problem in the file', () => (problemsOf('faulty.ts').length > 0 ? true : undefined));
    assert.match(problemsOf('faulty.ts').join('\n'), /^10: [^\n]+$/);
    assert.equal(problemsOf('ownFaults.lethe.json').length, 1);
    await write('faulty.ts', METHOD);
    await eventually('no problem', () => (problemsOf('faulty.ts').length === 0 ? true : undefined));
    await eventually('no problem where it is named', () =>
      problemsOf('ownFaults.lethe.json').length === 0 ? true : undefined,
    );
  });
});
