import * as vscode from 'vscode';
import type { Catalogue } from '../core/catalogue';
import { isDatasetName } from '../core/datasets';
import { naturally } from '../core/naturalOrder';
import { unreadableExperiment, type ParsedExperiment } from '../core/parse';
import { readCatalogue } from '../data/catalogue';
import { dataFolder } from '../data/place';
import { mapAtMost } from '../runs/mapAtMost';
import { Owner } from './disposable';
import { parsedWith, parseExperimentFile } from './experimentFile';
import type { FilesModel } from './filesModel';
import { Throttle } from './throttle';

export const EXPERIMENT_SUFFIX = '.lethe.json';
const PATTERN = `**/*${EXPERIMENT_SUFFIX}`;
const NOT_LOOKED_INTO = '{**/node_modules/**,**/.lethe/**}';
/** More experiment files than this in one workspace are a mistake (a data folder, say), not a list to look through. */
const MOST_FILES = 1000;
const TYPING_PAUSE = 150;

export const isExperimentUri = (uri: vscode.Uri): boolean => uri.path.endsWith(EXPERIMENT_SUFFIX);

/** An experiment file as it stands in the editor, or on disk where it is not open. */
export interface ExperimentDocument {
  readonly uri: vscode.Uri;
  /** Path of the workspace folder it lies in; undefined outside of every folder. */
  readonly folder?: string;
  /** Path relative to that folder, with forward slashes: what run manifests hold. */
  readonly path: string;
  readonly parsed: ParsedExperiment;
}

/** Knows every experiment file of the workspace. */
export class Experiments extends Owner {
  private readonly found = new Map<string, ExperimentDocument>();
  private readonly parses = new WeakMap<
    vscode.TextDocument,
    {
      readonly version: number;
      readonly catalogue: Catalogue;
      readonly revision: number;
      readonly parsed: ParsedExperiment;
    }
  >();
  private readonly changed = this.own(new vscode.EventEmitter<vscode.Uri | undefined>());
  /** Fires with the file that changed, or with undefined when the set of files did. */
  readonly onDidChange = this.changed.event;
  private readonly edited = new Set<vscode.TextDocument>();
  private readonly afterTyping = this.own(new Throttle(() => this.takeEdits(), TYPING_PAUSE));
  private searching: Promise<void> = Promise.resolve();

  /** @param files what is known of the files that experiment files name */
  constructor(
    private readonly files: FilesModel,
    private readonly onError: (error: unknown) => void,
  ) {
    super();
    this.own(files.onDidChange((experiments) => this.parseAgain(experiments)));
    const watcher = this.own(vscode.workspace.createFileSystemWatcher(PATTERN));
    this.own(watcher.onDidCreate((uri) => void this.load(uri).catch(onError)));
    this.own(watcher.onDidChange((uri) => void this.load(uri).catch(onError)));
    this.own(watcher.onDidDelete((uri) => this.forget(uri)));
    this.own(vscode.workspace.onDidChangeWorkspaceFolders(() => this.refresh()));
    this.watchData();
    this.own(vscode.workspace.onDidOpenTextDocument((document) => this.takeDocument(document)));
    this.own(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (!isExperimentUri(document.uri)) return;
        this.edited.add(document);
        this.afterTyping.trigger();
      }),
    );
    this.own(vscode.workspace.onDidCloseTextDocument((document) => this.takeClosed(document)));
    for (const document of vscode.workspace.textDocuments) this.takeDocument(document);
    this.refresh();
  }

  /** Resolves when the workspace has been searched. */
  get ready(): Promise<void> {
    return this.searching;
  }

  list(): ExperimentDocument[] {
    return [...this.found.values()].sort((a, b) => naturally(a.uri.path, b.uri.path));
  }

  get(uri: string): ExperimentDocument | undefined {
    return this.found.get(uri);
  }

  /** Like `get`, but reads the file when it is not known yet. One that cannot be read has that as its problem. */
  async read(uri: vscode.Uri): Promise<ExperimentDocument> {
    const open = openDocument(uri);
    if (open) return this.remember(uri, this.parse(open));
    const known = this.found.get(uri.toString());
    if (known) return known;
    const parsed = await this.parseFile(uri);
    return parsed ? this.remember(uri, parsed) : documentOf(uri, unreadableExperiment('there is no such file'));
  }

  /** Like `read`, once all is known of the files that it names. */
  async readWhole(uri: vscode.Uri): Promise<ExperimentDocument> {
    if (uri.scheme !== 'file') return this.read(uri);
    const open = openDocument(uri);
    if (open) {
      await this.files.allOf(open.getText(), uri.fsPath);
      return this.read(uri);
    }
    const parsed = await parseExperimentFile(uri.fsPath, (text) => this.files.allOf(text, uri.fsPath));
    return parsed ? this.remember(uri, parsed) : this.read(uri);
  }

  /**
   * Parses an open document; its text is parsed once for each version and for the data sets that there are, and anew when
   * more is known of the files that it names.
   */
  parse(document: vscode.TextDocument): ParsedExperiment {
    const known = this.parses.get(document);
    const { version } = document;
    const { revision } = this.files;
    const catalogue = readCatalogue();
    const isSame = known?.version === version && known.catalogue === catalogue;
    if (isSame && known.revision === revision) return known.parsed;
    const text = document.getText();
    const path = pathOf(document.uri);
    const files = this.files.of(text, path);
    // Without such files nothing depends on what is known of them.
    const namesNone = files.own.size === 0 && files.named.size === 0;
    const parsed = isSame && namesNone ? known.parsed : parsedWith(text, files, catalogue);
    this.parses.set(document, { version, catalogue, revision, parsed });
    return parsed;
  }

  /** Parses what an open document might say instead of its text. */
  parseAs(document: vscode.TextDocument, text: string): ParsedExperiment {
    return parsedWith(text, this.files.of(text, pathOf(document.uri)));
  }

  /** More is known of files that these experiment files name. */
  private parseAgain(experiments: readonly string[]): void {
    for (const uri of experiments.map((file) => vscode.Uri.file(file))) {
      const open = openDocument(uri);
      if (open) this.takeDocument(open);
      else if (this.found.has(uri.toString())) void this.readAgain(uri).catch(this.onError);
    }
  }

  /** Undefined when there is no such file on a disk. */
  private async parseFile(uri: vscode.Uri): Promise<ParsedExperiment | undefined> {
    if (uri.scheme !== 'file') return undefined;
    return parseExperimentFile(uri.fsPath, (text) => this.files.of(text, uri.fsPath));
  }

  /** Searches the workspace again. */
  refresh(): void {
    this.searching = this.search().catch(this.onError);
  }

  /**
   * A data set that came or went changes what is right in an experiment file. It comes and goes as a whole folder, so the
   * folder around it is watched and nothing below: a second watcher that looks into folders takes events from that of the
   * workspace.
   */
  private watchData(): void {
    const entries = new vscode.RelativePattern(vscode.Uri.file(dataFolder()), '*');
    const watcher = this.own(vscode.workspace.createFileSystemWatcher(entries));
    for (const event of [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete])
      this.own(
        event(({ path }) => (isDatasetName(path.slice(path.lastIndexOf('/') + 1)) ? this.refresh() : undefined)),
      );
  }

  private async search(): Promise<void> {
    const uris = await vscode.workspace.findFiles(PATTERN, NOT_LOOKED_INTO, MOST_FILES);
    const wanted = new Set(uris.map(String));
    for (const [key, { uri }] of this.found) if (!wanted.has(key) && !openDocument(uri)) this.found.delete(key);
    await mapAtMost(uris, (uri) => this.readFound(uri));
    this.announce(undefined);
  }

  /** Whatever is wrong with one file, the others are read. */
  private async readFound(uri: vscode.Uri): Promise<void> {
    try {
      const open = openDocument(uri);
      const parsed = open ? this.parse(open) : await this.parseFile(uri);
      if (parsed) this.remember(uri, parsed);
      else this.found.delete(uri.toString());
    } catch (error) {
      this.onError(error);
    }
  }

  private async load(uri: vscode.Uri): Promise<void> {
    if (!/\/(node_modules|\.lethe)\//.test(uri.path)) await this.readAgain(uri);
  }

  private async readAgain(uri: vscode.Uri): Promise<void> {
    const parsed = await this.parseFile(uri);
    if (openDocument(uri)) return;
    if (!parsed) {
      this.forget(uri);
      return;
    }
    const isNew = !this.found.has(uri.toString());
    this.remember(uri, parsed);
    this.announce(isNew ? undefined : uri);
  }

  private takeDocument(document: vscode.TextDocument): void {
    if (!isExperimentUri(document.uri)) return;
    const isNew = !this.found.has(document.uri.toString());
    this.remember(document.uri, this.parse(document));
    this.announce(isNew ? undefined : document.uri);
  }

  private takeEdits(): void {
    const edited = [...this.edited];
    this.edited.clear();
    for (const document of edited) if (!document.isClosed) this.takeDocument(document);
  }

  private takeClosed(document: vscode.TextDocument): void {
    if (!isExperimentUri(document.uri)) return;
    // Unsaved edits are gone with the document: the disk is the truth again.
    void this.readAgain(document.uri).catch(this.onError);
  }

  private forget(uri: vscode.Uri): void {
    if (this.found.delete(uri.toString())) this.announce(undefined);
  }

  private remember(uri: vscode.Uri, parsed: ParsedExperiment): ExperimentDocument {
    const entry = documentOf(uri, parsed);
    this.found.set(uri.toString(), entry);
    return entry;
  }

  private announce(uri: vscode.Uri | undefined): void {
    if (!this.disposed) this.changed.fire(uri);
  }
}

const openDocument = (uri: vscode.Uri): vscode.TextDocument | undefined =>
  vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());

const pathOf = (uri: vscode.Uri) => (uri.scheme === 'file' ? uri.fsPath : undefined);

function documentOf(uri: vscode.Uri, parsed: ParsedExperiment): ExperimentDocument {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  return {
    uri,
    path: folder ? vscode.workspace.asRelativePath(uri, false) : uri.path,
    parsed,
    ...(folder?.uri.scheme === 'file' ? { folder: folder.uri.fsPath } : {}),
  };
}
