import { html, nothing, svg, type TemplateResult } from 'lit';
import type { TaskLoss } from '../src/core/taskLosses';
import { t } from './strings';
import { lossText } from './taskLeft';
import { TASK_STYLES } from './theme';

/** Space between bars, as a share of their pitch. */
const GAP = 0.16;

/**
 * A bar for each task: filled as high as what is left, outlined as high as it has been.
 *
 * @param tasks that have a bar
 */
export function taskBars(
  losses: readonly TaskLoss[],
  tasks: readonly number[],
  nameOf: (task: number) => string,
  label: string,
): TemplateResult {
  const known = losses.filter(({ task }) => tasks.includes(task));
  const said = known.map((loss) => lossText(loss, nameOf));
  return html`<svg
    class="task-bars"
    role="img"
    aria-label=${said.length > 0 ? `${label}: ${said.join('; ')}` : `${label}: ${t('noValueYet')}`}
  >
    <line class="base-line" x1="0" x2="100%" y1="100%" y2="100%" />
    ${known.map((loss, i) => bar(loss, tasks, said[i] ?? ''))}
  </svg>`;
}

function bar({ task, peak, now }: TaskLoss, tasks: readonly number[], title: string) {
  const place = tasks.indexOf(task);
  const pitch = 100 / tasks.length;
  const left = `${(pitch * (place + GAP / 2)).toFixed(2)}%`;
  const width = `${(pitch * (1 - GAP)).toFixed(2)}%`;
  const rect = (name: string, value: number) =>
    svg`<rect class=${name} x=${left} width=${width} y=${`${(100 * (1 - value)).toFixed(1)}%`} height=${`${(100 * value).toFixed(1)}%`} />`;
  return svg`<g class="task-${place % TASK_STYLES}"><title>${title}</title>${peak - now > 0.005 ? rect('was', peak) : nothing}${rect('now', now)}</g>`;
}

/** The numbers of the tasks, for the head of the column; none where they have no room. */
export const barAxis = (tasks: readonly number[]): TemplateResult =>
  html`<svg class="plot-axis" aria-hidden="true">
    ${
      tasks.length > 8
        ? nothing
        : tasks.map(
            (task, i) =>
              svg`<text x=${`${((100 * (i + 0.5)) / tasks.length).toFixed(1)}%`} y="11" text-anchor="middle">${t('taskShort', { n: task + 1 })}</text>`,
          )
    }
  </svg>`;
