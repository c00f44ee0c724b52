import { html, LitElement, nothing, svg, type TemplateResult } from 'lit';
import type { LandscapePoint, LandscapeResult } from '../../src/core/analyses/landscape';
import { formatPercent } from '../../src/core/format';
import type { SurfaceMeasure } from '../../src/core/landscape/levels';
import {
  arrowsAt,
  keptWithin,
  nextAt,
  pictureOf,
  type DrawnArrow,
  type DrawnContour,
  type DrawnDirection,
  type DrawnPath,
  type WayMark,
} from '../../src/core/landscape/picture';
import { markOf } from '../../src/core/landscape/marks';
import { dashOf, TASK_STYLES } from '../../src/core/lineStyles';
import { formatAmount } from '../inside/numbers';
import { t } from '../strings';
import { offMark, runName, stepsOfTask, withinName, type RunNames } from './landscapeWords';
import { Width } from '../width';

/** Widest picture, in pixels: more room shows nothing more. */
const WIDEST = 640;

/** Two surfaces from above: their contours, the paths of the runs and the gradients at their checkpoints. */
export class LandscapeMap extends LitElement {
  static override properties = {
    result: { attribute: false },
    measure: {},
    scale: { attribute: false },
    place: { type: Number },
    shown: { attribute: false },
    upTo: { type: Number },
    names: { attribute: false },
    label: {},
  };
  declare result: LandscapeResult;
  declare measure: SurfaceMeasure;
  /** What the levels are taken from; its own surfaces where left out. */
  declare scale: LandscapeResult['surfaces'] | undefined;
  /** Which of several side by side it is: its mark has that shape and needs no name. */
  declare place: number | undefined;
  /** Tasks whose contours are drawn: 0 the old, 1 the new one. */
  declare shown: readonly number[];
  /** The last task after which checkpoints are looked at. */
  declare upTo: number;
  /** What the runs are called. */
  declare names: RunNames;
  /** What it shows, in a sentence. */
  declare label: string;
  private readonly width = new Width(this, WIDEST);

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const { result, measure, scale, place, shown, upTo, names } = this;
    const { pixels: side } = this.width;
    if (side <= 0) return html``;
    const picture = pictureOf(result, {
      ...{ measure, side, scale, shown, after: upTo },
      levelText: (level) => (measure === 'loss' ? formatAmount(level) : formatPercent(level, 0)),
      markText: ({ point, isOff }, isCurrent) => {
        if (place !== undefined) return '';
        const off = isOff ? ` ${offMark(point.distance)}` : '';
        return isCurrent ? `${clip(runName(names, point.run))}${off}` : `${point.task + 1}${off}`;
      },
      offText: offMark,
    });
    const arrows = picture.paths.flatMap(({ marks, current }) => {
      const mark = marks[current];
      return mark ? arrowsAt(mark, result).filter(({ which }) => shown.includes(which)) : [];
    });
    const steps = picture.paths.flatMap(({ marks, current }, which) => {
      const mark = marks[current];
      const drawn = mark && nextAt(mark);
      return mark && drawn ? [nextStep(drawn, mark.point, which)] : [];
    });
    return html`<svg class="landscape-map" width=${side} height=${side} role="img" aria-label=${this.label}>
      ${picture.contours.map(area)} ${picture.contours.map(line)} ${picture.paths.map(pathLine)}
      ${picture.paths.map((path) => wayMarks(path, names))} ${arrows.map(arrow)} ${steps}
      ${picture.paths.map((path, which) => pathMarks(path, place ?? which))} ${picture.contours.map(level)}
      ${picture.paths.map(pathTexts)}
      <rect class="frame" x="0.5" y="0.5" width=${side - 1} height=${side - 1} />
    </svg>`;
  }
}
customElements.define('lethe-landscape-map', LandscapeMap);

/** Longer names stand in the key. */
const MOST_LETTERS = 20;
const clip = (name: string): string =>
  name.length > MOST_LETTERS ? `${name.slice(0, MOST_LETTERS - 1).trimEnd()}…` : name;

const taskClass = (of: number): string => `task-${of % TASK_STYLES}`;

const area = ({ of, area: d }: DrawnContour) => svg`<path class="region ${taskClass(of)}" d=${d} />`;

const line = ({ of, which, line: d }: DrawnContour) =>
  svg`<path class="contour ${taskClass(of)}" d=${d} stroke-dasharray=${which === 0 ? nothing : dashOf(1).join(' ')} />`;

const level = ({ of, label }: DrawnContour) =>
  label
    ? svg`<text class="level ${taskClass(of)}" x=${label.x} y=${label.y + 4} text-anchor="middle">${label.text}</text>`
    : nothing;

/** What is gone through already is drawn strong. */
function pathLine({ way, marks, current }: DrawnPath) {
  const points = (some: DrawnPath['way']) => some.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
  const now = marks[current]?.point.task ?? -1;
  return svg`<polyline class="trail rest" points=${points(way)} /><polyline class="trail" points=${points(way.filter(({ task }) => task <= now))} />`;
}

/** What was kept within tasks. */
function wayMarks(path: DrawnPath, names: RunNames) {
  const now = path.marks[path.current]?.point.task ?? -1;
  return keptWithin(path).map(
    ({ x, y, task, step, distance, isOff }) =>
      svg`<circle class="kept${task > now ? ' rest' : ''}${isOff ? ' off' : ''}" cx=${x} cy=${y} r="2"><title>${withinName(names, { run: path.run, task, step })}: ${t('landscapeOffBy', { distance: formatAmount(distance) })}</title></circle>`,
  );
}

function pathMarks({ run, marks, current }: DrawnPath, which: number) {
  return marks.map(
    ({ x, y, isOff, point }, i) =>
      svg`<path class="mark${i > current ? ' rest' : ''}${isOff ? ' off' : ''}" data-run=${run} data-task=${point.task} d=${markOf(which, x, y, i === current ? 6 : 4)} />`,
  );
}

const pathTexts = ({ marks, way, current }: DrawnPath) => [
  ...marks.map(({ label }, i) => textAt(label, i === current ? 'name now' : 'name')),
  ...way.map(({ label }) => textAt(label, 'name')),
];

const textAt = (label: WayMark['label'], kind: string) =>
  label ? svg`<text class=${kind} x=${label.x} y=${label.y + 4} text-anchor="middle">${label.text}</text>` : nothing;

const arrow = ({ of, ...drawn }: DrawnArrow) =>
  svg`<g class="arrow ${taskClass(of)}">${direction(drawn, t('landscapeArrow', { n: of + 1, share: formatPercent(drawn.share, 0) }))}</g>`;

/** With the mark of its run: where several runs have not parted yet, their steps do. */
const nextStep = (drawn: DrawnDirection, { task, next }: LandscapePoint, which: number) =>
  svg`<g class="arrow next">${direction(drawn, t('landscapeNext', { steps: stepsOfTask(next?.steps ?? 1, task + 1), share: formatPercent(drawn.share, 0) }))}<path class="of" d=${markOf(which, ...drawn.beyond, 3)} /></g>`;

const direction = ({ from, to, whole, head }: DrawnDirection, title: string) =>
  svg`<title>${title}</title><line class="whole" x1=${from[0]} y1=${from[1]} x2=${whole[0]} y2=${whole[1]} /><line class="inside" x1=${from[0]} y1=${from[1]} x2=${to[0]} y2=${to[1]} /><path class="head" d=${head} />`;
