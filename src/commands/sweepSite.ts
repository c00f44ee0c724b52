import * as vscode from 'vscode';
import type { ParsedExperiment } from '../core/parse';
import { oneLine } from '../core/visibleText';
import { readMeanings } from '../editor/settingMeanings';
import { sweepableSettings, type SweepableSetting } from '../editor/sweepableSettings';
import { sweepPlaceAt, withText } from '../editor/sweepPlace';
import { suggestedSweeps, type SuggestedSweep } from '../editor/sweepValues';
import { isExperimentUri } from '../workspace/experiments';
import { targetOf } from '../workspace/targets';
import { t } from '../workspace/text';
import type { App } from './app';
import { Refusal } from './refusal';

/** A number in an open experiment file, and what the file would be with something else in its place. */
export interface SweepSite extends Pick<SweepableSetting, 'place' | 'ofPresets'> {
  readonly document: vscode.TextDocument;
  /** Of the document, when it was looked at. */
  readonly version: number;
  parsedWith(inserted: string): ParsedExperiment;
}

/**
 * The number that a command is about: that at a place of the file, or, where a method stands there, the setting of it that is
 * chosen. Undefined when none is.
 */
export async function siteOf(app: App, argument: unknown): Promise<SweepSite | undefined> {
  const { document, offset } = (await spotOf(app, argument)) ?? refuse();
  const settings = settingsAt(app, document, offset);
  const place = sweepPlaceAt(document.getText(), offset);
  if (!place) return chooseSetting(app, document, settings.length > 0 ? settings : refuse());
  const ofPresets = settings.find((setting) => setting.place.offset === place.offset)?.ofPresets ?? [];
  return siteAt(app, document, { place, ofPresets });
}

/** Values that may stand at a place, several ways of them. */
export const suggestedAt = (site: SweepSite): SuggestedSweep[] =>
  suggestedSweeps(site.place.value, isValidAt(site), site.ofPresets);

/** Whether a value may stand at a place: the file has no more errors with it. */
export function isValidAt(site: SweepSite): (value: number) => boolean {
  const before = errorsIn(site.parsedWith(String(site.place.value)));
  return (value) => errorsIn(site.parsedWith(String(value))) <= before;
}

const errorsIn = ({ problems }: ParsedExperiment): number =>
  problems.filter(({ severity }) => severity === 'error').length;

const siteAt = (
  app: App,
  document: vscode.TextDocument,
  { place, ofPresets }: Pick<SweepableSetting, 'place' | 'ofPresets'>,
): SweepSite => ({
  ...{ document, version: document.version, place, ofPresets },
  parsedWith: (inserted) => app.experiments.parseAs(document, withText(document.getText(), place, inserted)),
});

function refuse(): never {
  throw new Refusal(t('Put the cursor on a number of a method, of the training or of the network first.'));
}

interface Spot {
  readonly document: vscode.TextDocument;
  readonly offset: number;
}

async function spotOf(app: App, argument: unknown): Promise<Spot | undefined> {
  const target = targetOf(argument);
  const { uri, offset } = (target ?? argument ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof uri === 'string') {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri, true));
    if (typeof offset === 'number') return { document, offset };
    const { experiment, entries } = app.experiments.parse(document);
    const variant = experiment?.variants.find(({ key }) => target?.kind === 'variant' && key === target.key);
    const place = entries.find(({ entry }) => entry === variant?.entry);
    return place && { document, offset: place.offset };
  }
  const editor = vscode.window.activeTextEditor;
  if (!editor || !isExperimentUri(editor.document.uri)) return undefined;
  return { document: editor.document, offset: editor.document.offsetAt(editor.selection.active) };
}

/** What can be swept of the entry of `methods` that a place lies in. */
function settingsAt(app: App, document: vscode.TextDocument, offset: number): SweepableSetting[] {
  const { experiment, entries } = app.experiments.parse(document);
  const entry = entries.find((one) => one.offset <= offset && offset <= one.offset + one.length)?.entry;
  const variant = entry === undefined ? undefined : experiment?.variants.find((one) => one.entry === entry);
  if (!experiment || !variant) return [];
  const text = document.getText();
  const own = app.ownFiles.of(text, document.uri.scheme === 'file' ? document.uri.fsPath : undefined);
  return sweepableSettings(text, variant, experiment.stream.scenario, own);
}

/** Asks which setting; not where there is one. Those of which no other value may stand there are left out. */
async function chooseSetting(app: App, document: vscode.TextDocument, settings: readonly SweepableSetting[]) {
  const titles = [...new Set(settings.map(({ title }) => title))];
  const meaningOf = await readMeanings(app.programs.dist);
  const items = settings
    .map((setting) => ({ setting, site: siteAt(app, document, setting) }))
    .filter(({ site }) => suggestedAt(site).length > 0)
    .map(({ setting, site }) => ({
      label: titles.length > 1 ? `${setting.title} · ${setting.place.setting}` : setting.place.setting,
      description: valuesText(setting),
      detail: oneLine(setting.description ?? meaningOf(setting.method, setting.place.setting) ?? ''),
      site,
    }));
  const [first] = items;
  if (!first) throw new Refusal(t('No setting of this method can have another value here.'));
  if (items.length === 1) return first.site;
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Sweep a setting of {0}', titles.join(' + ')),
    placeHolder: t('Which setting?'),
    matchOnDetail: true,
  });
  return picked?.site;
}

/** What it is, what it is by default, and what the literature has. */
const valuesText = ({ place: { value }, usual, ofPresets }: SweepableSetting): string =>
  [
    String(value),
    ...(usual === undefined ? [] : [usual === value ? t('the default') : t('default {0}', usual)]),
    ...(ofPresets.length > 0 ? [t('in presets {0}', ofPresets.join(', '))] : []),
  ].join(' · ');
