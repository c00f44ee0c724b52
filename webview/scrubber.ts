import { html, nothing, type TemplateResult } from 'lit';
import { t } from './strings';
import { numberAndName } from './taskClasses';

export interface ScrubberOptions {
  /** Tasks that one can look after, ascending. */
  readonly tasks: readonly number[];
  readonly task: number;
  readonly names: readonly string[];
  readonly onPick: (task: number) => void;
}

/** After which task one looks: a slider over those that there are. */
export function scrubber({ tasks, task, names, onPick }: ScrubberOptions): TemplateResult | typeof nothing {
  if (tasks.length < 2) return nothing;
  const place = Math.max(0, tasks.indexOf(task));
  const said = t('scrubberAfter', { n: numberAndName(task, names) });
  return html`<label class="scrubber">
    <span aria-hidden="true">${said}</span>
    <input
      type="range"
      min="0"
      max=${tasks.length - 1}
      step="1"
      .value=${String(place)}
      aria-label=${t('scrubberLabel')}
      aria-valuetext=${said}
      @input=${(event: Event) => onPick(tasks[Number((event.target as HTMLInputElement).value)] ?? task)}
    />
  </label>`;
}
