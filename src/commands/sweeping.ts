import * as vscode from 'vscode';
import { sweepText } from '../editor/sweepPlace';
import type { SweepScale } from '../editor/sweepValues';
import { t } from '../workspace/text';
import type { App } from './app';
import { Refusal } from './refusal';
import { isValidAt, siteOf, suggestedAt, type SweepSite } from './sweepSite';

/**
 * Puts a sweep in the place of a number: asks which values, says how many runs that makes, and changes the file by one edit.
 * Of a method it asks first which of its settings; that need not stand in the file yet.
 *
 * @param argument a variant, or `{ uri, offset }` of a number; what is at the cursor when left out
 */
export async function sweepSetting(app: App, argument: unknown): Promise<void> {
  const site = await siteOf(app, argument);
  const values = site && (await chooseValues(site));
  if (!values) return;
  const { document, version, place } = site;
  if (document.version !== version) throw new Refusal(t('The file has changed meanwhile: nothing was swept.'));
  const edit = new vscode.WorkspaceEdit();
  const replaced = new vscode.Range(
    document.positionAt(place.offset),
    document.positionAt(place.offset + place.length),
  );
  edit.replace(document.uri, replaced, place.before + sweepText(values));
  await vscode.workspace.applyEdit(edit);
  const editor = await vscode.window.showTextDocument(document);
  const start = place.offset + place.before.length;
  const swept = new vscode.Range(document.positionAt(start), document.positionAt(start + sweepText(values).length));
  editor.selection = new vscode.Selection(swept.start, swept.end);
  editor.revealRange(swept);
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
    case 'presets':
      return t('those of the presets, which are from the literature');
  }
};

/** What is suggested, or what the user writes; undefined when none is wanted. */
async function chooseValues(site: SweepSite): Promise<readonly number[] | undefined> {
  const { value, setting } = site.place;
  const suggested = suggestedAt(site).map(({ scale, values }) => ({
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
  return picked && (picked.values ?? writeValues(site, suggested[0]?.values ?? [value], isValidAt(site)));
}

/** How many runs the experiment has with these values; undefined where they are not right. */
function runsText(site: SweepSite, values: readonly number[]): string | undefined {
  const { experiment } = site.parsedWith(sweepText(values));
  return (
    experiment &&
    t('{0} settings, {1} runs in all', values.length, experiment.variants.length * experiment.seeds.length)
  );
}

async function writeValues(
  site: SweepSite,
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
