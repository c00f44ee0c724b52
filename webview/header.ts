import { html, nothing, type TemplateResult } from 'lit';
import type { DashboardView, FileTrouble } from '../src/core/messages';
import { button } from './controls';
import type { Host } from './host';
import { isActive, isComplete, type Progress } from './progress';
import { list, t, tn, type TextKey } from './strings';
import { backendsOf, backendUsesOf, dataDiffers, type LiveVariant } from './variants';
import { overallWords } from './words';

const scenarioKeys: Readonly<Record<string, TextKey>> = {
  task: 'scenarioTask',
  domain: 'scenarioDomain',
  class: 'scenarioClass',
};

/** Name, size and state of the experiment, and what one can do with all of it. */
export function header(
  view: DashboardView,
  variants: readonly LiveVariant[],
  progress: Progress,
  host: Host,
  copyTable: () => void,
): TemplateResult {
  const backends = backendsOf(variants);
  const facts = [
    ...(view.scenario ? [t(scenarioKeys[view.scenario] ?? 'scenarioClass')] : []),
    t('size', { methods: tn('methods', variants.length), seeds: tn('seeds', view.seeds.length) }),
  ];
  const nothingToRun =
    !view.trusted ||
    view.file === undefined ||
    isComplete(progress) ||
    progress.queued + progress.running >= progress.planned;
  const active = isActive(progress);
  return html`<header>
    <div class="heading">
      <h1>${view.name}</h1>
      <p class="facts">${facts.join(' · ')}</p>
      ${backendUsesOf(variants).map((use) => html`<p class="facts" data-backend>${t('backend', { use })}</p>`)}
      <p class="state" data-state>
        ${active ? html`<span class="pulse" aria-hidden="true"></span>` : nothing}${overallWords(progress)}
      </p>
    </div>
    <div class="actions">
      ${button({ name: 'runAll', label: t('runAll'), primary: !active, disabled: nothingToRun, onClick: () => host.act('runAll') })}
      ${button({ name: 'stopAll', label: t('stopAll'), primary: active, disabled: !active || view.file === undefined, onClick: () => host.act('stopAll') })}
      ${button({ name: 'openReport', label: t('openReport'), disabled: progress.done === 0, onClick: () => host.act('openReport') })}
      ${button({ name: 'copyTable', label: t('copyTable'), disabled: progress.done === 0, onClick: copyTable })}
    </div>
    <progress
      class="overall"
      aria-label=${t('progressAll')}
      max="1"
      .value=${progress.fraction}
      ?hidden=${!active}
    ></progress>
    ${notices(view, variants, backends)}
  </header>`;
}

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

function notices(view: DashboardView, variants: readonly LiveVariant[], backends: readonly string[]) {
  const file = view.file ?? '';
  const texts = [
    ...(view.trusted ? [] : [t('untrusted')]),
    ...(view.fileTrouble ? [troubleWords(view.fileTrouble, file)] : []),
    ...backendNotices(backends, view.backend),
    ...(dataDiffers(variants) ? [t('dataDiffers')] : []),
  ];
  return texts.map((text) => html`<p class="notice">${text}</p>`);
}

/** Where runs are on several backends, or none is on the one that is asked for. */
function backendNotices(names: readonly string[], asked: DashboardView['backend'] = 'auto'): string[] {
  const args = { asked, names: names.join(', ') };
  if (names.length > 1) return [t('backendsDiffer', args)];
  return asked !== 'auto' && names.length > 0 && !names.includes(asked) ? [t('backendMissing', args)] : [];
}
