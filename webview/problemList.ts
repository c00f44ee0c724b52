import { html, nothing, type TemplateResult } from 'lit';
import { doubtsOf, type Doubt } from '../src/core/doubts';
import { isStartable } from '../src/core/run';
import { button } from './controls';
import type { Host } from './host';
import { onceOf } from './kept';
import type { LiveRun } from './liveRuns';
import { wentWrong } from './progress';
import { list, t, tn } from './strings';
import type { LiveVariant } from './variants';
import { withPaletteCommands } from './words';

/** Runs that went wrong, and logs that could not be read in full, shown as what they are. */
export function problemList(variants: readonly LiveVariant[], trusted: boolean, host: Host): TemplateResult {
  const troubled = troubledRuns(variants);
  if (troubled.length === 0) return html`${nothing}`;
  return html`<section class="problems" aria-labelledby="problems-title">
    <h2 id="problems-title">${t('problemsTitle')}</h2>
    ${troubled.map(({ run, name }) => problem(run, name, trusted, host))}
  </section>`;
}

const troubledIn = onceOf(({ label, runs }: LiveVariant) =>
  runs.filter(hasTrouble).map((run) => ({ run, name: t('runName', { label, seed: String(run.manifest.seed) }) })),
);

/** Runs with a problem, and what they are called. */
export const troubledRuns = (variants: readonly LiveVariant[]) => variants.flatMap(troubledIn);

const hasTrouble = (run: LiveRun) => wentWrong(run) || doubtsOf(run).length > 0 || run.state.warnings.length > 0;

function problem(run: LiveRun, name: string, trusted: boolean, host: Host): TemplateResult {
  const { state, manifest } = run;
  const wrong = wentWrong(run);
  const texts = [
    ...(run.status === 'crashed' ? [t('crashed')] : []),
    ...(run.status === 'lost' ? [t('lost')] : []),
    ...(run.status === 'failed'
      ? [state.error ? t('failed', { error: withPaletteCommands(state.error) }) : t('failedUnknown')]
      : []),
    ...doubtsOf(run).map(doubtWords),
    ...state.warnings.map((message) => t('warned', { message })),
  ];
  return html`<article class=${wrong ? 'problem wrong' : 'problem'} data-run=${manifest.id}>
    <h3>${name}</h3>
    ${texts.map((text) => html`<p>${text}</p>`)} ${wrong ? outputTail(run, name) : nothing}
    <div class="actions">
      ${button({ name: 'openLog', label: t('openLog'), description: t('openLogOf', { run: name }), onClick: () => host.act('openLog', { run: manifest.id }) })}
      ${wrong && isStartable(run) ? goOn(run, name, trusted, host) : nothing}
    </div>
  </article>`;
}

/** From the last checkpoint; without one from the beginning, which a fork cannot: its beginning is another run's. */
function goOn({ state, manifest }: LiveRun, name: string, trusted: boolean, host: Host) {
  const action = state.checkpoint ? 'resume' : 'runAgain';
  if (action === 'runAgain' && manifest.trainer === 'lethe' && manifest.parent !== undefined) return nothing;
  return button({
    name: action,
    label: t(action),
    description: t(action === 'resume' ? 'resumeRun' : 'runAgainOf', { run: name }),
    disabled: !trusted,
    onClick: () => host.act(action, { run: manifest.id }),
  });
}

function doubtWords(doubt: Doubt): string {
  switch (doubt.kind) {
    case 'never started':
      return t('neverStarted');
    case 'missing results':
      return t('missingResults', { rows: doubt.rows, tasks: doubt.tasks });
    case 'stray results':
      return t('strayResults');
    case 'short results':
      return t('shortResults', { n: doubt.rows });
    case 'unreadable lines': {
      const lines = tn('malformed', doubt.lines);
      return doubt.first === undefined ? lines : `${lines} ${t('firstMalformed', { reason: doubt.first })}`;
    }
    case 'unknown events':
      return t('unknownEvents', { types: list(doubt.types) });
    case 'unknown fields':
      return t('unknownFields', { fields: list(doubt.fields) });
  }
}

function outputTail(run: LiveRun, name: string): TemplateResult {
  if (!run.outputTail?.trim()) return html`<p>${t('noOutput')}</p>`;
  return html`<p class="aside">${t('lastOutput')}</p>
    <pre tabindex="0" role="region" aria-label="${t('lastOutput')}: ${name}">${run.outputTail.trimEnd()}</pre>`;
}
