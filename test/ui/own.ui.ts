// A network and a stream of the user's own, from the palette to a breakpoint in them and to finished runs.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { uiTest, withHost, type Host, type Workbench } from '../vscode/harness';
import { lethe } from './installedCli';
import { Panel } from './panel';
import { folderWith, recipe } from './recipes';

const CREATE = 'Lethe: Create Method, Network, Stream or Program of Your Own';
const DEBUG_MS = 120_000;

interface Part {
  /** Of the palette's question. */
  readonly answer: string;
  /** What it writes. */
  readonly file: string;
  /** A line in it that only a run comes to. */
  readonly line: string;
  /** A variable there. */
  readonly seen: string;
}

const network: Part = {
  answer: 'A network: what is trained',
  file: 'my-network.ts',
  line: 'const cosines = ',
  seen: 'second',
};
const stream: Part = {
  answer: 'A stream: the tasks that are met',
  file: 'my-stream.ts',
  line: 'const few = ',
  seen: 'rare',
};

const FILE = 'own.lethe.json';
const SHARE = 'share';
const experiment = () =>
  recipe({
    ...{ name: 'Own parts', seeds: 1, methods: [{ method: 'ewc', samples: 200 }] },
    stream: { kind: `./${stream.file}`, pairs: 2, [SHARE]: 0.1 },
    network: { kind: `./${network.file}`, width: 20 },
  });

uiTest('a network and a stream of one’s own are created, debugged and run', async () => {
  const { leftovers } = await withHost('own', { workspace: folderWith({ [FILE]: experiment() }) }, async (host) => {
    const workbench = await host.openWindow();
    await workbench.openFile(FILE);
    await workbench.trust();
    await workbench.problem(`There is no file ${network.file} here.`);
    for (const part of [network, stream]) await create(workbench, part);
    for (const part of [network, stream]) await debug(workbench, host, part);
    await runIt(workbench, host);
    expect(host.browser.cspViolations).toEqual([]);
  });
  expect(leftovers).toEqual([]);
});

/** Writes the example of a part; its editor knows what `lethe` is, so nothing in it is underlined. */
async function create(workbench: Workbench, { answer, file }: Part): Promise<void> {
  await workbench.command(CREATE);
  await workbench.quickPickRow(answer).click();
  await workbench.answerInput(path.basename(file, '.ts'));
  await workbench.tab(file).waitFor();
}

/** Stops at a breakpoint in the part, and sees a variable there. */
async function debug(workbench: Workbench, host: Host, { file, line, seen }: Part): Promise<void> {
  const { page } = workbench;
  const lines = readFileSync(path.join(host.workspace, file), 'utf8').split('\n');
  await workbench.tab(file).click();
  await page.keyboard.press('Control+g');
  await workbench.answerInput(`:${lines.findIndex((text) => text.includes(line)) + 1}`);
  await page.keyboard.press('F9');
  await page.locator('.codicon-debug-breakpoint').first().waitFor();
  await workbench.tab(FILE).click();
  await workbench.codeLens('Debug').first().click();
  await page
    .locator('.debug-top-stack-frame-column, .debug-top-stack-frame-line')
    .first()
    .waitFor({ timeout: DEBUG_MS });
  await workbench.tab(file).waitFor();
  const variables = page.locator('.debug-variables .monaco-list-row');
  const local = variables.filter({ hasText: /^Local/ }).first();
  await local.waitFor();
  if ((await local.getAttribute('aria-expanded')) !== 'true') await local.click();
  await variables.filter({ hasText: seen }).first().waitFor();
  await workbench.screenshot(`own-debug-${file}`);
  await page.locator('.debug-toolbar [aria-label^="Stop"]').click();
  await page.locator('.debug-toolbar').waitFor({ state: 'hidden', timeout: DEBUG_MS });
  await workbench.activity('Explorer').click();
}

/** Runs everything by the lens; its numbers are those of the command line. */
async function runIt(workbench: Workbench, host: Host): Promise<void> {
  await workbench.tab(FILE).click();
  await workbench.codeLens('Run all').first().click();
  const panel = new Panel(workbench);
  await panel.allDone(3);
  await workbench.screenshot('own-done');
  expect(readdirSync(path.join(host.workspace, '.lethe/runs'))).toHaveLength(3);
  const { stdout } = await lethe(host, 'compare', FILE, '--json');
  const { rows } = JSON.parse(stdout) as {
    rows: { readonly key: string; readonly measures: { accuracy: { n: number } } }[];
  };
  expect(rows.map(({ key, measures }) => [key, measures.accuracy.n])).toEqual([
    ['none', 1],
    ['joint', 1],
    ['ewc', 1],
  ]);
}
