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
export function streamStrip(
  view: DashboardView,
  variants: readonly LiveVariant[],
  names: readonly string[],
): TemplateResult {
  const runs = variants.flatMap((variant) => variant.runs);
  const classes = taskClasses(view, runs);
  const count = classes?.length ?? view.thumbnails?.tasks.length ?? tasksOf(runs);
  if (count === 0) return html`${nothing}`;
  const said = classes && tellTasksApart(classes) ? classes : undefined;
  if (count > MOST_ITEMS) return groupedStrip(count, variants);
  const planned = variants.reduce((sum, variant) => sum + variant.progress.planned, 0);
  const current = new Set(runs.filter((run) => run.status === 'running').map((run) => run.state.task));
  return html`<section class="stream" aria-labelledby="stream-title">
    <h2 id="stream-title" class="visually-hidden">${t('streamTitle')}</h2>
    <ol>
      ${Array.from({ length: count }, (_, task) => {
        const share = planned === 0 ? 0 : runs.reduce((sum, run) => sum + shareOf(run, task, task + 1), 0) / planned;
        const about = names[task] ?? said?.[task]?.join(' / ');
        return taskItem(view, about, task, share, current.has(task));
      })}
    </ol>
  </section>`;
}

/** More tasks than this stand in groups. */
const MOST_ITEMS = 40;
const GROUPS = 20;

/** Of a long stream: stretches of tasks, with how far they are learned. */
function groupedStrip(count: number, variants: readonly LiveVariant[]): TemplateResult {
  const runs = variants.flatMap((variant) => variant.runs);
  const planned = variants.reduce((sum, variant) => sum + variant.progress.planned, 0);
  const size = Math.ceil(count / GROUPS);
  const current = new Set(
    runs.filter((run) => run.status === 'running').map((run) => Math.floor(run.state.task / size)),
  );
  return html`<section class="stream" aria-labelledby="stream-title">
    <h2 id="stream-title" class="visually-hidden">${t('streamTitle')}</h2>
    <ol>
      ${Array.from({ length: Math.ceil(count / size) }, (_, group) => {
        const [from, to] = [group * size, Math.min(count, (group + 1) * size)];
        const share = planned === 0 ? 0 : runs.reduce((sum, run) => sum + shareOf(run, from, to), 0) / planned;
        const name = t('taskRange', { from: from + 1, to });
        return stripItem({ name, share, isCurrent: current.has(group), picture: nothing });
      })}
    </ol>
  </section>`;
}

interface StripItem {
  readonly name: string;
  readonly share: number;
  readonly isCurrent: boolean;
  readonly picture: TemplateResult | typeof nothing;
}

function stripItem({ name, share, isCurrent, picture }: StripItem): TemplateResult {
  return html`<li
    class=${isCurrent ? 'current' : share > 0 ? 'begun' : 'later'}
    aria-current=${isCurrent ? 'step' : nothing}
  >
    <svg class="share" aria-hidden="true" viewBox="0 0 100 3" preserveAspectRatio="none">
      <rect class="track" width="100" height="3" />
      <rect class="fill" width=${(100 * share).toFixed(1)} height="3" />
    </svg>
    ${picture}
    <p><span class="task-name">${name}</span> <span class="task-state">${taskWords(share, isCurrent)}</span></p>
  </li>`;
}

function taskItem(
  view: DashboardView,
  about: string | undefined,
  task: number,
  share: number,
  current: boolean,
): TemplateResult {
  const n = task + 1;
  const images = view.thumbnails?.tasks[task] ?? [];
  const picture =
    images.length > 0 && view.thumbnails
      ? html`<lethe-thumbnails
          label=${t('imagesOf', { n })}
          .side=${view.thumbnails.side}
          .channels=${view.thumbnails.channels ?? 1}
          .images=${images}
        ></lethe-thumbnails>`
      : nothing;
  const name = t(about ? 'taskClasses' : 'taskName', { n, classes: about ?? '' });
  return stripItem({ name, share, isCurrent: current, picture });
}

const tasksOf = (runs: readonly Run[]) => Math.max(0, ...runs.map((run) => run.state.started?.tasks.length ?? 0));

/** Share of the training steps of some tasks that a run has done; a joint run trains all tasks at once. */
function shareOf(run: Run, first: number, end: number): number {
  const steps = run.state.plan;
  if (steps.length <= 1) return fractionOf(run);
  const from = sumOf(steps.slice(0, first));
  const own = sumOf(steps.slice(first, end));
  return own === 0 ? 0 : Math.min(1, Math.max(0, (run.state.stepsDone - from) / own));
}

const sumOf = (counts: readonly number[]) => counts.reduce((sum, n) => sum + n, 0);
