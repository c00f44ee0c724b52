import { html, nothing, type TemplateResult } from 'lit';
import { isBackendChoice } from '../src/core/backends';
import type { DashboardView, FileTrouble } from '../src/core/messages';
import { button } from './controls';
import type { Host } from './host';
import { menu, menuItem } from './menu';
import { isActive, type Progress } from './progress';
import { list, t, tn, type TextKey } from './strings';
import { backendsOf, dataDiffers, type LiveVariant } from './variants';
import { overallWords } from './words';

const scenarioKeys: Readonly<Record<string, TextKey>> = {
  task: 'scenarioTask',
  domain: 'scenarioDomain',
  class: 'scenarioClass',
};

/** What can be taken along. */
export interface Copies {
  readonly copyTable: () => void;
  readonly copyLink: () => void;
}

/** Name and state of the experiment, and what one can do with all of it: one line. */
export function header(
  view: DashboardView,
  variants: readonly LiveVariant[],
  progress: Progress,
  host: Host,
  { copyTable, copyLink }: Copies,
): TemplateResult {
  return html`<header>
    <h1 title=${factsOf(view, variants).join(' · ')}>${view.name}</h1>
    <p class="state" data-state>
      ${isActive(progress) ? html`<span class="pulse" aria-hidden="true"></span>` : nothing}${overallWords(progress).map((part, i) => html`<span class=${i > 1 ? 'more' : ''}>${i > 0 ? ' · ' : ''}${part}</span>`)}
    </p>
    <div class="actions">
      ${mainButton(view, progress, host)}
      ${menu({
        name: 'more',
        label: '⋯',
        description: t('more'),
        atEnd: true,
        items: [
          ...(isActive(progress)
            ? [
                menuItem({
                  name: 'runAll',
                  label: t('runAll'),
                  disabled: nothingToRun(view, progress),
                  onClick: () => host.act('runAll'),
                }),
              ]
            : []),
          ...(isAllDone(progress) ? [] : [reportItem(progress, host)]),
          menuItem({ name: 'copyTable', label: t('copyTable'), disabled: progress.done === 0, onClick: copyTable }),
          ...(view.file === undefined
            ? []
            : [
                menuItem({ name: 'copyLink', label: t('copyLink'), onClick: copyLink }),
                menuItem({ name: 'openFile', label: t('openFile'), onClick: () => host.act('openFile') }),
              ]),
        ],
      })}
    </div>
    <progress
      class="overall"
      aria-label=${t('progressAll')}
      max="1"
      .value=${progress.fraction}
      ?hidden=${!isActive(progress)}
    ></progress>
    ${notices(view, variants)}
  </header>`;
}

/** The next thing to do: stop, run, or, where every run is done, read the report. */
function mainButton(view: DashboardView, progress: Progress, host: Host): TemplateResult {
  if (isActive(progress))
    return button({
      name: 'stopAll',
      label: t('stopAll'),
      primary: true,
      disabled: view.file === undefined,
      onClick: () => host.act('stopAll'),
    });
  if (isAllDone(progress))
    return button({
      name: 'openReport',
      label: t('openReport'),
      primary: true,
      onClick: () => host.act('openReport'),
    });
  return button({
    name: 'runAll',
    label: t('runAll'),
    primary: true,
    disabled: nothingToRun(view, progress),
    onClick: () => host.act('runAll'),
  });
}

const reportItem = (progress: Progress, host: Host): TemplateResult =>
  menuItem({
    name: 'openReport',
    label: t('openReport'),
    disabled: progress.done === 0,
    onClick: () => host.act('openReport'),
  });

/** Nothing is left to be run, whether or not one might. */
const isAllDone = ({ done, planned }: Progress): boolean => planned > 0 && done >= planned;

/** What the experiment is and how large. */
export const factsOf = (view: DashboardView, variants: readonly LiveVariant[]): string[] => [
  ...(view.scenario ? [t(scenarioKeys[view.scenario] ?? 'scenarioClass')] : []),
  t('size', {
    methods: tn('methods', variants.filter(({ row }) => !row.fork).length),
    seeds: tn('seeds', view.seeds.length),
  }),
];

/** Every run is done, runs or waits already; or it cannot be started from here. */
const nothingToRun = ({ trusted, file }: DashboardView, { done, queued, running, planned }: Progress): boolean =>
  !trusted || file === undefined || done + queued + running >= planned;

function troubleWords(trouble: FileTrouble, file: string): string {
  switch (trouble.kind) {
    case 'missing':
      return t('fileMissing', { file });
    case 'invalid':
      return t(trouble.shown === 'runs' ? 'fileNeverValid' : 'fileInvalid', { file });
    case 'code':
      return t('codeInvalid', { files: list(trouble.files) });
  }
}

function notices(view: DashboardView, variants: readonly LiveVariant[]) {
  const file = view.file ?? '';
  const texts = [
    ...(view.trusted ? [] : [t('untrusted')]),
    ...(view.fileTrouble ? [troubleWords(view.fileTrouble, file)] : []),
    ...backendNotices(backendsOf(variants), view.backend),
    ...(dataDiffers(variants) ? [t('dataDiffers')] : []),
  ];
  return texts.map((text) => html`<p class="notice">${text}</p>`);
}

/** Where runs are on several backends, or none is on the one that is asked for. */
function backendNotices(names: readonly string[], asked: DashboardView['backend'] = 'auto'): string[] {
  const args = { asked, names: list(names) };
  if (names.length > 1)
    return [t(names.filter(isBackendChoice).length > 1 ? 'backendsDiffer' : 'backendsOfOthers', args)];
  return asked !== 'auto' && names.length > 0 && !names.includes(asked) ? [t('backendMissing', args)] : [];
}
