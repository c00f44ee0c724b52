import { html, LitElement, nothing, svg } from 'lit';
import uPlot from 'uplot';
import { formatPercent } from '../src/core/format';
import { drawBands, type Band } from './bands';
import { drawGround, drawMarks, type Marked } from './chartMarks';
import { isThinned, taskAt, type Curves } from './curves';
import { downsample } from './downsample';
import type { Part } from './drawing';
import {
  link,
  moved,
  pointAll,
  resetZoom,
  restAll,
  scaled,
  shownRange,
  zoomAll,
  type LinkedChart,
  type Range,
} from './linkedCharts';
import { drawPinned, pinnedOn, type PinnedLines } from './pinnedLines';
import { list, t, tn } from './strings';
import { dashOf, onThemeChange, readColors, TASK_STYLES, VALIDATION_DASH, type ChartColors } from './theme';
import { afterPause, firstNotBelow, isAfterPause, stepOf, timelineOf, type AxisUnit, type Timeline } from './timeline';
import { timeText } from './words';
import { workWords } from './workWords';

/** Height of a chart for its width, in pixels. */
const heightFor = (width: number) => Math.round(Math.min(320, Math.max(190, width * 0.42)));
const tallFor = (width: number) => Math.round(Math.max(heightFor(width), Math.min(0.6 * innerHeight, width * 0.8)));

/** Of a point of validation, in pixels. */
const RING = 5;
/** Room for names at the ends of lines, in pixels, and the narrowest chart that has it. */
const ENDS_ROOM = 66;
const NARROW = 240;
/** Charts that are so near to what is seen of the page are drawn, in pixels. */
const NEAR = 50;

/** The curves in a part of the training. */
export interface Detail extends Part {
  readonly curves: Curves;
}

const covers = (part: Part, from: number, to: number): boolean => part.from <= from && part.to >= to;

/** Whether lists say something else: a list made anew draws nothing anew. */
const differs = (list: readonly string[], before: readonly string[] | undefined): boolean =>
  list.join('\n') !== before?.join('\n');

/**
 * Accuracy on every task over training: a line per task (mean over seeds) with a band from the lowest to the highest
 * seed. Cursor and zoom are those of all charts; with the keyboard it is a slider over what was measured. What is not
 * seen of the page is not drawn.
 */
export class CurveChart extends LitElement implements LinkedChart {
  static override properties = {
    label: {},
    curves: { attribute: false },
    detail: { attribute: false },
    pinned: { attribute: false },
    unit: {},
    isTall: { attribute: false },
    ends: { attribute: false, hasChanged: differs },
    cursor: { state: true },
  };
  declare label: string;
  declare curves: Curves;
  /** Those of a part of the training, where those of the whole are thinned. */
  declare detail: Detail | undefined;
  /** Those of the variant that this one is compared with. */
  declare pinned: Curves | undefined;
  declare unit: AxisUnit;
  /** It has all the room that there is. */
  declare isTall: boolean;
  /** Short names of the drawn lines. */
  declare ends: readonly string[];
  /** Index of the place under the cursor. */
  declare cursor: number | undefined;

  private plot: uPlot | undefined;
  private shape = '';
  private timeline: Timeline | undefined;
  /** Where the measured places lie on the axis. */
  private xs = new Float64Array();
  private detailXs = new Float64Array();
  private pinnedLines: PinnedLines | undefined;
  private bands: readonly Band[] = [];
  private colors: ChartColors = readColors();
  private isNear = false;
  private isStale = false;
  private readonly stops: (() => void)[] = [];

  constructor() {
    super();
    this.unit = 'steps';
    this.isTall = false;
    this.ends = [];
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const sizes = new ResizeObserver(() => requestAnimationFrame(() => this.resize()));
    sizes.observe(this);
    const sight = new IntersectionObserver((entries) => this.onSight(entries.at(-1)?.isIntersecting === true), {
      rootMargin: `${NEAR}px`,
    });
    sight.observe(this);
    const stopTheme = onThemeChange(() => {
      this.colors = readColors();
      this.plot?.redraw(true, true);
    });
    this.stops.push(
      () => sizes.disconnect(),
      () => sight.disconnect(),
      stopTheme,
      link(this),
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.stops.splice(0)) stop();
    this.destroyPlot();
  }

  /** Draws what is shown now, or when it comes into sight. */
  show(): void {
    if (!this.isNear) this.isStale = true;
    else this.draw();
    if (!shownRange() && this.detail) this.ask(undefined);
  }

  /** Asks for every point of what is shown and as much on either side, where that is not there yet. */
  refine(): void {
    const { timeline } = this;
    if (!timeline || !this.isNear || !isThinned(this.curves) || !shownRange()) return;
    const [from = 0, to = 0] = this.bounds().map((x) => timeline.placeAt(x));
    if (this.detail && !isThinned(this.detail.curves) && covers(this.detail, from, to)) return;
    const width = to - from;
    const part: Part = { from: Math.max(0, from - width), to: to + width };
    this.ask(part);
  }

  /** @param part undefined: no part is wanted any more */
  private ask(part: Part | undefined): void {
    this.dispatchEvent(new CustomEvent('refine', { detail: part }));
  }

  point(position: number | undefined): void {
    const { timeline, plot } = this;
    if (!timeline || position === undefined) {
      this.cursor = undefined;
      plot?.setCursor({ left: -10, top: -10 }, false);
      return;
    }
    this.cursor = this.nearest(timeline.xOf(timeline.placeOf(position)));
    this.moveLine(position);
  }

  protected override render() {
    const { places } = this.curves;
    const at = this.cursor ?? places.length - 1;
    return html`<div
        class="plot"
        tabindex="0"
        role="slider"
        aria-label=${t('chartLabel', { label: this.label })}
        aria-description=${t('chartHelp')}
        aria-valuemin="0"
        aria-valuemax=${this.total()}
        aria-valuenow=${stepOf(places[at] ?? 0)}
        aria-valuetext=${places.length === 0 ? t('chartEmpty') : this.words(at)}
        @keydown=${(event: KeyboardEvent) => this.onKey(event)}
        @wheel=${{ handleEvent: (event: WheelEvent) => this.onWheel(event), passive: false }}
        @mouseleave=${() => pointAll(undefined)}
      ></div>
      <p class="readout" aria-hidden="true">${this.readout()}</p>
      <p class="visually-hidden">${this.summary()}</p>`;
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    const isAnew = changed.has('curves') || changed.has('unit');
    if (isAnew) {
      const { places, seconds, stretches, taskCount, pauses } = this.curves;
      const timeline = timelineOf({ ...{ places, seconds, stretches, taskCount, pauses }, unit: this.unit });
      this.timeline = timeline;
      this.xs = places.map((place) => timeline.xOf(place));
      if (this.cursor !== undefined && this.cursor >= places.length) this.cursor = undefined;
    }
    const { timeline } = this;
    if (isAnew || changed.has('pinned'))
      this.pinnedLines = this.pinned && timeline ? pinnedOn(this.pinned, timeline) : undefined;
    if (isAnew || changed.has('detail')) {
      this.detailXs = this.detail?.curves.places.map((place) => timeline?.xOf(place) ?? NaN) ?? new Float64Array();
    }
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    const isAnew = ['curves', 'pinned', 'unit', 'ends', 'isTall'].some((name) => changed.has(name));
    if (!isAnew && !(changed.has('detail') && this.detail)) return;
    this.show();
    restAll();
  }

  private total(): number {
    return Math.max(1, this.curves.stretches.at(-1)?.to ?? stepOf(this.curves.places.at(-1) ?? 1));
  }

  private readout() {
    const { places, tasks, online, validation } = this.curves;
    if (places.length === 0) return t('chartEmpty');
    const { cursor } = this;
    if (cursor === undefined) return nothing;
    return html`<span>${this.placeWords(cursor)}</span> ${tasks.map(({ task, mean }, k) =>
        readoutItem(task, k, mean[cursor]),
      )}${besideItem('chartOnline', online?.mean[cursor])}${besideItem('chartValidation', validation?.accuracy.mean[cursor])}`;
  }

  /** Where a place is, short: "step 450", "after sleep, 12 s". */
  private placeWords(index: number): string {
    const place = this.curves.places[index] ?? 0;
    const step = stepOf(place);
    const pause = isAfterPause(place) ? this.curves.pauses.find((one) => one.step === step) : undefined;
    if (pause) return t('cursorAfter', { names: list(pause.names.map(workWords)), time: timeText(pause.seconds) });
    const seconds = this.curves.seconds[index] ?? NaN;
    return this.unit === 'seconds' && Number.isFinite(seconds)
      ? t('cursorSeconds', { step, time: timeText(seconds) })
      : t('cursorShort', { step });
  }

  private words(index: number): string {
    const { places, stretches, joint } = this.curves;
    const values = list(this.valuesAt(index));
    const place = this.placeWords(index);
    return joint
      ? t('chartCursorJoint', { place, values })
      : t('chartCursor', { place, task: taskAt(stretches, places[index] ?? 0) + 1, values });
  }

  private valuesAt(index: number): string[] {
    const said = (text: (value: string) => string, value = NaN) =>
      Number.isNaN(value) ? [] : [text(formatPercent(value))];
    const { tasks, online, validation } = this.curves;
    return [
      ...tasks.flatMap(({ task, mean }) => said((value) => t('chartValue', { n: task + 1, value }), mean[index])),
      ...said((value) => t('chartOnline', { value }), online?.mean[index]),
      ...said((value) => t('chartValidation', { value }), validation?.accuracy.mean[index]),
    ];
  }

  private summary(): string {
    const { places, seeds } = this.curves;
    if (places.length === 0) return t('chartEmpty');
    const last = places.length - 1;
    const values = list(this.valuesAt(last));
    return t('chartSummary', { label: this.label, seeds: tn('seeds', seeds), place: this.placeWords(last), values });
  }

  private onKey(event: KeyboardEvent): void {
    const { places, stretches } = this.curves;
    if (places.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.shiftKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      this.pan(event.key === 'ArrowLeft' ? -0.25 : 0.25);
      event.preventDefault();
      return;
    }
    const at = this.cursor ?? places.length - 1;
    const task = taskAt(stretches, places[at] ?? 0);
    const firstOf = (k: number) => firstNotBelow(places, (stretches[k]?.from ?? 0) + 1);
    const targets: Readonly<Record<string, () => number>> = {
      ArrowLeft: () => this.next(at, -1),
      ArrowDown: () => this.next(at, -1),
      ArrowRight: () => this.next(at, 1),
      ArrowUp: () => this.next(at, 1),
      Home: () => 0,
      End: () => places.length - 1,
      PageUp: () => firstOf(Math.min(stretches.length - 1, task + 1)),
      PageDown: () => firstOf(Math.max(0, task - 1)),
    };
    const target = targets[event.key];
    if (target) this.moveCursor(Math.min(places.length - 1, Math.max(0, target())));
    else if (event.key === '+') this.zoom(0.5, this.positionAt(at));
    else if (event.key === '-') this.zoom(2, this.positionAt(at));
    else if (event.key === '0') resetZoom();
    else return;
    event.preventDefault();
  }

  /** The next place in a direction that can be told from this one, or is after a pause: zoomed in, every one. */
  private next(at: number, direction: 1 | -1): number {
    const { places } = this.curves;
    const [min, max] = this.bounds();
    const pixel = (max - min) / Math.max(1, this.clientWidth);
    const from = this.xs[at] ?? 0;
    const isNear = (i: number) => Math.abs((this.xs[i] ?? 0) - from) < pixel && !isAfterPause(places[i] ?? 0);
    let index = at + direction;
    while (places[index + direction] !== undefined && isNear(index)) index += direction;
    return index;
  }

  private positionAt(index: number): number {
    return this.timeline?.positionOf(this.curves.places[index] ?? 0) ?? 0;
  }

  private moveCursor(index: number): void {
    const position = this.positionAt(index);
    const range = shownRange();
    // What is walked to is shown.
    if (range && (position < range.from || position > range.to)) {
      const width = range.to - range.from;
      zoomAll(moved({ from: position - width / 2, to: position + width / 2 }, 0, this.tasks()));
    }
    pointAll(position, this);
    this.cursor = index;
    this.moveLine(position);
  }

  private moveLine(position: number): void {
    const { plot, timeline } = this;
    if (!plot || !timeline) return;
    const left = plot.valToPos(timeline.xOf(timeline.placeOf(position)), 'x');
    plot.setCursor({ left, top: plot.over.clientHeight / 2 }, false);
  }

  private height(): number {
    return (this.isTall ? tallFor : heightFor)(this.clientWidth);
  }

  private tasks(): number {
    return Math.max(1, this.curves.taskCount);
  }

  private range(): Range {
    return shownRange() ?? { from: 0, to: this.tasks() };
  }

  private zoom(factor: number, about: number): void {
    zoomAll(scaled(this.range(), about, factor, this.tasks()));
  }

  private pan(widths: number): void {
    if (shownRange()) zoomAll(moved(this.range(), widths, this.tasks()));
  }

  /** With Ctrl or ⌘ (which pinching sends, too) it zooms about the pointer; sideways it moves. The page scrolls as always. */
  private onWheel(event: WheelEvent): void {
    const { plot, timeline } = this;
    if (!plot || !timeline) return;
    const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
    if (event.ctrlKey || event.metaKey) {
      const x = plot.posToVal(event.clientX - plot.over.getBoundingClientRect().left, 'x');
      this.zoom(Math.exp(Math.max(-100, Math.min(100, event.deltaY)) / 250), timeline.positionOf(timeline.placeAt(x)));
    } else if (shownRange() && Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
      this.pan(sideways / Math.max(1, this.clientWidth));
    } else return;
    event.preventDefault();
  }

  private onSight(isNear: boolean): void {
    this.isNear = isNear;
    if (!isNear || (this.plot && !this.isStale)) return;
    this.draw();
    restAll();
  }

  private resize(): void {
    const width = this.clientWidth;
    if (width > 0 && this.plot && Math.abs(this.plot.width - width) >= 1) {
      this.plot.setSize({ width, height: this.height() });
      this.draw();
    }
  }

  /** The part of the axis that is shown. */
  private bounds(): readonly [number, number] {
    const { timeline } = this;
    if (!timeline) return [0, 1];
    const range = shownRange();
    if (!range) return [0, timeline.whole];
    const [from, to] = [range.from, range.to].map((position) => timeline.xOf(timeline.placeOf(position)));
    return [from ?? 0, Math.max(to ?? 1, (from ?? 0) + 1e-6)];
  }

  private draw(): void {
    this.isStale = false;
    const { tasks, online, validation } = this.curves;
    const hasEnds = this.ends.length > 0 && this.clientWidth >= NARROW;
    const shape = [this.isTall, tasks.length, online !== undefined, validation !== undefined, hasEnds].join(' ');
    const data = this.data();
    if (!this.plot || shape !== this.shape) {
      this.destroyPlot();
      this.shape = shape;
      const target = this.querySelector<HTMLElement>('.plot');
      if (!target || tasks.length === 0) return;
      this.plot = new uPlot(this.options(hasEnds), data, target);
    }
    const [min, max] = this.bounds();
    this.plot.batch(() => {
      this.plot?.setData(data, false);
      this.plot?.setScale('x', { min, max });
    });
    // For tests.
    const shown = [min, max].map((x) => this.timeline?.placeAt(x).toFixed(1));
    Object.assign(this.dataset, { from: shown[0], to: shown[1], points: String(data[0].length) });
    if (this.cursor !== undefined) this.moveLine(this.positionAt(this.cursor));
  }

  private destroyPlot(): void {
    this.plot?.destroy();
    this.plot = undefined;
  }

  /**
   * What there is between the edges, and one place beyond each; thinned for what is seen, so that zooming refines. The bands
   * are kept beside it. Those of a single seed are empty.
   */
  private data(): uPlot.AlignedData {
    const [min, max] = this.bounds();
    const { detail, timeline } = this;
    const isFiner =
      detail !== undefined &&
      isThinned(this.curves) &&
      timeline &&
      covers(detail, timeline.placeAt(min), timeline.placeAt(max));
    const [{ tasks, online, validation, seeds }, xs] = isFiner
      ? [detail.curves, this.detailXs]
      : [this.curves, this.xs];
    const span = {
      from: Math.max(0, firstNotBelow(xs, min) - 1),
      to: Math.min(xs.length, firstNotBelow(xs, max) + 2),
    };
    const lines = [
      ...tasks.map(({ mean }) => mean),
      ...(online ? [online.mean] : []),
      ...(validation ? [validation.accuracy.mean, validation.measured] : []),
    ];
    const edges = seeds > 1 ? tasks.flatMap(({ low, high }) => [low, high]) : [];
    const thinned = downsample({ x: xs, y: [...lines, ...edges] }, Math.max(50, this.clientWidth), span);
    const drawnEdges = thinned.y.slice(lines.length);
    this.bands = tasks.flatMap((_, k) => {
      const [low, high] = drawnEdges.slice(2 * k, 2 * k + 2);
      return low && high ? { low, high, color: this.colorOf(k) } : [];
    });
    return [thinned.x, ...thinned.y.slice(0, lines.length)] as unknown as uPlot.AlignedData;
  }

  private options(hasEnds: boolean): uPlot.Options {
    const font = `11px ${getComputedStyle(document.body).fontFamily}`;
    const marked = (): Marked | undefined =>
      this.timeline && {
        ...{ curves: this.curves, timeline: this.timeline, colors: this.colors },
        ends: hasEnds ? this.ends : [],
      };
    const withMarks = (draw: (plot: uPlot, marked: Marked) => void) => (plot: uPlot) => {
      const now = marked();
      if (now) draw(plot, now);
    };
    return {
      width: Math.max(120, this.clientWidth),
      height: this.height(),
      pxAlign: true,
      padding: [16, hasEnds ? ENDS_ROOM : 8, 0, 0],
      legend: { show: false },
      cursor: {
        drag: { x: true, y: false, setScale: false, dist: 6 },
        y: false,
        points: { show: false },
        bind: {
          dblclick: () => () => {
            resetZoom();
            return null;
          },
        },
      },
      scales: { x: { time: false, auto: false }, y: { auto: false, range: [0, 1.02] } },
      axes: [
        {
          size: 24,
          font,
          gap: 3,
          stroke: () => this.colors.text,
          grid: { show: false },
          ticks: { show: false },
          splits: () => this.ticks().map(({ x }) => x),
          values: () => this.ticks().map(({ text }) => text),
        },
        {
          size: 38,
          font,
          gap: 4,
          stroke: () => this.colors.text,
          grid: { stroke: () => this.colors.grid, width: 1 },
          ticks: { show: false },
          splits: () => [0, 0.25, 0.5, 0.75, 1],
          values: (_plot, splits) => splits.map((value) => (value % 0.5 === 0 ? `${value * 100}` : '')),
        },
      ],
      series: [
        {},
        ...this.curves.tasks.map((_, k): uPlot.Series => ({
          stroke: () => this.colorOf(k),
          width: 1.75,
          dash: [...dashOf(k)],
          points: { show: false },
          spanGaps: true,
        })),
        ...(this.curves.online
          ? [{ stroke: () => this.colors.text, width: 1, points: { show: false }, spanGaps: true }]
          : []),
        ...(this.curves.validation ? this.validationSeries() : []),
      ],
      hooks: {
        drawClear: [withMarks(drawGround)],
        drawAxes: [(plot) => this.drawUnder(plot)],
        draw: [withMarks(drawMarks)],
        setCursor: [(plot) => this.onCursor(plot)],
        setSelect: [(plot) => this.onSelect(plot)],
      },
    };
  }

  private drawUnder(plot: uPlot): void {
    drawBands(plot, this.bands);
    const { tasks } = this.curves;
    if (this.pinnedLines) drawPinned(plot, this.pinnedLines, { tasks, colorOf: (k) => this.colorOf(k) });
  }

  private colorOf(k: number): string {
    return this.colors.tasks[k % TASK_STYLES] ?? this.colors.text;
  }

  /** A line of its own for each task, and a ring where a seed was measured: there may be one point of a task alone. */
  private validationSeries(): uPlot.Series[] {
    const stroke = () => this.colors.text;
    return [
      { stroke, width: 1, dash: [...VALIDATION_DASH], spanGaps: false, points: { show: false } },
      {
        stroke,
        width: 1,
        paths: () => null,
        points: {
          // None where they would lie one on another.
          show: (plot, _series, from, to) => (to - from) * 0.5 * RING < plot.width,
          size: RING,
          width: 1,
          stroke,
          fill: () => this.colors.ground,
        },
      },
    ];
  }

  /** Names of tasks in their middles; zoomed in, where they begin and how many steps into them; on an axis of seconds, seconds. */
  private ticks(): { readonly x: number; readonly text: string }[] {
    const { timeline } = this;
    if (!timeline) return [];
    const { stretches, joint } = this.curves;
    const [min, max] = this.bounds();
    const width = Math.max(1, this.clientWidth);
    if (this.unit === 'seconds')
      return roundSteps(min, max, width / 70, roundSeconds)
        .filter((x) => x > 0)
        .map((x) => ({ x, text: timeText(x).replace('.0', '') }));
    const shown = stretches.filter(({ from, to }) => timeline.xOf(to) > min && timeline.xOf(from) < max);
    const begin = ({ from }: { from: number }) => timeline.xOf(from === 0 ? 0 : afterPause(from));
    if (shown.length > 2 || shownRange() === undefined) {
      if (joint) return [{ x: (min + max) / 2, text: t('allTasks') }];
      const every = Math.ceil(((stretches.length < 100 ? 28 : 40) * shown.length) / width);
      return shown
        .filter(({ task }) => task % every === 0)
        .map((stretch) => ({ x: (begin(stretch) + timeline.xOf(stretch.to)) / 2, text: `T${stretch.task + 1}` }));
    }
    return shown.flatMap((stretch) => {
      const first = timeline.placeAt(Math.max(min, begin(stretch))) - stretch.from;
      const last = timeline.placeAt(Math.min(max, timeline.xOf(stretch.to))) - stretch.from;
      const room = (width * (timeline.xOf(stretch.from + last) - timeline.xOf(stretch.from + first))) / (max - min);
      return roundSteps(Math.max(0, first), last, room / 60)
        .map((step) => ({ x: step === 0 ? begin(stretch) : timeline.xOf(stretch.from + step), step }))
        .map(({ x, step }) => ({ x, text: step === 0 && !joint ? `T${stretch.task + 1}` : `+${step}` }));
    });
  }

  private onCursor(plot: uPlot): void {
    const { left } = plot.cursor;
    if (left === undefined || left < 0 || !this.timeline) return;
    const x = plot.posToVal(left, 'x');
    this.cursor = this.nearest(x);
    pointAll(this.timeline.positionOf(this.timeline.placeAt(x)), this);
  }

  /** Index of the measured place that lies nearest; undefined beyond the last. */
  private nearest(x: number): number | undefined {
    const { xs } = this;
    const right = firstNotBelow(xs, x);
    if (right === xs.length) return x > (xs.at(-1) ?? -1) + (this.timeline?.whole ?? 0) / 50 ? undefined : right - 1;
    return right > 0 && x - (xs[right - 1] ?? 0) < (xs[right] ?? 0) - x ? right - 1 : right;
  }

  private onSelect(plot: uPlot): void {
    const { left, width } = plot.select;
    const { timeline } = this;
    if (width <= 0 || !timeline) return;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    const at = (pixel: number) => timeline.positionOf(timeline.placeAt(plot.posToVal(pixel, 'x')));
    zoomAll({ from: at(left), to: at(left + width) });
  }
}

/** A round number that is not smaller. */
function roundUp(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  return Math.max(1, ([1, 2, 5, 10].find((m) => m * power >= rough) ?? 10) * power);
}

/** The same in parts of minutes and hours. */
const roundSeconds = (rough: number): number =>
  rough <= 10
    ? roundUp(rough)
    : ([15, 30, 60, 120, 300, 600, 900, 1800, 3600].find((one) => one >= rough) ?? 3600 * roundUp(rough / 3600));

/** Round numbers between two, about so many. */
function roundSteps(min: number, max: number, count: number, rounded = roundUp): number[] {
  const step = rounded((max - min) / Math.max(1, count));
  const first = Math.ceil(min / step) * step;
  return Array.from({ length: Math.max(0, Math.floor((max - first) / step) + 1) }, (_, i) => first + i * step);
}

/** What stands beside the accuracy on test sets. */
type BesideKey = 'chartOnline' | 'chartValidation';

const besideItem = (key: BesideKey, value = NaN) =>
  Number.isNaN(value) ? nothing : html`<span class="item">${t(key, { value: (100 * value).toFixed(1) })}</span> `;

/** @param k which of the drawn lines it is */
const readoutItem = (task: number, k: number, value = NaN) =>
  Number.isNaN(value)
    ? nothing
    : html`<span class="item"
        ><svg width="10" height="8">${svg`<line class="task-${k % TASK_STYLES}" x1="0" y1="4" x2="10" y2="4" />`}</svg
        >T${task + 1} ${(100 * value).toFixed(1)}</span
      > `;

customElements.define('lethe-curves', CurveChart);
