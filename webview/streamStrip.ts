import { html, nothing, type TemplateResult } from 'lit';
import type { DashboardView } from '../src/core/messages';
import type { Run } from '../src/core/run';
import { fractionOf } from './progress';
import { t } from './strings';
import { taskClasses, tellTasksApart } from './taskClasses';
import './thumbnailStrip';
import type { LiveVariant } from './variants';
import { taskWords } from './words';

/** The tasks in the order the network meets them, with what they look like and how far they are learned. */
export function streamStrip(view: DashboardView, variants: readonly LiveVariant[]): TemplateResult {
  const runs = variants.flatMap((variant) => variant.runs);
  const classes = taskClasses(view, runs);
  const count = classes?.length ?? view.thumbnails?.tasks.length ?? tasksOf(runs);
  if (count === 0) return html`${nothing}`;
  const said = classes && tellTasksApart(classes) ? classes : undefined;
  const planned = variants.reduce((sum, variant) => sum + variant.progress.planned, 0);
  const current = new Set(runs.filter((run) => run.status === 'running').map((run) => run.state.task));
  return html`<section class="stream" aria-labelledby="stream-title">
    <h2 id="stream-title" class="visually-hidden">${t('streamTitle')}</h2>
    <ol>
      ${Array.from({ length: count }, (_, task) => {
        const share = planned === 0 ? 0 : runs.reduce((sum, run) => sum + shareOf(run, task), 0) / planned;
        return taskItem(view, said?.[task], task, share, current.has(task));
      })}
    </ol>
  </section>`;
}

function taskItem(
  view: DashboardView,
  classes: readonly number[] | undefined,
  task: number,
  share: number,
  current: boolean,
): TemplateResult {
  const n = task + 1;
  const images = view.thumbnails?.tasks[task] ?? [];
  return html`<li
    class=${current ? 'current' : share > 0 ? 'begun' : 'later'}
    aria-current=${current ? 'step' : nothing}
  >
    <svg class="share" aria-hidden="true" viewBox="0 0 100 3" preserveAspectRatio="none">
      <rect class="track" width="100" height="3" />
      <rect class="fill" width=${(100 * share).toFixed(1)} height="3" />
    </svg>
    ${
      images.length > 0 && view.thumbnails
        ? html`<lethe-thumbnails
            label=${t('imagesOf', { n })}
            .side=${view.thumbnails.side}
            .channels=${view.thumbnails.channels ?? 1}
            .images=${images}
          ></lethe-thumbnails>`
        : nothing
    }
    <p>
      <span class="task-name"
        >${t(classes ? 'taskClasses' : 'taskName', { n, classes: (classes ?? []).join(' / ') })}</span
      >
      <span class="task-state">${taskWords(share, current)}</span>
    </p>
  </li>`;
}

const tasksOf = (runs: readonly Run[]) => Math.max(0, ...runs.map((run) => run.state.started?.tasks.length ?? 0));

/** Share of a task's training steps that a run has done; a joint run trains all tasks at once. */
function shareOf(run: Run, task: number): number {
  const steps = run.state.plan;
  if (steps.length <= 1) return fractionOf(run);
  const from = steps.slice(0, task).reduce((sum, n) => sum + n, 0);
  const own = steps[task] ?? 0;
  return own === 0 ? 0 : Math.min(1, Math.max(0, (run.state.stepsDone - from) / own));
}
