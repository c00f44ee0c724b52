import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';
import { methodIds } from '../../src/core/methods/index';
import { dataFolder } from '../../src/data/place';
import { dataFiles } from '../../src/data/record';

const folder = () => {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(first, 'a folder is open');
  return first.uri;
};
const fileCalled = (name: string) => vscode.Uri.joinPath(folder(), name);

/** Writes and opens a file of the workspace. */
async function open(name: string, text: string): Promise<vscode.TextDocument> {
  await vscode.workspace.fs.writeFile(fileCalled(name), new TextEncoder().encode(text));
  const document = await vscode.workspace.openTextDocument(fileCalled(name));
  await vscode.window.showTextDocument(document);
  return document;
}

async function eventually<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const ours = (uri: vscode.Uri) => vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Lethe');
const placeOf = (document: vscode.TextDocument, word: string) => document.positionAt(document.getText().indexOf(word));

const FAULTY = `{
  "name": "x",
  "seeds": 0,
  "methods": [
    { "method": "ewk" }
  ]
}
`;

describe('an experiment file', () => {
  before(async () => {
    await vscode.extensions.getExtension('lethe.lethe')?.activate();
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('is JSON with comments', async () => {
    const document = await vscode.workspace.openTextDocument(fileCalled('split-mnist.lethe.json'));
    assert.equal(document.languageId, 'jsonc');
  });

  it('of the examples has no problem, ours or of the JSON schema, but of data that has to be downloaded', async () => {
    for (const uri of await vscode.workspace.findFiles('*.lethe.json')) {
      await vscode.window.showTextDocument(uri);
      const lenses = await lensTitles(uri);
      assert.ok(
        lenses.some((title) => title.startsWith('$(run-all) Run all')),
        uri.path,
      );
      const found = vscode.languages
        .getDiagnostics(uri)
        .filter(({ message }) => !message.includes(': lethe data download '));
      assert.deepEqual(found, [], uri.path);
    }
  });

  it('that is faulty shows each problem at its place, with what is allowed', async () => {
    const { uri } = await open('faulty.lethe.json', FAULTY);
    const found = await eventually('two problems', () => (ours(uri).length === 2 ? ours(uri) : undefined));
    const said = found.map(({ range, message, code, severity }) => [range.start.line, message, code, severity]);
    assert.deepEqual(said.sort(), [
      [2, 'This must be at least 1; it is 0.', 'seeds', vscode.DiagnosticSeverity.Error],
      [
        4,
        `There is no method "ewk". Did you mean "ewc"? Methods: ${methodIds.join(', ')}, or a file of your own, as "./mine.ts". A program is named by "program": ["python", "train.py"].`,
        'methods.method',
        vscode.DiagnosticSeverity.Error,
      ],
    ]);
  });

  it('with a typo can be mended by a quick fix, after which the problem is gone', async () => {
    const document = await open('typo.lethe.json', FAULTY.replace('"seeds": 0', '"seeds": 1'));
    const [problem] = await eventually('a problem', () =>
      ours(document.uri).length === 1 ? ours(document.uri) : undefined,
    );
    assert.ok(problem);
    const actions = await actionsAt(document, problem.range);
    const fix = actions.find(({ title }) => title === 'Change to "ewc"');
    assert.ok(fix?.edit, actions.map(({ title }) => title).join());
    await vscode.workspace.applyEdit(fix.edit);
    await eventually('no problem', () => (ours(document.uri).length === 0 ? true : undefined));
    assert.ok(document.getText().includes('{ "method": "ewc" }'));
  });

  it('shows no problems once it is closed', async () => {
    const uri = fileCalled('closed.lethe.json');
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(FAULTY));
    // As a click in the explorer does; a document that an extension opened stays open for minutes.
    await vscode.commands.executeCommand('vscode.open', uri);
    await eventually('problems', () => (ours(uri).length > 0 ? true : undefined));
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await vscode.workspace.fs.delete(uri);
    await eventually('no problems', () => (ours(uri).length === 0 ? true : undefined));
  });

  it('that is empty says what it needs', async () => {
    const { uri } = await open('empty.lethe.json', '');
    const [problem] = await eventually('a problem', () => (ours(uri).length > 0 ? ours(uri) : undefined));
    assert.match(problem?.message ?? '', /^The file is empty\. An experiment needs/);
  });

  it('that names weights which are missing or no such file has a problem there, until they are there', async () => {
    const text = `{
  "name": "x",
  "network": { "weights": "begin.safetensors" },
  "methods": [ { "method": "ewc" } ]
}
`;
    const file = fileCalled('begin.safetensors').fsPath;
    rmSync(file, { force: true });
    const { uri } = await open('weights.lethe.json', text);
    const said = () => ours(uri).map(({ range, message }) => `${range.start.line + 1}: ${message}`);
    const says = (part: string) =>
      eventually(part, () => (said().some((one) => one.includes(part)) ? true : undefined));
    await says(
      '3: The weights "begin.safetensors" cannot be used: there is no such file. A file of the safetensors format',
    );
    assert.ok(said()[0]?.includes(file), 'where it is expected');
    writeFileSync(file, 'PK no tensors');
    await says('cannot be used: the file is cut off in its header');
    const header = JSON.stringify({ 'layer1.weights': { dtype: 'F32', shape: [1], data_offsets: [0, 4] } });
    const start = Buffer.alloc(8);
    start.writeBigUInt64LE(BigInt(header.length));
    writeFileSync(file, Buffer.concat([start, Buffer.from(header), Buffer.alloc(4)]));
    await eventually('no problem', () => (said().length === 0 ? true : undefined));
    // VS Code keeps quiet about a file that came and went within one of its beats.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    rmSync(file);
    await says('there is no such file');
    // Typing goes on meanwhile, and what is typed is looked at.
    const edit = new vscode.WorkspaceEdit();
    const document = await vscode.workspace.openTextDocument(uri);
    edit.delete(uri, document.lineAt(2).rangeIncludingLineBreak);
    await vscode.workspace.applyEdit(edit);
    await eventually('no problem', () => (said().length === 0 ? true : undefined));
    await document.save();
  });

  it('that cannot be read is a problem with its reason, hides no other, and is none once it is gone', async () => {
    const hostile: [name: string, make: (file: string) => void, reason: string][] = [
      ['fifo.lethe.json', (file) => execFileSync('mkfifo', [file]), 'it is no regular file'],
      ['endless.lethe.json', (file) => symlinkSync('/dev/zero', file), 'it is no regular file'],
      ['loop.lethe.json', (file) => symlinkSync(file, file), 'it is a link that leads nowhere or in a circle'],
      ['large.lethe.json', (file) => writeFileSync(file, FAULTY.padEnd(1_000_001)), 'it is larger than 1 MB'],
      ['bytes.lethe.json', (file) => writeFileSync(file, Buffer.from([0x7b, 0xff])), 'it is no text in UTF-8'],
    ];
    for (const [name, make] of hostile) make(fileCalled(name).fsPath);
    const said = (name: string) => ours(fileCalled(name)).map(({ message }) => message);
    for (const [name, , reason] of hostile) {
      await eventually(name, () => (said(name).length > 0 ? true : undefined));
      assert.deepEqual(said(name), [`This file cannot be read: ${reason}.`]);
    }
    await vscode.commands.executeCommand('lethe.runAll', {
      kind: 'experiment',
      uri: fileCalled('fifo.lethe.json').toString(),
    });
    for (const [name] of hostile) rmSync(fileCalled(name).fsPath);
    for (const [name] of hostile) await eventually(`no ${name}`, () => (said(name).length === 0 ? true : undefined));
  });

  it('may name a data set as soon as it is added, and no longer once it is removed', async () => {
    const root = dataFolder();
    const text = '{ "name": "x", "stream": { "dataset": "birds", "tasks": 2 }, "methods": [ { "method": "ewc" } ] }';
    const { uri } = await open('birds.lethe.json', text);
    const problems = (count: number) =>
      eventually(`${count} problems`, () => (ours(uri).length === count ? ours(uri) : undefined));
    assert.match((await problems(1))[0]?.message ?? '', /There is no data set "birds"/);
    mkdirSync(path.join(root, '.adding-0'), { recursive: true });
    const sum = '0'.repeat(64);
    const record = {
      ...{ lethe: 1, name: 'birds', title: 'Birds', classes: 2, classNames: ['a', 'b'], shape: [1, 2, 1] },
      ...{ train: 4, test: 2, values: 'bytes', bytes: 24, added: 0 },
      files: Object.fromEntries(dataFiles.arrays.map((file) => [file, sum])),
      source: { kind: 'CSV', from: 'birds.csv', files: [] },
    };
    writeFileSync(path.join(root, '.adding-0', dataFiles.record), JSON.stringify(record));
    renameSync(path.join(root, '.adding-0'), path.join(root, 'birds'));
    await problems(0);
    renameSync(path.join(root, 'birds'), path.join(root, '.removed-0'));
    await problems(1);
  });

  it('with a key called constructor is explained where it can be, and nowhere throws', async () => {
    const text =
      '{ "constructor": 1, "stream": { "constructor": 1 }, "methods": [ { "method": "ewc", "toString": 5 } ] }';
    const document = await open('constructor.lethe.json', text);
    assert.match(await hoverAt(document, 'ewc'), /Kirkpatrick/);
    const found = await eventually('problems', () => (ours(document.uri).length > 3 ? ours(document.uri) : undefined));
    assert.equal(found.filter(({ message }) => message.startsWith('Unknown key')).length, 3);
  });

  it('has lenses to run it and each of its methods', async () => {
    const { uri } = await open(
      'two.lethe.json',
      '{ "name": "x", "methods": [\n{ "method": "ewc" },\n{ "method": "replay" }\n] }',
    );
    const lenses = await lensesOf(uri);
    const at = (line: number) =>
      lenses.filter(({ range }) => range.start.line === line).map(({ command }) => command?.title);
    assert.deepEqual(at(0), ['$(run-all) Run all', 'Open dashboard']);
    assert.deepEqual(at(1), ['$(play) Run', 'Sweep…']);
    assert.deepEqual(at(2), ['$(play) Run', 'Sweep…']);
  });

  it('has no lenses when they are switched off', async () => {
    const uri = fileCalled('split-mnist.lethe.json');
    const settings = vscode.workspace.getConfiguration('lethe');
    await settings.update('codeLens.enabled', false, vscode.ConfigurationTarget.Workspace);
    try {
      assert.deepEqual(await lensTitles(uri), []);
    } finally {
      await settings.update('codeLens.enabled', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('explains a method and a setting when pointed at', async () => {
    const document = await open('hover.lethe.json', '{ "name": "x", "methods": [ { "method": "ewc", "lambda": 5 } ] }');
    assert.match(await hoverAt(document, 'ewc'), /Kirkpatrick et al\. \(2017\)/);
    const setting = await hoverAt(document, 'lambda');
    assert.match(setting, /Default: `100000` · here: `5`/);
    assert.match(setting, /Strength of the penalty/, 'the description of the schema');
  });

  it('offers to sweep a number, and nothing else', async () => {
    const document = await open('sweep.lethe.json', '{ "name": "x", "methods": [ { "method": "ewc", "lambda": 5 } ] }');
    const offered = async (word: string) => {
      const place = placeOf(document, word);
      const actions = await actionsAt(document, new vscode.Range(place, place));
      return actions.map(({ title }) => title).filter((title) => title.startsWith('Sweep'));
    };
    assert.deepEqual(
      await eventually('an offer', async () => {
        const found = await offered('5 }');
        return found.length > 0 ? found : undefined;
      }),
      ['Sweep lambda…'],
    );
    assert.deepEqual(await offered('"lambda"'), ['Sweep lambda…']);
    assert.deepEqual(await offered('"ewc"'), []);
  });

  it('completes methods, and the settings of the method at hand', async () => {
    const document = await open(
      'complete.lethe.json',
      '{ "name": "x", "methods": [ { "method": "" }, { "method": "replay", "" } ] }',
    );
    const methods = await completionsAt(document, document.getText().indexOf('"" }') + 1);
    assert.deepEqual(
      ['"ewc"', '"packnet"', '"sleep"'].filter((name) => !methods.includes(name)),
      [],
    );
    const settings = await completionsAt(document, document.getText().indexOf('"" } ]') + 1);
    assert.ok(settings.includes('perClass'), settings.join());
    assert.ok(!settings.includes('lambda'), 'a setting of another method');
  });

  it('says of what it completes what it is, and begins a setting with its default', async () => {
    const document = await open(
      'explained.lethe.json',
      '{ "name": "x", "stream": { "scenario": "" }, "methods": [ { "method": "" }, { "method": "replay", "" } ] }',
    );
    const offered = async (place: string, label: string) => {
      const offset = document.getText().indexOf(place) + place.indexOf('""') + 1;
      const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        document.positionAt(offset),
      );
      const item = items.find((one) => (typeof one.label === 'string' ? one.label : one.label.label) === label);
      const { documentation = '', insertText = '' } = item ?? {};
      return {
        said: typeof documentation === 'string' ? documentation : documentation.value,
        inserted: typeof insertText === 'string' ? insertText : insertText.value,
      };
    };
    assert.match((await offered('"method": "" }', '"ewc"')).said, /Elastic weight consolidation/);
    assert.match((await offered('"scenario": ""', '"domain"')).said, /only the kind of problem/);
    const setting = await offered('"replay", ""', 'perClass');
    assert.match(setting.said, /class/);
    assert.match(setting.inserted, /100/);
  });
  it('explains an entry that names a program, inserts one, and begins its keys with examples', async () => {
    const document = await open(
      'program-entry.lethe.json',
      '{ "name": "x", "methods": [ { "program": ["python", "train.py"], "" }, ] }',
    );
    assert.match(await hoverAt(document, '"program"'), /with lethe\.run\(\) as run:[^]*without a shell/);
    const text = document.getText();
    const entries = await completionsAt(document, text.indexOf(', ]') + 2);
    assert.ok(entries.includes('A program'), entries.join());
    const { items } = await eventually('keys of a program', async () => {
      const found = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        document.positionAt(text.indexOf('"" }') + 1),
      );
      return found.items.length > 0 ? found : undefined;
    });
    const inserted = (name: string) => {
      const insert = items.find(({ label }) => label === name)?.insertText ?? '';
      return typeof insert === 'string' ? insert : insert.value;
    };
    assert.match(inserted('device'), /gpu/);
    assert.match(inserted('files'), /model\.py/);
    assert.match(inserted('settings'), /lr/);
    assert.match(inserted('batches'), /true/);
    assert.match(inserted('implements'), /ewc/);
  });
});

describe('running', () => {
  it('refuses a faulty experiment, saves nothing into a run folder and says so without an error', async () => {
    const { uri } = await open('refused.lethe.json', FAULTY);
    await vscode.commands.executeCommand('lethe.runAll', { kind: 'experiment', uri: uri.toString() });
    const store = await vscode.workspace.fs.readDirectory(folder());
    assert.ok(!store.some(([name]) => name === '.lethe'), 'nothing was written');
  });

  it('can be asked for with a command for each thing a lens offers', async () => {
    const handled = new Set(await vscode.commands.getCommands(true));
    for (const { command } of await lensesOf(fileCalled('split-mnist.lethe.json')))
      assert.ok(handled.has(command?.command ?? ''), command?.title);
  });
});

const lensesOf = (uri: vscode.Uri) =>
  vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 100);
const lensTitles = async (uri: vscode.Uri) => (await lensesOf(uri)).map(({ command }) => command?.title ?? '');

/** VS Code cancels the question when another extension registers its actions meanwhile; then it is asked again. */
const actionsAt = (document: vscode.TextDocument, range: vscode.Range) =>
  eventually('code actions', async () => {
    try {
      return await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        document.uri,
        range,
      );
    } catch (error) {
      if (error instanceof Error && error.message === 'Canceled') return undefined;
      throw error;
    }
  });

async function hoverAt(document: vscode.TextDocument, word: string): Promise<string> {
  // The JSON support loads its schemas when it is first asked for them.
  return eventually(`hovers at ${word} in ${path.basename(document.fileName)}`, async () => {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      placeOf(document, word),
    );
    if (hovers.length < 2) return undefined;
    return hovers
      .flatMap(({ contents }) =>
        contents.map((part) => (typeof part === 'string' ? part : (part as vscode.MarkdownString).value)),
      )
      .join('\n---\n');
  });
}

async function completionsAt(document: vscode.TextDocument, offset: number): Promise<string[]> {
  return eventually('completions', async () => {
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      document.positionAt(offset),
    );
    const labels = items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    return labels.length > 0 ? labels : undefined;
  });
}
