import * as vscode from 'vscode';
import type { ParsedExperiment } from '../core/parse';
import { sweepPlaceAt, sweepText, withText, type SweepPlace } from '../editor/sweepPlace';
import { suggestedSweeps, type SweepScale } from '../editor/sweepValues';
import { isExperimentUri } from '../workspace/experiments';
import { t } from '../workspace/text';
import type { App } from './app';
import { Refusal } from './refusal';

/** A number in an open experiment file, and what the file would be with something else in its place. */
interface Site {
  readonly document: vscode.TextDocument;
  readonly place: SweepPlace;
  parsedWith(inserted: string): ParsedExperiment;
}

/**
 * Puts a sweep in the place of a number: asks which values, says how many runs that makes, and changes the file by one edit.
 *
 * @param argument `{ uri, offset }` of the number; the one at the cursor when left out
 */
export async function sweepSetting(app: App, argument: unknown): Promise<void> {
  const site = await siteOf(app, argument);
  const values = await chooseValues(site);
  if (!values) return;
  const { document, place } = site;
  const now = sweepPlaceAt(document.getText(), place.offset);
  if (now?.value !== place.value) throw new Refusal(t('The file has changed meanwhile: nothing was swept.'));
  const edit = new vscode.WorkspaceEdit();
  const start = document.positionAt(now.offset);
  const inserted = sweepText(values);
  edit.replace(document.uri, new vscode.Range(start, document.positionAt(now.offset + now.length)), inserted);
  await vscode.workspace.applyEdit(edit);
  const editor = await vscode.window.showTextDocument(document);
  editor.selection = new vscode.Selection(start, document.positionAt(now.offset + inserted.length));
}

async function siteOf(app: App, argument: unknown): Promise<Site> {
  const { document, offset } = (await documentOf(argument)) ?? refuse();
  const text = document.getText();
  const place = sweepPlaceAt(text, offset) ?? refuse();
  return {
    ...{ document, place },
    parsedWith: (inserted) => app.experiments.parseAs(document, withText(text, place, inserted)),
  };
}

function refuse(): never {
  throw new Refusal(t('Put the cursor on a number of a method, of the training or of the network first.'));
}

async function documentOf(
  argument: unknown,
): Promise<{ readonly document: vscode.TextDocument; readonly offset: number } | undefined> {
  const { uri, offset } = (argument ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof uri === 'string' && typeof offset === 'number')
    return { document: await vscode.workspace.openTextDocument(vscode.Uri.parse(uri, true)), offset };
  const editor = vscode.window.activeTextEditor;
  if (!editor || !isExperimentUri(editor.document.uri)) return undefined;
  return { document: editor.document, offset: editor.document.offsetAt(editor.selection.active) };
}

const scaleText = (scale: SweepScale): string => {
  switch (scale) {
    case 'decades':
      return t('each ten times the one before');
    case 'thirds':
      return t('each about three times the one before');
    case 'doublings':
      return t('each twice the one before');
    case 'shares':
      return t('between 0 and 1');
  }
};

const errorsIn = ({ problems }: ParsedExperiment): number =>
  problems.filter(({ severity }) => severity === 'error').length;

/** What is suggested, or what the user writes; undefined when none is wanted. */
async function chooseValues(site: Site): Promise<readonly number[] | undefined> {
  const { value, setting } = site.place;
  const before = errorsIn(site.parsedWith(String(value)));
  const isValid = (other: number) => errorsIn(site.parsedWith(String(other))) <= before;
  const suggested = suggestedSweeps(value, isValid).map(({ scale, values }) => ({
    label: values.join(', '),
    description: runsText(site, values) ?? '',
    detail: scaleText(scale),
    values,
  }));
  const others = { label: t('Other values…'), description: '', detail: '', values: undefined };
  const picked = await vscode.window.showQuickPick([...suggested, others], {
    title: t('Sweep {0}', setting),
    placeHolder: t('Which values? Each makes a variant with all seeds.'),
  });
  return picked && (picked.values ?? writeValues(site, suggested[0]?.values ?? [value], isValid));
}

/** How many runs the experiment has with these values; undefined where they are not right. */
function runsText(site: Site, values: readonly number[]): string | undefined {
  const { experiment } = site.parsedWith(sweepText(values));
  return (
    experiment &&
    t('{0} settings, {1} runs in all', values.length, experiment.variants.length * experiment.seeds.length)
  );
}

async function writeValues(
  site: Site,
  first: readonly number[],
  isValid: (value: number) => boolean,
): Promise<readonly number[] | undefined> {
  const written = await vscode.window.showInputBox({
    title: t('Sweep {0}', site.place.setting),
    prompt: t('Numbers, with commas between them'),
    value: first.join(', '),
    validateInput: (text) => {
      const values = numbersIn(text);
      if (!values) return t('At least two different numbers, with commas between them.');
      const wrong = values.find((value) => !isValid(value));
      if (wrong !== undefined) return t('{0} cannot stand there.', wrong);
      const message = runsText(site, values);
      return message === undefined ? undefined : { message, severity: vscode.InputBoxValidationSeverity.Info };
    },
  });
  return written === undefined ? undefined : numbersIn(written);
}

/** At least two different numbers; undefined for anything else. */
function numbersIn(text: string): readonly number[] | undefined {
  const words = text.split(',').map((word) => word.trim());
  const values = words.map(Number);
  const isRight = words.every((word) => word !== '') && values.every(Number.isFinite);
  return isRight && values.length > 1 && new Set(values).size === values.length ? values : undefined;
}
