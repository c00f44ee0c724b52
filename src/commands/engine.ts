import * as vscode from 'vscode';
import type { EngineStatus, InstallProgress } from '../native/index';
import { t } from '../workspace/text';
import type { App } from './app';
import { commandLine } from './commandLine';
import { Refusal } from './refusal';
import { refuseUntrusted } from './starting';

/** A line that `lethe engine … --json` prints. */
type Line =
  ({ type: 'progress' } & InstallProgress) | ({ type: 'engine' } & EngineStatus) | { type: 'error'; message: string };

/**
 * Runs `lethe engine …` in a process of its own and returns the status it ends with; undefined when it was cancelled.
 * Throws what it says is wrong.
 */
async function lethe(
  app: App,
  verb: string,
  onProgress?: (progress: InstallProgress) => void,
  token?: vscode.CancellationToken,
): Promise<EngineStatus | undefined> {
  let last: Line | undefined;
  const take = (line: unknown) => {
    last = line as Line;
    if (last.type === 'progress') onProgress?.(last);
  };
  const complaint = await commandLine(app, ['engine', verb], take, token);
  if (last?.type === 'engine') return last;
  if (token?.isCancellationRequested) return undefined;
  throw new Refusal(last?.type === 'error' ? last.message : complaint);
}

const megabytes = (bytes = 0) => Math.round(bytes / 1e6);

/** Says what it takes, asks, and installs native TensorFlow with progress. */
export async function installEngine(app: App): Promise<void> {
  refuseUntrusted();
  const status = await lethe(app, 'status');
  if (!status) return;
  if (status.installed) throw new Refusal(t('Native TensorFlow is installed already, in {0}', status.folder));
  if (!status.supported) throw new Refusal(status.why ?? '');
  const { download, installed, whileInstalling } = status.needs;
  const detail = t(
    'It downloads about {0} MB with npm and pip and takes {1} MB in {2} ({3} MB while installing).',
    megabytes(download),
    megabytes(installed),
    status.folder,
    megabytes(whileInstalling),
  );
  if (!(await agreed(t('Install native TensorFlow, on which runs train faster?'), detail, t('Install')))) return;
  const title = t('Installing native TensorFlow');
  const done = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (progress, token) => lethe(app, 'install', (now) => progress.report({ message: phaseText(now) }), token),
  );
  if (done) say(t('Native TensorFlow is installed. New runs use it.'));
}

export async function removeEngine(app: App): Promise<void> {
  refuseUntrusted();
  const status = await lethe(app, 'status');
  if (!status) return;
  const detail = t('{0} MB in {1} become free. New runs train on WebAssembly.', megabytes(status.bytes), status.folder);
  if (!(await agreed(t('Remove native TensorFlow?'), detail, t('Remove')))) return;
  await lethe(app, 'remove');
  say(t('Native TensorFlow is removed.'));
}

const say = (message: string) => void vscode.window.showInformationMessage(message);

const agreed = async (question: string, detail: string, button: string) =>
  (await vscode.window.showInformationMessage(question, { modal: true, detail }, button)) === button;

function phaseText({ phase, done, total }: InstallProgress): string {
  const text =
    phase === 'download' ? t('downloading') : phase === 'packages' ? t('installing packages') : t('building');
  return total === undefined ? text : `${text}: ${megabytes(done)} / ${megabytes(total)} MB`;
}
