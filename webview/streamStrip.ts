import { html, nothing, svg, type TemplateResult } from 'lit';
import type { DashboardView } from '../src/core/messages';
import type { Run } from '../src/core/run';
import { onceOf } from './kept';
import { fractionOf } from './progress';
import { t } from './strings';
import { labelsText, taskClasses, tellTasksApart } from './taskClasses';
import './thumbnailStrip';
import { dashOf, TASK_STYLES } from './theme';
import { tasksIn, type LiveVariant } from './variants';
import { taskWords } from './words';

/** The tasks in the order the network meets them, with what they look like and how far they are learned. */
export function streamStrip(
  view: DashboardView,
  variants: readonly LiveVariant[],
  names: readonly string[],
): TemplateResult {
  const runs = variants.flatMap((variant) => variant.runs);
  const classes = taskClasses(view, runs);
  const count = classes?.length ?? view.thumbnails?.tasks.length ?? Math.max(0, ...variants.map(tasksIn));
  if (count === 0) return html`${nothing}`;
  const said = classes && tellTasksApart(classes) ? classes : undefined;
  if (count > MOST_ITEMS) return groupedStrip(count, variants);
  const planned = variants.reduce((sum, variant) => sum + variant.progress.planned, 0);
  const current = new Set(variants.flatMap(currentIn));
  return html`<section class="stream ${count > FEW_ITEMS ? 'many' : ''}" aria-labelledby="stream-title">
    <h2 id="stream-title" class="visually-hidden">${t('streamTitle')}</h2>
    <ol>
      ${Array.from({ length: count }, (_, task) => {
        const own = said?.[task];
        const about = names[task] ?? (own && labelsText(own));
        const trained = trainedOf(variants, planned, task, task + 1);
        return taskItem(view, about, task, { ...trained, isCurrent: current.has(task) });
      })}
    </ol>
  </section>`;
}

/** More tasks than this stand in groups. */
const MOST_ITEMS = 40;
/** More than these have room for their numbers only. */
const FEW_ITEMS = 8;
const GROUPS = 20;

/** Of a long stream: stretches of tasks, with how far they are learned. */
function groupedStrip(count: number, variants: readonly LiveVariant[]): TemplateResult {
  const planned = variants.reduce((sum, variant) => sum + variant.progress.planned, 0);
  const size = Math.ceil(count / GROUPS);
  const current = new Set(variants.flatMap(currentIn).map((task) => Math.floor(task / size)));
  return html`<section class="stream" aria-labelledby="stream-title">
    <h2 id="stream-title" class="visually-hidden">${t('streamTitle')}</h2>
    <ol>
      ${Array.from({ length: Math.ceil(count / size) }, (_, group) => {
        const [from, to] = [group * size, Math.min(count, (group + 1) * size)];
        const name = t('taskRange', { from: from + 1, to });
        const number = `${from + 1}`;
        const trained = trainedOf(variants, planned, from, to);
        return stripItem({ ...trained, name, number, isCurrent: current.has(group), picture: nothing });
      })}
    </ol>
  </section>`;
}

interface Trained {
  /** Share of the training of all runs that is done. */
  readonly share: number;
  /** Runs that are through with it, of those planned. */
  readonly learned: number;
  readonly planned: number;
}

interface StripItem extends Trained {
  readonly name: string;
  /** What stands for it where there is little room. */
  readonly number: string;
  readonly about?: string | undefined;
  /** Place of its line among those of charts, where it has one. */
  readonly style?: number | undefined;
  readonly isCurrent: boolean;
  readonly picture: TemplateResult | typeof nothing;
}

function trainedOf(variants: readonly LiveVariant[], planned: number, first: number, end: number): Trained {
  const all = variants.map((variant) => trainedIn(variant)(first, end));
  const share = planned === 0 ? 0 : sumOf(all.map((one) => one.share)) / planned;
  return { share, learned: sumOf(all.map(({ learned }) => learned)), planned };
}

/** Of the runs of a variant: how many have learned some tasks, and the sum of how far each is with them. */
const trainedIn = onceOf(({ runs }: LiveVariant) => {
  const known = new Map<string, Pick<Trained, 'share' | 'learned'>>();
  return (first: number, end: number) => {
    const place = `${first} ${end}`;
    const shares = known.has(place) ? [] : runs.map((run) => shareOf(run, first, end));
    const found = known.get(place) ?? {
      share: sumOf(shares),
      learned: shares.filter((share) => share >= 0.999).length,
    };
    known.set(place, found);
    return found;
  };
});

/** The tasks that are being trained. */
const currentIn = onceOf(({ runs }: LiveVariant) => [
  ...new Set(runs.filter(({ status }) => status === 'running').map(({ state }) => state.task)),
]);

function stripItem(item: StripItem): TemplateResult {
  const { name, number, about, share, isCurrent, picture, style } = item;
  // The lines of all charts are drawn so: the strip is their legend.
  const sample =
    style === undefined
      ? nothing
      : html`<svg class="sample" width="18" height="8">
          ${svg`<line class="task-${style % TASK_STYLES}" x1="0" y1="4" x2="18" y2="4" stroke-dasharray=${dashOf(style).join(' ')} />`}
        </svg>`;
  const state = taskWords(item);
  return html`<li
    class=${isCurrent ? 'current' : share > 0 ? 'begun' : 'later'}
    aria-current=${isCurrent ? 'step' : nothing}
    title="${name}: ${state}"
  >
    <svg class="share" aria-hidden="true" viewBox="0 0 100 3" preserveAspectRatio="none">
      <rect class="track" width="100" height="3" />
      <rect class="fill" width=${(100 * share).toFixed(1)} height="3" />
    </svg>
    ${picture}
    <p aria-hidden="true">${sample} <span class="task-number">${number}</span> <span class="about">${about}</span></p>
    <p class="visually-hidden"><span class="task-name">${name}</span> <span class="task-state">${state}</span></p>
  </li>`;
}

function taskItem(
  view: DashboardView,
  about: string | undefined,
  task: number,
  trained: Trained & { readonly isCurrent: boolean },
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
  const number = about ? t('taskShort', { n }) : String(n);
  return stripItem({ ...trained, name, number, about, picture, style: task });
}

/**
 * Share of the training steps of some tasks that a run has done; a joint run trains all tasks at once. What was measured
 * at its end is learned, also where a log tells of no steps.
 */
function shareOf(run: Run, first: number, end: number): number {
  if (run.state.rows.length >= end) return 1;
  const steps = run.state.plan;
  if (steps.length <= 1) return fractionOf(run);
  const from = sumOf(steps.slice(0, first));
  const own = sumOf(steps.slice(first, end));
  return own === 0 ? 0 : Math.min(1, Math.max(0, (run.state.stepsDone - from) / own));
}

const sumOf = (counts: readonly number[]) => counts.reduce((sum, n) => sum + n, 0);
