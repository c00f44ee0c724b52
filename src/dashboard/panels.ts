import * as vscode from 'vscode';
import { nothingMeasured } from '../core/analyses/courses';
import type { BackendChoice } from '../core/backends';
import type { DashboardPlace } from '../core/dashboardPlace';
import { backendReasons } from '../core/format';
import { fromWebviewSchema, type FromWebview } from '../core/fromWebview';
import type { DashboardUiState, ToWebview } from '../core/messages';
import { reasonsOf } from '../core/methods/card';
import { cards } from '../core/methods/index';
import { RunColumns } from '../core/runColumns';
import { oneLine } from '../core/visibleText';
import { dataFolder } from '../data/place';
import { readThumbnails } from '../data/readThumbnails';
import type { KnownFiles } from '../workspace/experimentFile';
import { runOfTask } from '../workspace/runTasks';
import { t } from '../workspace/text';
import { perform, type DashboardActions } from './actions';
import { answerTo } from './answers';
import { DashboardChannel } from './channel';
import { columnForDashboard } from './column';
import { pageHtml } from './page';
import { VIEW_TYPE } from './viewType';
import { Refused, RequestDesk } from './requestDesk';
import { ExperimentSource, type RunReader } from './source';
import { openFile, readJson } from './remembered';
import type { Thumbnails } from './taskPictures';

/** What dashboards need of the rest of the extension. */
export interface DashboardHost {
  readonly extensionUri: vscode.Uri;
  /** The runs of the workspace folder an experiment file lies in; undefined when it lies in none. */
  readerOf(experiment: vscode.Uri): RunReader | undefined;
  /** What is known of the files that the text of an experiment file names. */
  knownFilesOf(text: string, experiment: vscode.Uri): Promise<KnownFiles>;
  /** Fires with the paths of experiment files of whose files something else is known. */
  readonly onDidChangeKnownFiles: vscode.Event<readonly string[]>;
  /** The one whose runs count before those of others. */
  backend(): BackendChoice;
  readonly onDidChangeSettings: vscode.Event<unknown>;
  readonly actions: () => Promise<DashboardActions<vscode.Uri>>;
  /** Folder to remember open dashboards in; undefined where nothing can be kept. */
  readonly memory: vscode.Uri | undefined;
  readonly log: Pick<vscode.LogOutputChannel, 'warn' | 'error'>;
}

/** An extension host that is there so long after a panel was closed (ms) does not belong to a window that closes. */
const OUTLIVES_WINDOW = 5000;
/** After which the first result of a run is written in its new folder (ms). */
const FIRST_RESULT = 1000;

/** All dashboards of the window: one for each experiment file. */
export class DashboardPanels implements vscode.Disposable {
  private readonly panels = new Map<string, DashboardPanel>();
  private readonly subscriptions: vscode.Disposable[] = [];
  private assets: Assets | undefined;
  private forgetting: NodeJS.Timeout | undefined;
  private disposed = false;

  /** @param before the experiments whose dashboards were open when the window was there last */
  constructor(
    private readonly host: DashboardHost,
    private readonly before: readonly vscode.Uri[],
  ) {
    this.subscriptions.push(
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        for (const panel of this.panels.values()) panel.refresh();
      }),
    );
    void this.reopenLost();
  }

  /** Shows the dashboard of an experiment: the one that is open, or a new one beside the editor. */
  async open(experiment: vscode.Uri, place: DashboardPlace = {}): Promise<void> {
    const known = this.panels.get(experiment.toString());
    if (known) {
      known.reveal();
      known.show(place);
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      VIEW_TYPE,
      titleOf(experiment),
      { viewColumn: columnForNew(), preserveFocus: true },
      optionsFor(this.host.extensionUri),
    );
    await this.attach(panel, experiment, place);
  }

  /** Shows the runs of a folder that have no experiment file, by the name they have in common. */
  openRuns(folder: string, name: string, place?: DashboardPlace): Promise<void> {
    return this.open(vscode.Uri.file(folder).with({ fragment: name }), place);
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.forgetting);
    for (const subscription of this.subscriptions) subscription.dispose();
    for (const panel of [...this.panels.values()]) panel.dispose();
  }

  /**
   * VS Code saves which panels are open only now and then: a window closed soon after a dashboard was opened comes back
   * without it. Such a one is opened again.
   */
  private async reopenLost(): Promise<void> {
    for (const uri of this.before) {
      if (this.host.readerOf(uri) && !hasTab(titleOf(uri)) && !this.panels.has(uri.toString())) await this.open(uri);
    }
  }

  /** A window that closes takes its panels along like a user who closes them. Only after the latter is this still there. */
  private forget(): void {
    clearTimeout(this.forgetting);
    if (!this.disposed) this.forgetting = setTimeout(() => void this.remember(), OUTLIVES_WINDOW);
  }

  private async remember(): Promise<void> {
    const { memory, log } = this.host;
    if (!memory) return;
    try {
      await vscode.workspace.fs.createDirectory(memory);
      const text = JSON.stringify([...this.panels.keys()]);
      await vscode.workspace.fs.writeFile(openFile(memory), new TextEncoder().encode(text));
    } catch (error) {
      log.warn(`Open dashboards cannot be remembered: ${String(error)}`);
    }
  }

  /**
   * Must not wait for the page: it is loaded only after this returns. VS Code may have saved a panel before what its page
   * remembers: the title then tells which one it is.
   */
  async restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const isMissing = (uri: vscode.Uri) => titleOf(uri) === panel.title && !this.panels.has(uri.toString());
    const uri = experimentOf(state) ?? this.before.find(isMissing);
    if (!uri || this.panels.has(uri.toString())) {
      panel.dispose();
      return;
    }
    panel.webview.options = optionsFor(this.host.extensionUri);
    await this.attach(panel, uri);
  }

  private async attach(panel: vscode.WebviewPanel, experiment: vscode.Uri, place: DashboardPlace = {}): Promise<void> {
    const key = experiment.toString();
    this.assets ??= readAssets(this.host.extensionUri);
    // At once, so that a second call in the meantime finds it.
    const dashboard = new DashboardPanel(panel, experiment, this.host, this.assets, () => {
      this.panels.delete(key);
      this.forget();
    });
    this.panels.set(key, dashboard);
    dashboard.show(place);
    void this.remember();
    await dashboard.load();
  }
}

class DashboardPanel {
  private readonly channel: DashboardChannel;
  private readonly desk: RequestDesk;
  private readonly subscriptions: vscode.Disposable[] = [];
  private disposed = false;
  /** Where a link leads whose page is not there yet. */
  private place: DashboardPlace = {};
  /** The page listens. */
  private isReady = false;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    private readonly experiment: vscode.Uri,
    private readonly host: DashboardHost,
    private readonly assets: Assets,
    onDispose: () => void,
  ) {
    const icon = (theme: string) => vscode.Uri.joinPath(host.extensionUri, 'media', `lethe-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    const reader = host.readerOf(experiment) ?? noRuns;
    const source = new ExperimentSource({
      reader,
      ...(experiment.fragment === ''
        ? { file: vscode.workspace.asRelativePath(experiment, false) }
        : { name: experiment.fragment }),
      uri: experiment.toString(),
      readText: () => readText(experiment),
      knownFiles: (text) => host.knownFilesOf(text, experiment),
      isTrusted: () => vscode.workspace.isTrusted,
      backend: () => host.backend(),
      thumbnails: (names) => this.thumbnailsFor(names),
    });
    const post = (message: ToWebview) => void panel.webview.postMessage(message);
    const tell = (error: unknown) => host.log.error(error instanceof Error ? error : String(error));
    this.channel = new DashboardChannel(source, post, tell);
    const shipped = vscode.Uri.joinPath(host.extensionUri, 'dist', 'data').fsPath;
    const sources = { reader, shown: (id: string) => source.shown(id), places: { shipped, own: dataFolder() } };
    this.desk = new RequestDesk((request, signal) => answerTo(request, sources, signal), post, tell);
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.joinPath(experiment, '..'), baseName(experiment)),
    );
    const analyses = analysisWatcher(experiment);
    const say = (run: string) => {
      if (!this.disposed && this.panel.visible && source.shown(run)) post({ type: 'analysed', run });
    };
    const analysed = ({ path }: vscode.Uri) => {
      const run = /\/runs\/([^/]+)\/analyses(?:\/|$)/.exec(path)?.[1] ?? '';
      say(run);
      // What is written into a folder as soon as that is there may never be told of.
      if (path.endsWith('/analyses')) setTimeout(() => say(run), FIRST_RESULT).unref();
    };
    // Nor is anything where the user has folders of runs not watched (files.watcherExclude).
    const ended = ({ execution: { task } }: vscode.TaskEndEvent) => {
      const run = runOfTask(task);
      if (run !== undefined) say(run);
    };
    const refresh = () => this.refresh();
    this.subscriptions.push(
      this.channel,
      ...(analyses ? [analyses, analyses.onDidCreate(analysed), analyses.onDidChange(analysed)] : []),
      vscode.tasks.onDidEndTask(ended),
      watcher,
      watcher.onDidChange(refresh),
      host.onDidChangeKnownFiles((experiments) => experiments.includes(experiment.fsPath) && refresh()),
      host.onDidChangeSettings(refresh),
      watcher.onDidCreate(refresh),
      watcher.onDidDelete(refresh),
      panel.webview.onDidReceiveMessage((message: unknown) => this.receive(message)),
      panel.onDidChangeViewState(() => (panel.visible ? this.channel.show() : this.hide())),
      panel.onDidDispose(() => {
        this.disposed = true;
        this.desk.clear();
        for (const subscription of this.subscriptions) subscription.dispose();
        onDispose();
      }),
    );
  }

  /** Shows the page as soon as its texts are there, so that the panel is not blank for longer. */
  async load(): Promise<void> {
    const { texts, words } = await this.assets.said;
    if (this.disposed) return;
    const { webview } = this.panel;
    const asset = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(assetsOf(this.host.extensionUri), name));
    webview.html = pageHtml({
      cspSource: webview.cspSource,
      script: asset('dashboard.js').toString(),
      style: asset('dashboard.css').toString(),
      language: vscode.env.language,
      texts,
      words,
      title: titleOf(this.experiment),
      waiting: t('Reading runs …'),
    });
  }

  /** Those that ship, and those of data sets that the user added. */
  private async thumbnailsFor(names: readonly string[]): Promise<Thumbnailed> {
    const shipped = await this.assets.thumbnails;
    const added = names.filter((name) => !Object.hasOwn(shipped, name));
    const own = added.flatMap((name) => {
      const thumbnails = readThumbnails(name);
      return thumbnails ? [[name, thumbnails] as const] : [];
    });
    return { ...shipped, ...Object.fromEntries(own) };
  }

  reveal(): void {
    this.panel.reveal(undefined, true);
  }

  /** Leads to a place of the page, as soon as it is there. */
  show(place: DashboardPlace): void {
    if (Object.keys(place).length === 0) return;
    this.place = place;
    if (this.isReady) this.follow();
  }

  private follow(): void {
    const { place } = this;
    this.place = {};
    if (Object.keys(place).length === 0) return;
    const message: ToWebview = { type: 'show', place };
    void this.panel.webview.postMessage(message);
  }

  refresh(): void {
    this.channel.refresh();
  }

  dispose(): void {
    this.panel.dispose();
  }

  private hide(): void {
    this.isReady = false;
    this.channel.hide();
    this.desk.clear();
  }

  private receive(raw: unknown): void {
    const parsed = fromWebviewSchema.safeParse(raw);
    if (!parsed.success) {
      const text = raw === undefined ? 'nothing' : JSON.stringify(raw);
      this.host.log.warn(`The dashboard sent a message that is not understood: ${text.slice(0, 200)}`);
      return;
    }
    this.handle(parsed.data);
  }

  private handle(message: FromWebview): void {
    switch (message.type) {
      case 'ready':
        this.desk.clear();
        this.isReady = true;
        this.follow();
        this.channel.receive(message);
        return;
      case 'resync':
        this.channel.receive(message);
        return;
      case 'action':
        void this.perform(message);
        return;
      case 'ask':
        this.desk.receive(message);
        return;
      case 'cancel':
        this.desk.cancel(message.id);
        return;
      case 'cspViolation':
        this.host.log.warn(`Dashboard: ${message.directive} blocked ${message.blocked}`);
        return;
      case 'error':
        this.host.log.error(`Dashboard: ${message.message}`);
    }
  }

  private async perform(message: Extract<FromWebview, { type: 'action' }>): Promise<void> {
    try {
      const done = await perform(message, this.experiment, await this.host.actions(), vscode.workspace.isTrusted);
      if (!done) this.host.log.warn(`Dashboard: "${message.action}" was refused.`);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.host.log.error(`Dashboard: "${message.action}" failed: ${text}`);
      void vscode.window.showErrorMessage(text);
    }
  }
}

/** The example images of data sets, by their names. */
type Thumbnailed = Readonly<Record<string, Thumbnails>>;

/** Sees what analyses write beside the runs of the workspace folder that an experiment lies in. */
function analysisWatcher(experiment: vscode.Uri): vscode.FileSystemWatcher | undefined {
  const folder = vscode.workspace.getWorkspaceFolder(experiment);
  if (!folder) return undefined;
  const pattern = new vscode.RelativePattern(folder, '.lethe/runs/*/{analyses,analyses/*.json}');
  return vscode.workspace.createFileSystemWatcher(pattern, false, false, true);
}

type Table = Readonly<Record<string, string>>;

interface Assets {
  /** What the page says, by key, and what logs and cards say, by their English. */
  readonly said: Promise<{ readonly texts: Table; readonly words: Table }>;
  readonly thumbnails: Promise<Thumbnailed>;
}

const assetsOf = (extensionUri: vscode.Uri) => vscode.Uri.joinPath(extensionUri, 'dist', 'webview');

const optionsFor = (extensionUri: vscode.Uri): vscode.WebviewOptions => ({
  enableScripts: true,
  localResourceRoots: [assetsOf(extensionUri)],
});

/** Why a backend was taken, and why a number is not defined, by the English of logs and cards. */
const reasonWords = (): Table => ({
  ...backendReasons(),
  ...Object.fromEntries(Object.values(cards).flatMap((card) => reasonsOf(card).map((reason) => [reason, t(reason)]))),
});

/** The translation for the window's language, and the example images; what is not there is done without. */
function readAssets(extensionUri: vscode.Uri): Assets {
  const language = vscode.env.language.toLowerCase();
  const read = <T>(...path: string[]) => readJson<T>(vscode.Uri.joinPath(extensionUri, ...path));
  return {
    said: language.startsWith('en')
      ? Promise.resolve({ texts: {}, words: {} })
      : Promise.all([
          read<Table>('l10n', `webview.${language}.json`),
          read<Table>('l10n', `views.${language}.json`),
        ]).then(([texts = {}, views]) => ({ texts, words: { ...views, ...reasonWords() } })),
    thumbnails: read<Thumbnails>('dist', 'thumbnails', 'mnist.json').then((mnist): Thumbnailed =>
      mnist ? { mnist } : {},
    ),
  };
}

async function readText(uri: vscode.Uri): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return undefined;
  }
}

/** The experiment a panel showed before the window was reloaded, from what its page remembered. */
function experimentOf(state: unknown): vscode.Uri | undefined {
  const { uri } = (state ?? {}) as Partial<DashboardUiState>;
  return typeof uri === 'string' ? vscode.Uri.parse(uri) : undefined;
}

/** A panel that VS Code brought back has a tab before it is drawn. */
const hasTab = (title: string) =>
  vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).some((tab) => isDashboard(tab) && tab.label === title);

const isDashboard = ({ input }: vscode.Tab) =>
  input instanceof vscode.TabInputWebview && input.viewType.endsWith(VIEW_TYPE);

function columnForNew(): vscode.ViewColumn {
  const columns = vscode.window.tabGroups.all.map(({ viewColumn, tabs }) => ({
    column: viewColumn,
    hasDashboard: tabs.some(isDashboard),
  }));
  const column = columnForDashboard(columns, vscode.window.activeTextEditor?.viewColumn);
  return column === 'beside' ? vscode.ViewColumn.Beside : column;
}

const baseName = (uri: vscode.Uri) => uri.path.slice(uri.path.lastIndexOf('/') + 1);
const titleOf = (uri: vscode.Uri) => oneLine(uri.fragment || baseName(uri).replace(/\.lethe\.json$/, ''));

const noRuns: RunReader = {
  list: () => Promise.resolve([]),
  columnsOf: () => Promise.resolve(new RunColumns()),
  told: () => Promise.resolve([]),
  analysesOf: () => Promise.resolve(nothingMeasured),
  severalOf: () => Promise.reject(new Refused('not there')),
  current: () => undefined,
  outputTail: () => Promise.resolve(''),
  watch: () => ({ dispose: () => undefined }),
};
