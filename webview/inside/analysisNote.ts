import { html, nothing, type TemplateResult } from 'lit';
import type { RunAnalyses } from '../../src/core/analyses/courses';
import { button, choice } from '../controls';
import { list, t, type TextKey } from '../strings';

/** A run that there can be analyses of. */
export interface AnalysableRun {
  readonly id: string;
  readonly name: string;
  readonly analyses: RunAnalyses;
}

export interface AnalysisNoteOptions {
  readonly runs: readonly AnalysableRun[];
  /** The run that is to be analysed; the first that was not, where left out. */
  readonly chosen: string | undefined;
  readonly onChoose: (run: string) => void;
  /** Undefined where nothing may be started. */
  readonly onAnalyse: ((run: string) => void) | undefined;
}

/** How many runs have been analysed, which results are out of date, and what another analysis takes. */
export function analysisNote({
  runs,
  chosen,
  onChoose,
  onAnalyse,
}: AnalysisNoteOptions): TemplateResult | typeof nothing {
  if (runs.length === 0) return nothing;
  const done = runs.filter(({ analyses }) => analyses.known.length > 0);
  const stale = done.filter(({ analyses }) => analyses.known.some(({ isStale }) => isStale));
  const run = runs.find(({ id }) => id === chosen) ?? runs.find((one) => !done.includes(one)) ?? runs[0];
  return html`<p class="note">${t('analysisHow')}</p>
    <p class="aside">${t('analysisDone', { n: done.length, of: runs.length })}</p>
    ${stale.length > 0 ? html`<p class="notice" role="status">${t('analysisStale', { runs: list(stale.slice(0, MOST_NAMED).map(({ name }) => name)) })}</p>` : nothing}
    ${
      run
        ? html`<div class="tools analyse">
            ${
              runs.length > 1
                ? choice({
                    name: 'analysedRun',
                    label: t('analysisRun'),
                    value: run.id,
                    options: runs.map(({ id, name }) => [id, name] as const),
                    onChange: onChoose,
                  })
                : nothing
            }
            ${button({
              name: 'analyseRun',
              label: t('analyseThis'),
              description: t('analyseRun', { run: run.name }),
              disabled: onAnalyse === undefined || run.analyses.kept === 0,
              onClick: () => onAnalyse?.(run.id),
            })}
            <span class="aside">${takes(run)}</span>
          </div>`
        : nothing
    }`;
}

/** Runs that a sentence names. */
const MOST_NAMED = 8;

/** What an analysis of it takes. */
function takes({ analyses: { kept } }: AnalysableRun): string {
  const key: TextKey = kept === 0 ? 'analysisNoneKept' : 'analysisTakes';
  return t(key, { n: kept, pairs: (kept * (kept + 1)) / 2 });
}
