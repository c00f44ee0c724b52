import { html, type TemplateResult } from 'lit';
import type { LandscapeResult } from '../../src/core/analyses/landscape';
import { neighbourhoodsOf } from '../../src/core/landscape/around';
import { tableTwin } from '../inside/tableTwin';
import { t } from '../strings';
import './landscapeMap';
import { landscapeKey, type LandscapeView } from './landscapePanel';
import { slopeTable } from './landscapeTables';
import { aroundSaid, checkpointName, landscapeSaid } from './landscapeWords';
import './slopeChart';

/** Several minima side by side with the same levels, and how fast each rises. */
export function aroundPicture(result: LandscapeResult, view: LandscapeView): TemplateResult {
  const found = neighbourhoodsOf(result);
  const scale = found.flatMap((one) => one.result.surfaces);
  return html`<p class="note">${t('aroundHow')}</p>
    <div class="landscape-around">
      ${found.map(
        ({ centre, result: own }, place) =>
          html`<figure>
            <figcaption>${checkpointName(view.names, centre)}</figcaption>
            <lethe-landscape-map
              .result=${own}
              .measure=${view.measure}
              .scale=${scale}
              .place=${place}
              .shown=${view.shown}
              .upTo=${centre.task}
              .names=${view.names}
              .label=${landscapeSaid(own, centre.task, view.names)}
            ></lethe-landscape-map>
          </figure>`,
      )}
    </div>
    <h4>${t(view.measure === 'loss' ? 'aroundLoss' : 'aroundAccuracy')}</h4>
    <lethe-slope-chart
      .result=${result}
      .measure=${view.measure}
      .shown=${view.shown}
      .label=${aroundSaid(result, view.names)}
    ></lethe-slope-chart>
    <p class="aside">${t('aroundAxis')}</p>
    ${landscapeKey(result, view)}`;
}

export const aroundTwin = (result: LandscapeResult, { names, measure }: LandscapeView): TemplateResult =>
  tableTwin(slopeTable(result, names, measure), t('aroundTableLabel'));
