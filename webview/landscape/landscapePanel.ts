import { html, nothing, svg, type TemplateResult } from 'lit';
import type { LandscapeResult } from '../../src/core/analyses/landscape';
import { TASK_STYLES, dashOf } from '../../src/core/lineStyles';
import { neighbourhoodsOf } from '../../src/core/landscape/around';
import type { SurfaceMeasure } from '../../src/core/landscape/levels';
import type { WatchedOf } from '../../src/core/landscape/angles';
import { markOf } from '../../src/core/landscape/marks';
import { tableTwin } from '../inside/tableTwin';
import { numberAndName } from '../taskClasses';
import { t } from '../strings';
import { anglesSaid, checkpointName, landscapeSaid, runName, type RunNames } from './landscapeWords';
import { landscapeTable, wayTable } from './landscapeTables';
import './landscapeMap';

export interface LandscapeView {
  readonly measure: SurfaceMeasure;
  /** 0 the old task, 1 the new one. */
  readonly shown: readonly number[];
  /** The last task after which checkpoints are looked at. */
  readonly after: number;
  readonly names: RunNames;
  /** What tasks are called, where they have names. */
  readonly taskNames: readonly string[];
  readonly watchedOf: WatchedOf;
}

/** The picture with its key. */
export const landscapePicture = (result: LandscapeResult, view: LandscapeView): TemplateResult =>
  html`<div class="landscape-picture">
    <lethe-landscape-map
      .result=${result}
      .measure=${view.measure}
      .shown=${view.shown}
      .upTo=${view.after}
      .names=${view.names}
      .label=${landscapeSaid(result, view.after, view.names)}
    ></lethe-landscape-map>
    ${landscapeKey(result, view)}
  </div>`;

/** Which lines are of which task, which marks of which run. */
export function landscapeKey(result: LandscapeResult, { names, taskNames }: LandscapeView): TemplateResult {
  const around = neighbourhoodsOf(result);
  const marked = around.length > 0 ? around.map(({ centre }) => centre) : undefined;
  const runs = [...new Set(result.points.map(({ run }) => run))];
  return html`<ul class="landscape-key">
    ${result.surfaces.map(
      ({ of }, which) =>
        html`<li>
          <svg width="26" height="12" aria-hidden="true" class="task-${of % TASK_STYLES}">
            ${svg`<rect class="region" width="26" height="12" /><line x1="1" x2="25" y1="6" y2="6" stroke-width="2" stroke-dasharray=${which === 0 ? nothing : dashOf(1).join(' ')} />`}
          </svg>
          ${t(which === 0 ? 'landscapeOldTask' : 'landscapeNewTask', { n: numberAndName(of, taskNames) })}
        </li>`,
    )}
    ${(marked?.map((centre) => checkpointName(names, centre)) ?? runs.map((run) => runName(names, run))).map(
      (name, which) =>
        html`<li>
          <svg width="16" height="16" aria-hidden="true">${svg`<path class="mark" d=${markOf(which, 8, 8, 5)} />`}</svg>
          ${name}
        </li>`,
    )}
    ${marked ? nothing : directionsKey(result)}
  </ul>`;
}

/** Which arrow is which. */
const directionsKey = (result: LandscapeResult): TemplateResult =>
  html`${result.surfaces.map(
    ({ of }) => html`<li>${arrowSample(`task-${of % TASK_STYLES}`)} ${t('landscapeDownKey', { n: of + 1 })}</li>`,
  )}
  ${
    result.points.some(({ next }) => next !== undefined)
      ? html`<li>${arrowSample('next')} ${t('landscapeNextKey')}</li>`
      : nothing
  }`;

const arrowSample = (of: string): TemplateResult =>
  html`<svg width="26" height="12" aria-hidden="true" class="arrow ${of}">
    ${svg`<line class="inside" x1="1" x2="18" y1="6" y2="6" /><path class="head" d="M25 6L17 2.5L17 9.5Z" />`}
  </svg>`;

/** Of each run at the checkpoint that is looked at: how directions lie to each other there. */
export function landscapeAngles({ points }: LandscapeResult, { after, names, watchedOf }: LandscapeView) {
  const runs = [...new Set(points.map(({ run }) => run))];
  const said = runs.flatMap((run) => {
    const now = points.filter((point) => point.run === run && point.task <= after).at(-1);
    return (now && anglesSaid(now, watchedOf, names)) ?? [];
  });
  if (said.length === 0) return nothing;
  return html`<p class="note">
      ${t('landscapeHowAngles')} ${points.some(({ next }) => next !== undefined) ? nothing : t('landscapeNoNext')}
    </p>
    <ul class="landscape-angles">
      ${said.map((text) => html`<li>${text}</li>`)}
    </ul>`;
}

export const landscapeTwin = (result: LandscapeResult, { names, watchedOf }: LandscapeView): TemplateResult =>
  html`${tableTwin(landscapeTable(result, names, watchedOf), t('landscapeTableLabel'))}
  ${result.way.length > 0 ? tableTwin(wayTable(result, names), t('landscapeWayLabel')) : nothing}`;
