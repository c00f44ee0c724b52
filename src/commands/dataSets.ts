import * as vscode from 'vscode';
import { isDatasetName } from '../core/datasets';
import { formatBytes, formatDuration } from '../core/format';
import { oneLine } from '../core/visibleText';
import { t } from '../workspace/text';
import type { App } from './app';
import { commandLine } from './commandLine';
import { Refusal } from './refusal';
import { refuseUntrusted } from './starting';

/** A line that `lethe data list --json` prints. */
interface Listed {
  readonly name: string;
  readonly title?: string;
  readonly classes?: number;
  readonly shape?: readonly number[];
  readonly present: boolean;
  readonly bytes?: number;
  readonly source?: string;
  /** Of one that can be removed. */
  readonly folder?: string;
  readonly fault?: string;
  readonly download?: { readonly bytes: number; readonly addresses: readonly string[]; readonly licence: string };
}

/** A line that `lethe data add`, `download` and `remove` print. */
type Line =
  | {
      readonly type: 'progress';
      readonly phase: Phase;
      readonly done?: number;
      readonly total?: number;
      readonly seconds?: number;
    }
  | { readonly type: 'data'; readonly name: string; readonly title: string }
  | { readonly type: 'error'; readonly message: string }
  | { readonly type: 'cancelled' | 'removed' };
type Phase = 'download' | 'check' | 'read' | 'write';

interface Item extends vscode.QuickPickItem {
  readonly run?: () => unknown;
}

/** Lists data sets, adds the user's own and downloads known ones. */
export async function dataSets(app: App): Promise<void> {
  refuseUntrusted();
  const all: Listed[] = [];
  const complaint = await commandLine(app, ['data', 'list'], (line) => all.push(line as Listed));
  if (all.length === 0) throw new Refusal(complaint);
  const heading = (label: string): Item => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const items: Item[] = [
    heading(t('On this machine')),
    ...all.filter(({ present }) => present).map((one) => presentItem(app, one)),
    ...all.flatMap((one) => (one.fault === undefined ? [] : [damagedItem(app, one)])),
    heading(t('Add your own')),
    { label: `$(folder) ${t('Add from a Folder…')}`, run: () => add(app, 'folder') },
    { label: `$(file-zip) ${t('Add from an Archive or a File…')}`, run: () => add(app, 'file') },
    heading(t('Download')),
    ...all.flatMap((one) => (one.download ? [downloadItem(app, one, one.download)] : [])),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Data Sets'),
    placeHolder: t('Choose a data set, or add one'),
    matchOnDescription: true,
  });
  await picked?.run?.();
}

function presentItem(app: App, one: Listed): Item {
  const { name, title = name, classes = 0, shape = [], bytes, source = '', folder } = one;
  const size = bytes === undefined ? [] : [formatBytes(bytes)];
  return {
    label: `$(check) ${oneLine(name)}`,
    description: [oneLine(title), t('{0} classes', classes), shape.join(' × '), ...size].join(' · '),
    detail: oneLine(source),
    run: () => (folder === undefined ? say(t('{0} ships with Lethe.', title)) : offer(app, one, folder)),
  };
}

const damagedItem = (app: App, { name, fault = '' }: Listed): Item => ({
  label: `$(warning) ${oneLine(name)}`,
  description: oneLine(fault),
  run: () => remove(app, name),
});

const downloadItem = (app: App, { name, title = name }: Listed, from: NonNullable<Listed['download']>): Item => ({
  label: `$(cloud-download) ${oneLine(name)}`,
  description: `${oneLine(title)} · ${formatBytes(from.bytes)}`,
  run: () => download(app, name, title, from),
});

/** What can be done with a data set that is there. */
async function offer(app: App, { name, title = name }: Listed, folder: string): Promise<void> {
  const items: Item[] = [
    {
      label: t('Show in Folder'),
      run: () => vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(folder)),
    },
    { label: t('Remove'), run: () => remove(app, name) },
  ];
  const picked = await vscode.window.showQuickPick(items, { title: oneLine(title) });
  await picked?.run?.();
}

async function remove(app: App, name: string): Promise<void> {
  const detail = t('Runs that used it stay; they can be repeated when the same data is added again.');
  if (!(await agreed(t('Remove the data set {0}?', name), detail, t('Remove')))) return;
  await work(app, t('Removing {0}', name), ['remove', name]);
  say(t('{0} is removed.', name));
}

async function download(
  app: App,
  name: string,
  title: string,
  { bytes, addresses, licence }: NonNullable<Listed['download']>,
): Promise<void> {
  const detail = `${t('{0} from', formatBytes(bytes))}\n${addresses.join('\n')}\n${t('Licence: {0}', licence)}`;
  if (!(await agreed(t('Download {0}?', title), detail, t('Download')))) return;
  await workAndSay(app, t('Downloading {0}', title), ['download', name]);
}

async function add(app: App, what: 'folder' | 'file'): Promise<void> {
  const [place] =
    (await vscode.window.showOpenDialog({
      canSelectFolders: what === 'folder',
      canSelectFiles: what === 'file',
      openLabel: t('Add'),
      title: what === 'folder' ? t('Folder of a data set') : t('Archive or file of a data set'),
      ...(what === 'file' && {
        filters: { [t('Data')]: ['csv', 'tsv', 'npz', 'gz', 'tgz', 'tar'], [t('All Files')]: ['*'] },
      }),
    })) ?? [];
  if (!place) return;
  const name = await vscode.window.showInputBox({
    title: t('Name of the data set'),
    prompt: t('Experiments call it by this name'),
    value: suggestedName(place.path),
    validateInput: (value) =>
      isDatasetName(value) ? undefined : t('A name has lower-case letters, digits, "-", "_" and "."'),
  });
  if (name === undefined) return;
  const label = /\.[ct]sv(\.gz)?$/i.test(place.path) ? await askLabel() : [];
  if (label) await workAndSay(app, t('Adding {0}', name), ['add', name, place.fsPath, ...label]);
}

/** Which column of a CSV file holds the label; undefined when the user gives up. */
async function askLabel(): Promise<string[] | undefined> {
  const column = await vscode.window.showInputBox({
    title: t('Column of the label'),
    prompt: t('Its name in the first line, or its index from 0; -1 is the last'),
    value: 'label',
  });
  return column === undefined ? undefined : ['--label', column];
}

/** `My Data.tar.gz` → `my-data`. */
export const suggestedName = (file: string): string =>
  file
    .slice(file.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(/\.(tar\.gz|csv\.gz|[a-z]{2,4})$/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64);

async function workAndSay(app: App, title: string, words: readonly string[]): Promise<void> {
  const done = await work(app, title, words);
  if (done?.type === 'data')
    say(t('{0} is there. In an experiment file: "dataset": "{1}"', oneLine(done.title), done.name));
}

/** Runs `lethe data …` with progress. @returns its last line; undefined when it was cancelled. @throws Refusal */
async function work(app: App, title: string, words: readonly string[]): Promise<Line | undefined> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      let last: Line | undefined;
      const take = (line: unknown) => {
        last = line as Line;
        if (last.type === 'progress') progress.report({ message: progressText(last) });
      };
      const complaint = await commandLine(app, ['data', ...words], take, token);
      if (last?.type === 'data' || last?.type === 'removed') return last;
      if (token.isCancellationRequested) return undefined;
      throw new Refusal(last?.type === 'error' ? last.message : complaint);
    },
  );
}

function progressText({ phase, done, total, seconds }: Extract<Line, { type: 'progress' }>): string {
  const text = { download: t('downloading'), check: t('checking'), read: t('reading'), write: t('writing') }[phase];
  if (done === undefined || total === undefined) return text;
  const left = seconds === undefined ? '' : `, ${t('{0} left', formatDuration(seconds))}`;
  const amount =
    phase === 'download' ? `${formatBytes(done)} / ${formatBytes(total)}` : `${Math.floor((100 * done) / total)} %`;
  return `${text}: ${amount}${left}`;
}

const say = (message: string) => void vscode.window.showInformationMessage(message);

const agreed = async (question: string, detail: string, button: string) =>
  (await vscode.window.showInformationMessage(question, { modal: true, detail }, button)) === button;
