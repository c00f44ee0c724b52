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
  // One that is open already follows the disk a moment later.
  await eventually('the text', () => (document.getText() === text ? true : undefined));
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
    await eventually('the lenses', async () => ((await lensTitles(uri, 7)).length === 3 ? true : undefined));
    assert.deepEqual(await lensTitles(uri, 7), ['$(play) Run', '$(debug-alt) Debug', 'Sweep…']);

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
    const stopped = await stopAt({ document, key: 'mine', file: 'mine.ts', line: 15 });
    assert.ok(stopped.path?.endsWith(fileCalled('mine.ts').path), stopped.path);
    assert.equal(stopped.line, 15);
    assert.match(stopped.locals.join('\n'), /^theta = Tensor \[\d+\] float32: -?[\d.]+, /m);
    const runs = await vscode.workspace.fs.readDirectory(fileCalled('.lethe/runs'));
    assert.deepEqual(runs, [], 'it is no run like others');
  });
});

const NETWORK = `import { defineNetwork, tf, z } from 'lethe';

export default defineNetwork({
  title: 'Flat',
  summary: 'For a test.',
  settings: z.object({ scale: z.number().positive().default(1).describe('How large.') }),
  create({ scale }, { inputs: [height, width, channels], outputs }) {
    return {
      parameters: { 'head.weights': { shape: [height * width * channels, outputs], isHead: true } },
      forward(p, x) {
        const logits = tf.matMul(x, p['head.weights']);
        return { logits: tf.mul(logits, scale) };
      },
    };
  },
});
`;
const STREAM = `import { defineStream, z } from 'lethe';

export default defineStream({
  title: 'Pairs',
  summary: 'For a test.',
  settings: z.object({ pairs: z.int().min(1).default(2).describe('How many.') }),
  tasks: ({ pairs }) => pairs,
  create({ pairs }) {
    return Array.from({ length: pairs }, (_, pair) => {
      const classes = [2 * pair, 2 * pair + 1];
      return { classes };
    });
  },
});
`;

describe('a network and a stream of the user’s own', () => {
  const parts = (scale: number, pairs: number) =>
    experiment('{ "method": "none" }')
      .replace('{ "hidden": [8] }', `{ "kind": "./net.ts", "scale": ${scale} }`)
      .replace('{ "tasks": 2 }', `{ "kind": "./pairs.ts", "pairs": ${pairs} }`);

  before(async () => {
    await write('net.ts', NETWORK);
    await write('pairs.ts', STREAM);
  });
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const name of ['net.ts', 'pairs.ts', 'parts.lethe.json']) rmSync(fileCalled(name).fsPath, { force: true });
  });

  it('have their settings checked at their place, hovers, and a breakpoint that stops', async function () {
    this.timeout(240_000);
    const document = await open('parts.lethe.json', parts(-1, 0));
    const { uri } = document;
    await eventually('the problems of both', () => {
      const found = messagesOf(uri).join();
      return found.includes('4: This must be at least 1; it is 0.') &&
        found.includes('5: This must be greater than 0; it is -1.')
        ? true
        : undefined;
    });
    const right = new vscode.WorkspaceEdit();
    right.replace(uri, new vscode.Range(0, 0, document.lineCount, 0), parts(2, 3));
    await vscode.workspace.applyEdit(right);
    await document.save();
    await eventually('no problem', () => (messagesOf(uri).length === 0 ? true : undefined));
    // It comes from the schema, which the editor for JSON is given a moment later.
    await eventually('the hover', async () => {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        uri,
        document.positionAt(document.getText().indexOf('pairs"') + 1),
      );
      const said = hovers.flatMap(({ contents }) => contents.map((part) => (part as vscode.MarkdownString).value));
      return /How many\.\s+Default: `2`/.test(said.join()) ? true : undefined;
    });
    if (!vscode.extensions.getExtension('ms-vscode.js-debug')) return;
    await eventually('the lens', async () => ((await lensTitles(uri, 7)).length === 2 ? true : undefined));
    const inNetwork = await stopAt({ document, key: 'none', file: 'net.ts', line: 12 });
    assert.equal(inNetwork.line, 12);
    assert.match(inNetwork.locals.join('\n'), /^logits = Tensor \[\d+, 6\] float32: /m);
    const inStream = await stopAt({ document, key: 'none', file: 'pairs.ts', line: 11 });
    assert.equal(inStream.line, 11);
    assert.match(inStream.locals.join('\n'), /^classes = \(2\) \[0, 1\]/m);
  });
});

interface Place {
  readonly document: vscode.TextDocument;
  /** Of the variant that is debugged. */
  readonly key: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** Debugs a variant until it stops at a breakpoint. @returns where that is, and the variables it shows there */
async function stopAt({ document, key, file, line }: Place) {
  const breakpoint = new vscode.SourceBreakpoint(
    new vscode.Location(fileCalled(file), new vscode.Position(line - 1, 0)),
  );
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
    await vscode.commands.executeCommand('lethe.debugVariant', { kind: 'variant', uri: document.uri.toString(), key });
    const { session, threadId } = await eventually('a stop', () => stops[0], 60_000);
    const { stackFrames } = (await session.customRequest('stackTrace', { threadId })) as {
      stackFrames: { id: number; line: number; source?: { path?: string } }[];
    };
    const [frame] = stackFrames;
    assert.ok(frame, 'a frame');
    const { scopes } = (await session.customRequest('scopes', { frameId: frame.id })) as {
      scopes: { name: string; variablesReference: number }[];
    };
    const { variables } = (await session.customRequest('variables', {
      variablesReference: scopes[0]?.variablesReference,
    })) as { variables: { name: string; value: string }[] };
    // In a browser's window the path is that of a remote machine.
    return {
      line: frame.line,
      path: frame.source?.path,
      locals: variables.map(({ name, value }) => `${name} = ${value}`),
    };
  } finally {
    tracking.dispose();
    vscode.debug.removeBreakpoints([breakpoint]);
    await vscode.debug.stopDebugging();
  }
}
