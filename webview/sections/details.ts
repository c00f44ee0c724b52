import { html, nothing, svg, type TemplateResult } from 'lit';
import { formatPercent } from '../../src/core/format';
import { isFinished, isForeign, isForkable, isStartable, type Run } from '../../src/core/run';
import { factsOf } from '../header';
import type { Host } from '../host';
import { menu, menuItem } from '../menu';
import { problemList } from '../problemList';
import { list, t, type TextKey } from '../strings';
import { backendUsesOf, type LiveVariant } from '../variants';
import { timeText } from '../words';
import type { SectionContext } from './section';

/** What went wrong, and every run by itself. */
export function detailsSection({ view, variants, all, host }: SectionContext): TemplateResult {
  const canAct = view.trusted && view.file !== undefined;
  return html`${problemList(all, canAct, host)}
    <section aria-labelledby="about-title">
      <h2 id="about-title">${t('aboutTitle')}</h2>
      <p class="facts">${factsOf(view, all).join(' · ')}</p>
      ${backendUsesOf(all).map((use) => html`<p class="facts" data-backend>${t('backend', { use })}</p>`)}
      ${environmentOf(all).map((text) => html`<p class="facts" data-environment>${text}</p>`)}
    </section>
    <section class="runs-list" aria-labelledby="runs-title">
      <h2 id="runs-title">${t('runsTitle')}</h2>
      ${
        variants.some(({ runs }) => runs.length > 0)
          ? html`<div class="scroll" role="region" tabindex="0" aria-labelledby="runs-title">
              <table>
                <thead>
                  <tr>
                    <th scope="col">${t('colVariant')}</th>
                    <th scope="col" class="number">${t('colSeed')}</th>
                    <th scope="col">${t('colState')}</th>
                    <th scope="col" class="number">${t('colSeconds')}</th>
                    <th scope="col">${t('colSpent')}</th>
                    <th scope="col">${t('colBackend')}</th>
                    <th scope="col" aria-label=${t('colActions')}></th>
                  </tr>
                </thead>
                <tbody>
                  ${variants.flatMap(({ label, runs }) => runs.map((run) => runRow(label, run, host, canAct)))}
                </tbody>
              </table>
            </div>`
          : html`<p class="aside">${t('stateNotRun')}</p>`
      }
    </section>`;
}

/** Versions of the software that runs were trained with, and the computers they were trained on. */
function environmentOf(variants: readonly LiveVariant[]): string[] {
  const started = variants.flatMap(({ runs }) => runs.flatMap(({ state }) => state.started ?? []));
  const versions = started.flatMap((event) => Object.entries(event.versions ?? {}).map((pair) => pair.join(' ')));
  const hosts = started.flatMap(({ host }) => host ?? []);
  return [
    ...(versions.length > 0 ? [t('versions', { list: list([...new Set(versions)]) })] : []),
    ...(hosts.length > 0 ? [t('computers', { list: list([...new Set(hosts)]) })] : []),
  ];
}

const statusKeys: Readonly<Record<Run['status'], TextKey>> = {
  queued: 'statusQueued',
  running: 'statusRunning',
  done: 'statusDone',
  stopped: 'statusStopped',
  failed: 'statusFailed',
  crashed: 'statusCrashed',
  lost: 'statusLost',
};

const runRow = (label: string, run: Run, host: Host, canAct: boolean): TemplateResult => {
  const { manifest, status, state } = run;
  return html`<tr data-run-row=${manifest.id}>
    <th scope="row">${label}</th>
    <td class="number">${manifest.seed}</td>
    <td class="short">${t(statusKeys[status])}</td>
    <td class="number">${state.seconds > 0 ? timeText(state.seconds) : nothing}</td>
    <td>${spentBar(state.spent)}</td>
    <td>${state.backend ?? nothing}</td>
    <td>${runMenu(run, t('runName', { label, seed: String(manifest.seed) }), host, canAct)}</td>
  </tr>`;
};

const partKeys: Readonly<Record<string, TextKey>> = {
  train: 'spentTrain',
  evaluate: 'spentEvaluate',
  compile: 'spentCompile',
  method: 'spentMethod',
  files: 'spentFiles',
};

/** Where the time of the tasks went: a bar, and the same in words. What has no name of its own is the rest. */
function spentBar(spent: Run['state']['spent']): TemplateResult | typeof nothing {
  const whole = Object.values(spent).reduce((sum, seconds) => sum + seconds, 0);
  if (whole === 0) return nothing;
  const named = Object.entries(partKeys).map(([part, key]) => ({ part, key, seconds: spent[part] ?? 0 }));
  const rest = whole - named.reduce((sum, { seconds }) => sum + seconds, 0);
  const parts = [...named, { part: 'rest', key: 'spentRest' as const, seconds: rest }].filter(
    ({ seconds }) => seconds / whole >= 0.005,
  );
  const words = list(parts.map(({ key, seconds }) => `${t(key)} ${formatPercent(seconds / whole, 0)}`));
  let from = 0;
  const rects = parts.map(({ part, seconds }) => {
    const width = (100 * seconds) / whole;
    from += width;
    return svg`<rect class=${part} x=${from - width} y="0" width=${width} height="8" />`;
  });
  return html`<svg class="spent" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">${rects}</svg
    ><span class="aside">${words}</span>`;
}

/** What can be done with one run. */
function runMenu(run: Run, name: string, host: Host, canAct: boolean): TemplateResult {
  const { id } = run.manifest;
  const item = (action: keyof typeof actionKeys, disabled = false) =>
    menuItem({ name: action, label: t(actionKeys[action]), disabled, onClick: () => host.act(action, { run: id }) });
  const isOver = canAct && isFinished(run.status) && isStartable(run);
  // What a fork is run again with is not in the file.
  const isFork = run.manifest.trainer === 'lethe' && run.manifest.parent !== undefined;
  const isRepeatable = canAct && run.status === 'done' && !isForeign(run);
  return menu({
    ...{ name: `run-${id}`, label: '⋮', description: t('runActions', { run: name }), atEnd: true },
    items: [
      item('openLog'),
      item('showSettings'),
      item('compareSettings'),
      item('reveal'),
      item('stopRun', !canAct || isFinished(run.status) || !isStartable(run)),
      item('resume', !isOver || run.status === 'done'),
      item('runAgain', !isOver || isFork),
      item('forkRun', !canAct || !isForkable(run)),
      item('verify', !isRepeatable),
      item('analyse', !isRepeatable),
    ],
  });
}

const actionKeys = {
  openLog: 'openLog',
  showSettings: 'showSettings',
  compareSettings: 'compareSettings',
  reveal: 'reveal',
  resume: 'resume',
  stopRun: 'stop',
  runAgain: 'runAgain',
  forkRun: 'forkRun',
  verify: 'verify',
  analyse: 'analyse',
} as const satisfies Record<string, TextKey>;
