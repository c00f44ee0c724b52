import { html, nothing, type TemplateResult } from 'lit';
import type { Run } from '../../src/core/run';
import { factsOf } from '../header';
import { problemList } from '../problemList';
import { t, type TextKey } from '../strings';
import { backendUsesOf } from '../variants';
import { timeText } from '../words';
import type { SectionContext } from './section';

/** What went wrong, and every run by itself. */
export function detailsSection({ view, variants, all, host }: SectionContext): TemplateResult {
  return html`${problemList(all, view.trusted && view.file !== undefined, host)}
    <section aria-labelledby="about-title">
      <h2 id="about-title">${t('aboutTitle')}</h2>
      <p class="facts">${factsOf(view, all).join(' · ')}</p>
      ${backendUsesOf(all).map((use) => html`<p class="facts" data-backend>${t('backend', { use })}</p>`)}
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
                    <th scope="col">${t('colBackend')}</th>
                  </tr>
                </thead>
                <tbody>
                  ${variants.flatMap(({ label, runs }) => runs.map((run) => runRow(label, run)))}
                </tbody>
              </table>
            </div>`
          : html`<p class="aside">${t('stateNotRun')}</p>`
      }
    </section>`;
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

const runRow = (label: string, { manifest, status, state }: Run): TemplateResult =>
  html`<tr data-run-row=${manifest.id}>
    <th scope="row">${label}</th>
    <td class="number">${manifest.seed}</td>
    <td>${t(statusKeys[status])}</td>
    <td class="number">${state.seconds > 0 ? timeText(state.seconds) : nothing}</td>
    <td>${state.backend ?? nothing}</td>
  </tr>`;
