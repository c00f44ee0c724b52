/** Loss landscapes and paths between minima, drawn as in the dashboard (`core/landscape`). */
import type { LandscapePoint, LandscapeResult } from '../core/analyses/landscape';
import type { PathResult } from '../core/analyses/path';
import type { SeveralResult } from '../core/analyses/severalResults';
import { formatPercent, NOT_DEFINED } from '../core/format';
import {
  drawnSlopes,
  neighbourhoodsOf,
  SAID_SHARES,
  slopesOf,
  valueAt,
  type DrawnSlopes,
} from '../core/landscape/around';
import { angleNumbers, type WatchedOf } from '../core/landscape/angles';
import { markOf } from '../core/landscape/marks';
import {
  arrowsAt,
  keptWithin,
  nextAt,
  pictureOf,
  type DrawnContour,
  type DrawnDirection,
  type DrawnPath,
} from '../core/landscape/picture';
import { profilesOf } from '../core/landscape/profiles';
import { waysWithin } from '../core/landscape/ways';
import type { Run } from '../core/run';
import { angleText } from '../core/rotation';
import { t } from '../core/text';
import { lineStyle } from './charts';
import { markup, type Markup } from './markup';
import { scrollable } from './scrollable';

/** Of a picture, in units in which its text is 11 high. */
const SIDE = 440;
const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM] = [440, 220, 40, 8, 22];

type NameOf = (run: string) => string;

/** Everything that was measured on parameters of several runs; nothing where nothing was. */
export function landscapeSection(results: readonly SeveralResult[], runs: readonly Run[]): Markup | undefined {
  if (results.length === 0) return undefined;
  const seeds = new Set(runs.map(({ manifest }) => manifest.seed));
  const names = new Map(
    runs.map(({ manifest: { id, variant, seed } }) => [
      id,
      seeds.size > 1 ? t('{0}, seed {1}', variant.label, seed) : variant.label,
    ]),
  );
  const nameOf = (run: string) => names.get(run) ?? run;
  const watchedOf = (run: string) => runs.find(({ manifest }) => manifest.id === run)?.state.watched ?? [];
  return markup`<h2>${t('Loss landscape')}</h2>
<p class="soft">${t('A plane in the space of all weights, from above. The lower the loss of a task, the fuller its colour; lines have their level written on them. A path leads through the weights that a run kept after its tasks: where it leaves the colour of the old task, that task is forgotten. ⊥ is how far a point lies off the plane: the colour below a hollow mark is not its own loss. Small points were kept within a task, with the ⊥ of the furthest of each. Arrows are the ways down of both tasks at the last checkpoint, or at that after the old task where the run kept its way, as long as the share of the gradient that lies in the plane. A dashed arrow is the step that was taken from there, as method and optimiser made it.')}</p>
<div class="grid-of-cards">${results.map((result) => cardOf(result, nameOf, watchedOf))}</div>`;
}

function cardOf(result: SeveralResult, nameOf: NameOf, watchedOf: WatchedOf): Markup {
  if (result.analysis === 'path') return pathCard(result, nameOf);
  return neighbourhoodsOf(result).length > 0 ? aroundCard(result, nameOf) : landscapeCard(result, nameOf, watchedOf);
}

const amount = (value: number | null | undefined): string =>
  value === null || value === undefined ? NOT_DEFINED : String(Number(value.toPrecision(3)));
const point = ({ run, task }: { readonly run: string; readonly task: number }, nameOf: NameOf): string =>
  t('{0}, after task {1}', nameOf(run), task + 1);
const offMark = (distance: number): string => `⊥${amount(Number(distance.toPrecision(2)))}`;
const colour = (of: number): string => lineStyle(of).colour;
const dash = (which: number): string => (which === 0 ? '' : lineStyle(1).dash);

function landscapeCard(result: LandscapeResult, nameOf: NameOf, watchedOf: WatchedOf): Markup {
  const { contours, paths } = pictureOf(result, {
    ...{ measure: 'loss', side: SIDE, shown: [0, 1], after: Infinity, levelText: amount, offText: offMark },
    markText: ({ point: { run, task, distance }, isOff }, isCurrent) =>
      `${isCurrent ? nameOf(run) : task + 1}${isOff ? ` ${offMark(distance)}` : ''}`,
  });
  const [old, latest] = result.surfaces.map(({ of }) => of);
  const title = t('Loss of task {0} and task {1} over a plane', (old ?? 0) + 1, (latest ?? 0) + 1);
  // Where the new task begins one sees what a method makes of both gradients, if that is known.
  const lookedAt = paths.flatMap(({ marks, current }, shape) => {
    const mark = marks.find(({ point: at }) => at.task === old && at.next) ?? marks[current];
    return mark ? [{ mark, shape }] : [];
  });
  const arrows = lookedAt.flatMap(({ mark }) => arrowsAt(mark, result));
  const steps = lookedAt.flatMap(({ mark, shape }) => {
    const drawn = nextAt(mark);
    return drawn ? [{ drawn, shape }] : [];
  });
  const tasks = result.surfaces.map(({ of }) => of);
  return markup`<section class="card landscape"><h3>${title}</h3>
<ul class="legend">${result.surfaces.map(({ of }, which) => taskKey(of, which))}${paths.map(({ run }, shape) => markup`<li>${markSample(shape)}${nameOf(run)}</li>`)}${steps.length === 0 ? undefined : markup`<li>${nextSample}${t('First step of the next task, as the method made it')}</li>`}</ul>
<svg viewBox="0 0 ${SIDE} ${SIDE}" role="img" aria-label="${t('{0}. The table below has the numbers.', title)}">
${surfacesDrawn(contours)}
${paths.map(({ way }) => markup`<polyline class="trail" points="${way.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')}"/>`)}
${paths.map((path) => wayMarks(path, nameOf))}
${arrows.map(({ of, ...drawn }) => arrow(colour(of), drawn))}
${steps.map(({ drawn, shape }) => arrow('next', drawn, markup`<path class="of" d="${markOf(shape, ...drawn.beyond, 3)}"/>`))}
${paths.map(({ marks, current }, shape) => marks.map(({ x, y, isOff, point: at }, i) => markup`<path class="mark${isOff ? ' off' : ''}" d="${markOf(shape, x, y, i === current ? 6 : 4)}"><title>${point(at, nameOf)}</title></path>`))}
${[...contours, ...paths.flatMap(({ marks, way }) => [...marks, ...way])].map(({ label }) => label && markup`<text class="over" x="${label.x}" y="${label.y + 4}" text-anchor="middle">${label.text}</text>`)}
</svg>
<details><summary>${t('Numbers')}</summary>${scrollable(
    title,
    markup`<table><caption>${t('On all test images, where a checkpoint lies')}</caption><thead><tr><th scope="col">${t('Checkpoint')}</th><th scope="col">${t('Off the plane')}</th>${tasks.map((of) => markup`<th scope="col">${t('Loss, task {0}', of + 1)}</th><th scope="col">${t('Accuracy, task {0}', of + 1)}</th><th scope="col">${t('Gradient in the plane, task {0}', of + 1)}</th>`)}<th scope="col">${t('Between the ways down')}</th>${tasks.map((of) => markup`<th scope="col">${t('Next step, to the way down of task {0}', of + 1)}</th>`)}<th scope="col">${t('Next steps without the method, to the way down of tasks before')}</th><th scope="col">${t('Next steps, to the way down of tasks before')}</th></tr></thead><tbody>${result.points.map(
      (at) =>
        markup`<tr><th scope="row">${point(at, nameOf)}</th><td>${amount(at.distance)}</td>${tasks.map((task) => {
          const measured = at.measured.find(({ of }) => of === task);
          const share = at.arrows.find(({ of }) => of === task)?.share;
          return markup`<td>${amount(measured?.loss)}</td><td>${measured ? formatPercent(measured.accuracy) : NOT_DEFINED}</td><td>${share === undefined ? NOT_DEFINED : formatPercent(share)}</td>`;
        })}${anglesOf(at, watchedOf).map((angle) => markup`<td>${angle === undefined ? NOT_DEFINED : angleText(angle)}</td>`)}</tr>`,
    )}</tbody></table>`,
  )}${waysTable(result, nameOf)}</details></section>`;
}

/** What was kept within tasks. */
const wayMarks = (path: DrawnPath, nameOf: NameOf): Markup =>
  markup`${keptWithin(path).map(({ x, y, task, step, distance, isOff }) => markup`<circle class="kept${isOff ? ' off' : ''}" cx="${x}" cy="${y}" r="2"><title>${t('{0}, within task {1}, step {2}: {3} off the plane', nameOf(path.run), task + 1, step, amount(distance))}</title></circle>`)}`;

/** How far off the plane it lies; nothing where nothing was kept. */
function waysTable(result: LandscapeResult, nameOf: NameOf): Markup | undefined {
  const ways = waysWithin(result);
  if (ways.length === 0) return undefined;
  const title = t('What was kept within tasks');
  const head = [t('Run'), t('Task'), t('Points'), t('Off the plane, least'), t('Off the plane, most')];
  return scrollable(
    title,
    markup`<table><caption>${title}</caption><thead><tr>${head.map((text) => markup`<th scope="col">${text}</th>`)}</tr></thead><tbody>${ways.map(({ run, task, count, nearest, furthest }) => markup`<tr><th scope="row">${nameOf(run)}</th>${[task + 1, count, amount(nearest), amount(furthest)].map((value) => markup`<td>${value}</td>`)}</tr>`)}</tbody></table>`,
  );
}

/** Several minima with the same levels, and how fast each rises. */
function aroundCard(result: LandscapeResult, nameOf: NameOf): Markup {
  const found = neighbourhoodsOf(result);
  const scale = found.flatMap((one) => one.result.surfaces);
  const [old, latest] = result.surfaces.map(({ of }) => of + 1);
  const title = t('Minima of task {0} and task {1} side by side', old ?? 0, latest ?? 0);
  const [across, up] = [WIDTH - LEFT - 8, HEIGHT - TOP - BOTTOM];
  const { slopes, ticks, reach } = drawnSlopes(result, { measure: 'loss', shown: [0, 1] }, across, up);
  const numbers = slopesOf(result, 'loss');
  const half = SIDE / 2;
  return markup`<section class="card landscape"><h3>${title}</h3>
<p class="result">${t('The same random directions at each, as long as its own weights (filter-normalised), with the same levels: the wider the full colour, the flatter the minimum.')}</p>
<div class="around">${found.map(({ centre, result: own }, place) => {
    const { contours } = pictureOf(own, {
      ...{ measure: 'loss', side: half, scale, shown: [0, 1], after: Infinity, levelText: amount, offText: offMark },
      markText: () => '',
    });
    return markup`<figure><figcaption>${point(centre, nameOf)}</figcaption><svg viewBox="0 0 ${half} ${half}" role="img" aria-label="${t('{0}. The table below has the numbers.', point(centre, nameOf))}">${surfacesDrawn(contours)}<path class="mark" d="${markOf(place, half / 2, half / 2, 3)}"/>${contours.map(({ label }) => label && markup`<text class="over" x="${label.x}" y="${label.y + 4}" text-anchor="middle">${label.text}</text>`)}</svg></figure>`;
  })}</div>
<p class="result">${t('Loss over the distance from each minimum: mean over a circle round it. At a distance of 1 weights are changed by as much as they are long.')}</p>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${t('{0}. The table below has the numbers.', title)}"><g transform="translate(${LEFT} ${TOP})">
${tickLines(ticks, across)}
${[0, 0.5, 1].map((share) => tick(share, across, up, amount(share * reach)))}
${slopes.map(({ of, which, line, place, marks }) => markup`<g class="${colour(of)}"><path class="line" d="${line}" stroke-dasharray="${dash(which)}"/>${marks.map(({ x, y }) => markup`<path class="mark" d="${markOf(place, x, y, 3)}"/>`)}</g>`)}
</g></svg>
<ul class="legend">${result.surfaces.map(({ of }, which) => taskKey(of, which))}${found.map(({ centre }, shape) => markup`<li>${markSample(shape)}${point(centre, nameOf)}</li>`)}</ul>
<details><summary>${t('Numbers')}</summary>${scrollable(
    title,
    markup`<table><caption>${t('Loss at a distance from each minimum')}</caption><thead><tr><th scope="col">${t('Checkpoint')}</th><th scope="col">${t('Task')}</th>${SAID_SHARES.map((share) => markup`<th scope="col">${t('At {0}', amount(share * reach))}</th>`)}</tr></thead><tbody>${numbers.map(
      ({ centre, of, values }) =>
        markup`<tr><th scope="row">${point(centre, nameOf)}</th><td>${of + 1}</td>${SAID_SHARES.map((share) => markup`<td>${amount(valueAt(values, share))}</td>`)}</tr>`,
    )}</tbody></table>`,
  )}</details></section>`;
}

const nextSample = markup`<svg class="sample arrow next" viewBox="0 0 28 8" aria-hidden="true"><path class="inside" d="M1 4h18"/><path class="head" d="M26 4L18 1L18 7Z"/></svg>`;

/** In the order of the columns. */
function anglesOf(at: LandscapePoint, watchedOf: WatchedOf): (number | undefined)[] {
  const { ofTasks, nextToOld, nextToNew, plain, ofSteps } = angleNumbers(at, watchedOf(at.run));
  return [ofTasks, nextToOld, nextToNew, plain, ofSteps];
}

const surfacesDrawn = (contours: readonly DrawnContour[]): Markup =>
  markup`${contours.map(({ of, area }) => markup`<path class="region ${colour(of)}" d="${area}"/>`)}
${contours.map(({ of, which, line }) => markup`<path class="contour ${colour(of)}" d="${line}" stroke-dasharray="${dash(which)}"/>`)}`;

const taskKey = (of: number, which: number): Markup =>
  markup`<li>${sample(of, dash(which))}${which === 0 ? t('Task {0}, the old one', of + 1) : t('Task {0}, the new one', of + 1)}</li>`;

const tickLines = (ticks: DrawnSlopes['ticks'], across: number): Markup =>
  markup`${ticks.map(({ value, y }) => markup`<line class="grid" x1="0" x2="${across}" y1="${y}" y2="${y}"/><text class="tick" x="-5" y="${y + 4}" text-anchor="end">${amount(value)}</text>`)}`;

/** Below a chart, at a share of its width. */
const tick = (share: number, across: number, up: number, text: string): Markup =>
  markup`<text class="tick" x="${share * across}" y="${up + 15}" text-anchor="${share === 0 ? 'start' : share === 1 ? 'end' : 'middle'}">${text}</text>`;

const sample = (of: number, pattern: string): Markup =>
  markup`<svg class="sample ${colour(of)}" viewBox="0 0 28 8" aria-hidden="true"><path class="line" d="M0 4h28" stroke-dasharray="${pattern}"/></svg>`;

const markSample = (shape: number): Markup =>
  markup`<svg class="sample" viewBox="0 0 28 8" aria-hidden="true"><path class="mark" d="${markOf(shape, 14, 4, 3)}"/></svg>`;

const arrow = (kind: string, { from, to, whole, head }: DrawnDirection, more?: Markup): Markup =>
  markup`<g class="arrow ${kind}"><path class="whole" d="${lineFrom(from, whole)}"/><path class="inside" d="${lineFrom(from, to)}"/><path class="head" d="${head}"/>${more}</g>`;
const lineFrom = (from: DrawnDirection['from'], to: DrawnDirection['to']): string =>
  `M${from.map((value) => value.toFixed(1)).join(' ')}L${to.map((value) => value.toFixed(1)).join(' ')}`;

function pathCard(result: PathResult, nameOf: NameOf): Markup {
  const [across, up] = [WIDTH - LEFT - 8, HEIGHT - TOP - BOTTOM];
  const { profiles, ticks } = profilesOf(result, across, up);
  const [start, end] = result.ends.map((one) => point(one, nameOf));
  const title = t('From {0} to {1}', start ?? '', end ?? '');
  const ways = { line: t('line'), bezier: t('Bézier curve'), polygon: t('polygonal chain') };
  const pattern = (way: keyof typeof ways) => (way === 'line' ? '5 4' : '');
  const said = result.profiles.map(({ way, of, barrier }) =>
    t('Task {0}, {1}: barrier {2}', of + 1, ways[way], amount(barrier)),
  );
  return markup`<section class="card landscape"><h3>${title}</h3>
<p class="result">${t('Loss over the share of the way; both ends are {0} apart', amount(result.distance))}</p>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${said.join('; ')}"><g transform="translate(${LEFT} ${TOP})">
${tickLines(ticks, across)}
${[0, 0.5, 1].map((share) => tick(share, across, up, String(share)))}
${profiles.map(({ way, of, line, barrier }) => markup`<g class="${colour(of)}"><path class="line" d="${line}" stroke-dasharray="${pattern(way)}"/>${barrier && markup`<circle class="dot" cx="${barrier.x}" cy="${barrier.high}" r="3"/>`}</g>`)}
</g></svg>
<ul class="legend">${result.profiles.map(({ way, of }, i) => markup`<li>${sample(of, pattern(way))}${said[i]}</li>`)}</ul></section>`;
}
