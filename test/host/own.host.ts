import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, describe, it } from 'mocha';
import * as vscode from 'vscode';

const folder = () => {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(first, 'a folder is open');
  return first.uri;
};
const fileCalled = (name: string) => vscode.Uri.joinPath(folder(), name);
const write = (name: string, text: string) =>
  vscode.workspace.fs.writeFile(fileCalled(name), new TextEncoder().encode(text));

async function open(name: string, text: string): Promise<vscode.TextDocument> {
  await write(name, text);
  const document = await vscode.workspace.openTextDocument(fileCalled(name));
  await vscode.window.showTextDocument(document);
  return document;
}

async function eventually<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  limit = 20_000,
): Promise<T> {
  const deadline = Date.now() + limit;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const METHOD = `import { defineMethod, tf, z, type Learner } from 'lethe';

export default defineMethod({
  title: 'My idea',
  summary: 'It helps.',
  settings: z.object({ strength: z.number().min(0).default(2).describe('How strong it is.') }),
  create({ strength }) {
    let learner: Learner;
    return {
      begin(own: Learner): void {
        learner = own;
      },
      gradient(theta, differentiate) {
        const slope = differentiate(theta);
        const total = tf.mul<tf.Tensor1D>(slope.total, strength / 2);
        return { ...slope, total };
      },
    };
  },
});
`;
const experiment = (entry: string) => `{
  "name": "Own",
  "seeds": 1,
  "stream": { "tasks": 2 },
  "network": { "hidden": [8] },
  "training": { "iterations": 3, "batchSize": 8, "samplesPerTask": 50 },
  "methods": [
    ${entry}
  ]
}
`;

const messagesOf = (uri: vscode.Uri) =>
  vscode.languages
    .getDiagnostics(uri)
    .filter(({ source }) => source === 'Lethe')
    .map(({ message, range }) => `${range.start.line + 1}: ${message}`);

const lensTitles = async (uri: vscode.Uri, line: number) =>
  (await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 100))
    .filter(({ range }) => range.start.line === line)
    .map(({ command }) => command?.title ?? '');

describe('a method of the user’s own', () => {
  before(async () => {
    await vscode.extensions.getExtension('lethe.lethe')?.activate();
    await write('mine.ts', METHOD);
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const name of ['mine.ts', 'own.lethe.json', 'broken.ts']) rmSync(fileCalled(name).fsPath, { force: true });
  });

  it('has its settings checked at their place, lenses, a hover and completion', async () => {
    const document = await open('own.lethe.json', experiment('{ "method": "./mine.ts", "strength": -1 }'));
    const { uri } = document;
    const all = () => new vscode.Range(0, 0, document.lineCount, 0);
    await eventually('the problem of the setting', () =>
      messagesOf(uri).includes('8: This must be at least 0; it is -1.') ? true : undefined,
    );
    const right = new vscode.WorkspaceEdit();
    right.replace(uri, all(), experiment('{ "method": "./mine.ts", "strength": 3 }'));
    await vscode.workspace.applyEdit(right);
    await document.save();
    await eventually('no problem', () => (messagesOf(uri).length === 0 ? true : undefined));
    await eventually('the lenses', async () => ((await lensTitles(uri, 7)).length === 2 ? true : undefined));
    assert.deepEqual(await lensTitles(uri, 7), ['$(play) Run', '$(debug-alt) Debug']);

    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      uri,
      document.positionAt(document.getText().indexOf('strength') + 1),
    );
    const said = hovers.flatMap(({ contents }) => contents.map((part) => (part as vscode.MarkdownString).value)).join();
    assert.match(said, /How strong it is\.\s+Default: `2` · here: `3`/);

    const unfinished = new vscode.WorkspaceEdit();
    unfinished.replace(uri, all(), experiment('{ "method": "./mine.ts", "" }'));
    await vscode.workspace.applyEdit(unfinished);
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      uri,
      document.positionAt(document.getText().indexOf('"" }') + 1),
    );
    assert.ok(
      items.some(({ label }) => label === 'strength'),
      'its setting is offered',
    );
    const restored = new vscode.WorkspaceEdit();
    restored.replace(uri, all(), experiment('{ "method": "./mine.ts", "strength": 3 }'));
    await vscode.workspace.applyEdit(restored);
    await document.save();
  });

  it('that cannot be loaded is a problem at its path with its own line, until it is mended', async () => {
    await write('broken.ts', METHOD.replace('create({ strength }) {', 'create({ strength }) {\n    const = 1;'));
    const { uri } = await open('own.lethe.json', experiment('{ "method": "./broken.ts" }'));
    await eventually('the problem', () =>
      messagesOf(uri).some((one) => one.startsWith('8: broken.ts:8: ')) ? true : undefined,
    );
    await write('broken.ts', METHOD);
    await eventually('no problem', () => (messagesOf(uri).length === 0 ? true : undefined));
  });

  it('stops at a breakpoint in its file when it is debugged', async function () {
    if (!vscode.extensions.getExtension('ms-vscode.js-debug')) this.skip();
    this.timeout(120_000);
    const document = await open('own.lethe.json', experiment('{ "method": "./mine.ts", "strength": 3 }'));
    await document.save();
    await eventually('the lens', async () =>
      (await lensTitles(document.uri, 7)).some((title) => title.includes('Debug')) ? true : undefined,
    );
    const place = new vscode.Location(fileCalled('mine.ts'), new vscode.Position(14, 0));
    const breakpoint = new vscode.SourceBreakpoint(place);
    vscode.debug.addBreakpoints([breakpoint]);
    const stops: { readonly session: vscode.DebugSession; readonly threadId: number }[] = [];
    const tracking = vscode.debug.registerDebugAdapterTrackerFactory('*', {
      createDebugAdapterTracker: (session) => ({
        onDidSendMessage: (message: { event?: string; body?: { threadId?: number } }) => {
          if (message.event === 'stopped') stops.push({ session, threadId: message.body?.threadId ?? 0 });
        },
      }),
    });
    try {
      await vscode.commands.executeCommand('lethe.debugVariant', {
        kind: 'variant',
        uri: document.uri.toString(),
        key: 'mine',
      });
      const stop = await eventually('a stop', () => stops[0], 60_000);
      const trace = (await stop.session.customRequest('stackTrace', { threadId: stop.threadId })) as {
        stackFrames: { line: number; source?: { path?: string } }[];
      };
      const [frame] = trace.stackFrames;
      // In a browser's window the path is that of a remote machine.
      assert.ok(frame, 'a frame');
      assert.ok(frame.source?.path?.endsWith(fileCalled('mine.ts').path), frame.source?.path);
      assert.equal(frame.line, 15);
    } finally {
      tracking.dispose();
      vscode.debug.removeBreakpoints([breakpoint]);
      await vscode.debug.stopDebugging();
    }
    const runs = await vscode.workspace.fs.readDirectory(fileCalled('.lethe/runs'));
    assert.deepEqual(runs, [], 'it is no run like others');
  });
});
