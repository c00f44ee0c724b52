// Bad input, shown at its place and before anything is trained; damaged runs, shown as what they are.
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { uiTest, withHost, type Host, type Workbench } from '../vscode/harness';
import { lethe } from './installedCli';
import { Panel } from './panel';
import { folderWith, recipe } from './recipes';
import { eventsFile, runsFolder, runsIn } from './runsOnDisk';
import { withoutEngine } from './withoutEngine';

const RUN_ALL = 'Lethe: Run All Methods';

/** An experiment file with one fault, the message it must get and the place of it. */
interface Fault {
  readonly text: string;
  readonly message: string;
  /** `Ln 3, Col 5`, as the Problems view says it; undefined for the start of the file. */
  readonly at: string;
}

const withLine = (line: string): string => `{\n  "name": "Faulty",\n  ${line}\n  "methods": [{ "method": "ewc" }]\n}\n`;

const FAULTS: Readonly<Record<string, Fault>> = {
  empty: { text: '', message: 'The file is empty. An experiment needs at least', at: 'Ln 1, Col 1' },
  'not-json': { text: 'hello\n', message: 'This is not JSON', at: 'Ln 1, Col 1' },
  typo: { text: withLine('"sedes": 3,'), message: 'Unknown key "sedes". Did you mean "seeds"?', at: 'Ln 3, Col 3' },
  'unknown-method': {
    text: '{\n  "name": "Faulty",\n  "methods": [{ "method": "ewcc" }]\n}\n',
    message: 'There is no method "ewcc". Did you mean "ewc"?',
    at: 'Ln 3, Col 27',
  },
  'no-seeds': { text: withLine('"seeds": 0,'), message: 'This must be at least 1; it is 0.', at: 'Ln 3, Col 12' },
  'many-tasks': {
    text: withLine('"stream": { "tasks": 11 },'),
    message: 'MNIST has only 10 classes. Allowed: 1, 2, 5, 10; or "classesPerTask".',
    at: 'Ln 3, Col 24',
  },
  'negative-rate': {
    text: withLine('"training": { "learningRate": -0.1 },'),
    message: 'This must be greater than 0; it is -0.1.',
    at: 'Ln 3, Col 33',
  },
};

uiTest('a faulty experiment file says what is wrong at its place, and is not run', async () => {
  const files = Object.entries(FAULTS).map(([name, { text }]) => [`${name}.lethe.json`, text] as const);
  const options = { workspace: folderWith(Object.fromEntries(files)), trusted: true };
  await withHost('faulty-files', options, async (host) => {
    const workbench = await host.openWindow();
    for (const [name, fault] of Object.entries(FAULTS)) await seeFault(workbench, `${name}.lethe.json`, fault);
    expect(await runsIn(host.workspace)).toEqual([]);
  });
});

uiTest('a network that will outgrow the memory of any machine is pointed out, and not started', async () => {
  const file = 'huge.lethe.json';
  const text = JSON.stringify({
    ...{ name: 'Huge', stream: { kind: 'permuted', tasks: 100, scenario: 'task' }, bounds: false },
    ...{ network: { hidden: [8000, 8000, 8000, 8000] }, methods: [{ method: 'progressive' }] },
  });
  await withHost('huge', { workspace: folderWith({ [file]: text }), trusted: true }, async (host) => {
    const workbench = await host.openWindow();
    await workbench.openFile(file);
    const message =
      /With Progressive networks the network comes to [\d,]+ parameters: training takes at least [\d.]+ TB/;
    await workbench.problem(message);
    await workbench.tab(file).click();
    await workbench.command(RUN_ALL);
    await workbench.toast('This experiment cannot run yet.').filter({ hasText: message }).waitFor();
    expect(await runsIn(host.workspace)).toEqual([]);
  });
});

uiTest('runs for native TensorFlow alone are not started where it is not installed', async () => {
  const file = 'none.lethe.json';
  const text = recipe({ name: 'Native alone', methods: [{ method: 'none' }], bounds: false, seeds: 1 });
  const settings = { 'lethe.backend': 'native' };
  const options = { workspace: folderWith({ [file]: text }), trusted: true, settings, env: withoutEngine };
  await withHost('without-engine', options, async (host) => {
    const workbench = await host.openWindow();
    await workbench.openFile(file);
    await workbench.command(RUN_ALL);
    const refused = workbench.toast('The setting lethe.backend asks for native TensorFlow, which is not installed.');
    await refused.waitFor();
    await workbench.screenshot('without-engine');
    expect(await runsIn(host.workspace)).toEqual([]);
    await refused.getByRole('button', { name: 'Open Settings' }).click();
    await workbench.page.locator('.settings-editor', { hasText: 'The engine that new runs train on' }).waitFor();
  });
});

async function seeFault(workbench: Workbench, file: string, { text, message, at }: Fault): Promise<void> {
  await workbench.openFile(file);
  const row = await workbench.problem(message);
  expect(await row.innerText(), file).toContain(`[${at}]`);
  if (text !== '') await workbench.squiggles.first().waitFor();
  if (text.includes('methods')) await workbench.codeLens('1 problem to fix before it can run').waitFor();
  // Focus back in the editor, so that the command is about this file.
  await workbench.tab(file).click();
  await workbench.command(RUN_ALL);
  const toast = workbench.toast('This experiment cannot run yet.').filter({ hasText: message });
  await toast.filter({ hasText: `${file}, line ${/\d+/.exec(at)?.[0] ?? ''}` }).waitFor();
  await workbench.command('Notifications: Clear All Notifications');
  await workbench.closeTab(file);
}

uiTest('damaged run folders are shown as what they are', async () => {
  const file = 'none.lethe.json';
  const text = recipe({ name: 'Damaged', methods: [{ method: 'none' }], bounds: false, seeds: 4 });
  await withHost('damaged-runs', { workspace: folderWith({ [file]: text }), trusted: true }, async (host) => {
    await lethe(host, 'run', file, '--no-report');
    const broken = await damage(host);
    const workbench = await host.openWindow();
    await workbench.openFile(file);
    await workbench.codeLens('Open dashboard').click();
    const panel = new Panel(workbench);
    await panel.show('details');
    await panel.problems.filter({ hasText: '1 line of its log could not be read.' }).waitFor();
    const said = await panel.problems.innerText();
    expect(said).toContain('kinds of events that this version does not know: hologram');
    expect(said).toContain('ended without a word');
    await panel.show('answer');
    expect(await panel.row('none').innerText()).toContain('2 of 4');
    await workbench.activity('Lethe').click();
    await workbench.unfoldRow('Other runs', new RegExp(`${broken}.*run.json is not JSON`));
    await workbench.screenshot('damaged');
  });
});

/** Damages the runs of the seeds 1 to 4, each in its own way. @returns the id of the one without a readable run.json */
async function damage(host: Host): Promise<string> {
  const [torn = '', unknown = '', silent = '', broken = ''] = (await runsIn(host.workspace)).map(
    ({ manifest }) => manifest.id,
  );
  appendFileSync(eventsFile(host.workspace, torn), '{"type":"step","at":17');
  appendFileSync(eventsFile(host.workspace, unknown), '{"type":"hologram","at":1700000000000,"depth":3}\n');
  rmSync(eventsFile(host.workspace, silent));
  writeFileSync(path.join(runsFolder(host.workspace), broken, 'run.json'), '{ "lethe": 2,');
  return broken;
}

uiTest('where runs cannot be written, it is said before anything starts', async () => {
  const workspace = folderWith({ 'quick.lethe.json': recipe(), '.lethe': 'a file where the folder should be' });
  await withHost('unwritable', { workspace, trusted: true }, async (host) => {
    const workbench = await host.openWindow();
    await workbench.openFile('quick.lethe.json');
    await workbench.codeLens('Run all').click();
    await workbench.toast('Runs cannot be written to').filter({ hasText: 'Nothing was started.' }).waitFor();
    expect(await workbench.page.locator('iframe.webview').count(), 'no dashboard of nothing').toBe(0);
  });
});
