import { html, svg, type TemplateResult } from 'lit';
import type { PathResult } from '../../src/core/analyses/path';
import { TASK_STYLES } from '../../src/core/lineStyles';
import { formatAmount } from '../inside/numbers';
import { tableTwin } from '../inside/tableTwin';
import { numberAndName } from '../taskClasses';
import { list, t } from '../strings';
import { pathTable, ways } from './landscapeTables';
import { WAY_DASH } from './pathChart';

/** The chart of a path with its key. */
export const pathPicture = (result: PathResult, taskNames: readonly string[]): TemplateResult =>
  html`<lethe-path-chart .result=${result} .label=${pathSaid(result)}></lethe-path-chart>
    <p class="aside">${t('pathAxes', { distance: formatAmount(result.distance) })}</p>
    <ul class="landscape-key">
      ${result.profiles.map(
        ({ way, of, barrier }) =>
          html`<li>
            <svg width="26" height="12" aria-hidden="true" class="task-${of % TASK_STYLES}">
              ${svg`<line x1="1" x2="25" y1="6" y2="6" stroke-width="2" stroke-dasharray=${WAY_DASH[way]} />`}
            </svg>
            ${t('pathProfile', { way: t(ways[way]), n: numberAndName(of, taskNames), barrier: formatAmount(barrier) })}
          </li>`,
      )}
    </ul>`;

/** For those who do not see it. */
const pathSaid = ({ profiles }: PathResult): string =>
  list(
    profiles.map(({ way, of, barrier }) =>
      t('pathProfile', { way: t(ways[way]), n: of + 1, barrier: formatAmount(barrier) }),
    ),
  );

export const pathTwin = (result: PathResult): TemplateResult => tableTwin(pathTable(result), t('pathTableLabel'));
