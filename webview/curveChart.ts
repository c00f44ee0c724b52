import { html, LitElement, nothing, svg } from 'lit';
import uPlot from 'uplot';
import { formatPercent } from '../src/core/format';
import { taskAt, type Curves } from './curves';
import { downsample } from './downsample';
import { link, pointAll, resetZoom, setWhole, SYNC_KEY, unlink, wholeOf, zoomAll } from './linkedCharts';
import { list, t, tn } from './strings';
import { dashOf, onThemeChange, readColors, TASK_STYLES, VALIDATION_DASH, withAlpha, type ChartColors } from './theme';

/** Height of a chart for its width, in pixels. */
const heightFor = (width: number) => Math.round(Math.min(320, Math.max(190, width * 0.42)));

/** Of a point of validation, in pixels. */
const RING = 5;
/** Narrowest shade of a task, in pixels. */
const NARROWEST = 4;

/**
 * Accuracy on every task over training: a line per task (mean over seeds) with a band from the lowest to the highest
 * seed. The pointer is shared with the other charts; with the keyboard it is a slider over the training steps.
 */
export class CurveChart extends LitElement {
  static override properties = { label: {}, curves: { attribute: false }, cursor: { state: true } };
  declare label: string;
  declare curves: Curves;
  /** Index of the step under the cursor. */
  declare cursor: number | undefined;

  private plot: uPlot | undefined;
  private shape = '';
  private colors: ChartColors = readColors();
  private readonly stops: (() => void)[] = [];

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const observer = new ResizeObserver(() => requestAnimationFrame(() => this.resize()));
    observer.observe(this);
    const stopTheme = onThemeChange(() => {
      this.colors = readColors();
      this.plot?.redraw(true, true);
    });
    this.stops.push(() => observer.disconnect(), stopTheme);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.stops.splice(0)) stop();
    this.destroyPlot();
  }

  protected override render() {
    const { steps } = this.curves;
    const at = this.cursor ?? steps.length - 1;
    return html`<div
        class="plot"
        tabindex="0"
        role="slider"
        aria-label=${t('chartLabel', { label: this.label })}
        aria-description=${t('chartHelp')}
        aria-valuemin="0"
        aria-valuemax=${this.total()}
        aria-valuenow=${steps[at] ?? 0}
        aria-valuetext=${steps.length === 0 ? t('chartEmpty') : this.words(at)}
        @keydown=${(event: KeyboardEvent) => this.onKey(event)}
      ></div>
      <p class="readout" aria-hidden="true">${this.readout()}</p>
      <p class="visually-hidden">${this.summary()}</p>`;
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('curves')) this.draw();
  }

  private total(): number {
    return Math.max(1, this.curves.stretches.at(-1)?.to ?? this.curves.steps.at(-1) ?? 1);
  }

  private readout() {
    if (this.curves.steps.length === 0) return t('chartEmpty');
    const { cursor } = this;
    if (cursor === undefined) return nothing;
    return html`<span>${t('cursorShort', { step: this.curves.steps[cursor] ?? 0 })}</span> ${this.curves.tasks.map(
        ({ task, mean }, k) => readoutItem(task, k, mean[cursor] ?? null),
      )}${besideItem('chartOnline', this.curves.online?.mean[cursor])}${besideItem(
        'chartValidation',
        this.curves.validation?.accuracy.mean[cursor],
      )}`;
  }

  private words(index: number): string {
    const { steps, stretches, joint } = this.curves;
    const step = steps[index] ?? 0;
    const values = list(this.valuesAt(index));
    return joint
      ? t('chartCursorJoint', { step, values })
      : t('chartCursor', { step, task: taskAt(stretches, step) + 1, values });
  }

  private valuesAt(index: number): string[] {
    const ofTasks = this.curves.tasks.flatMap(({ task, mean }) => {
      const value = mean[index] ?? null;
      return value === null ? [] : [t('chartValue', { n: task + 1, value: formatPercent(value) })];
    });
    const { online, validation } = this.curves;
    const said = (key: BesideKey, value: number | null = null) =>
      value === null ? [] : [t(key, { value: formatPercent(value) })];
    return [
      ...ofTasks,
      ...said('chartOnline', online?.mean[index]),
      ...said('chartValidation', validation?.accuracy.mean[index]),
    ];
  }

  private summary(): string {
    const { steps, seeds } = this.curves;
    if (steps.length === 0) return t('chartEmpty');
    const values = list(this.valuesAt(steps.length - 1));
    return t('chartSummary', { label: this.label, seeds: tn('seeds', seeds), step: steps.at(-1) ?? 0, values });
  }

  private onKey(event: KeyboardEvent): void {
    const { steps, stretches } = this.curves;
    if (steps.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.cursor ?? steps.length - 1;
    const task = taskAt(stretches, steps[at] ?? 0);
    const firstOf = (k: number) => steps.findIndex((step) => step > (stretches[k]?.from ?? 0));
    const targets: Readonly<Record<string, () => number>> = {
      ArrowLeft: () => at - 1,
      ArrowDown: () => at - 1,
      ArrowRight: () => at + 1,
      ArrowUp: () => at + 1,
      Home: () => 0,
      End: () => steps.length - 1,
      PageUp: () => firstOf(Math.min(stretches.length - 1, task + 1)),
      PageDown: () => firstOf(Math.max(0, task - 1)),
    };
    const target = targets[event.key];
    if (target) this.moveCursor(Math.min(steps.length - 1, Math.max(0, target())));
    else if (event.key === '+') this.zoom(steps[at] ?? 0, 0.5);
    else if (event.key === '-') this.zoom(steps[at] ?? 0, 2);
    else if (event.key === '0') resetZoom();
    else return;
    event.preventDefault();
  }

  private moveCursor(index: number): void {
    pointAll(this.curves.steps[index] ?? 0);
    this.cursor = index;
  }

  private zoom(around: number, factor: number): void {
    const { min = 0, max = 1 } = this.plot?.scales['x'] ?? {};
    const width = Math.min(this.total(), (max - min) * factor);
    const from = Math.min(Math.max(0, around - width / 2), this.total() - width);
    zoomAll(from, from + width);
  }

  private resize(): void {
    const width = this.clientWidth;
    if (width > 0 && this.plot && Math.abs(this.plot.width - width) >= 1) {
      this.plot.setSize({ width, height: heightFor(width) });
      this.plot.setData(this.data(), false);
      this.plot.redraw(true, true);
    }
  }

  private draw(): void {
    const { tasks, online, validation } = this.curves;
    const shape = [tasks.length, online !== undefined, validation !== undefined, this.total()].join(' ');
    if (!this.plot || shape !== this.shape) {
      this.destroyPlot();
      this.shape = shape;
      const target = this.querySelector<HTMLElement>('.plot');
      if (!target || tasks.length === 0) return;
      this.plot = new uPlot(this.options(), this.data(), target);
      setWhole(this.plot, this.total());
      link(this.plot);
      this.plot.setScale('x', { min: 0, max: this.total() });
      return;
    }
    this.plot.setData(this.data(), false);
    this.plot.redraw(true, false);
  }

  private destroyPlot(): void {
    if (!this.plot) return;
    unlink(this.plot);
    this.plot.destroy();
    this.plot = undefined;
  }

  private data(): uPlot.AlignedData {
    const { tasks, online, validation } = this.curves;
    const y = [
      ...tasks.flatMap((task) => [task.mean, task.low, task.high]),
      ...(online ? [online.mean] : []),
      ...(validation ? [validation.accuracy.mean] : []),
    ];
    const thinned = downsample({ x: this.curves.steps, y }, Math.max(50, this.clientWidth));
    return [thinned.x, ...thinned.y] as unknown as uPlot.AlignedData;
  }

  private options(): uPlot.Options {
    const font = `11px ${getComputedStyle(document.body).fontFamily}`;
    const color = (task: number) => this.colors.tasks[task % TASK_STYLES] ?? this.colors.text;
    const invisible = { points: { show: false }, width: 0, stroke: 'transparent' };
    return {
      width: Math.max(120, this.clientWidth),
      height: heightFor(this.clientWidth),
      pxAlign: true,
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: {
        sync: { key: SYNC_KEY, scales: ['x', null] },
        drag: { x: true, y: false, setScale: true, dist: 6 },
        y: false,
        bind: {
          dblclick: (plot) => () => {
            plot.setScale('x', { min: 0, max: wholeOf(plot) });
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
          splits: (_plot, _axis, min, max) => this.splits(min, max),
          values: (plot, splits) => this.splitNames(plot, splits),
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
        ...this.curves.tasks.flatMap((_, task): uPlot.Series[] => [
          {
            stroke: () => color(task),
            width: 1.75,
            dash: [...dashOf(task)],
            points: { show: false },
            spanGaps: true,
          },
          invisible,
          invisible,
        ]),
        ...(this.curves.online
          ? [{ stroke: () => this.colors.text, width: 1, points: { show: false }, spanGaps: true }]
          : []),
        ...(this.curves.validation ? [this.validationSeries()] : []),
      ],
      bands: this.curves.tasks.map((_, task) => ({
        series: [3 * task + 3, 3 * task + 2],
        fill: () => withAlpha(color(task), 0.2),
      })),
      hooks: {
        drawClear: [(plot) => this.shadeTasks(plot)],
        setCursor: [(plot) => this.onCursor(plot)],
      },
    };
  }

  /** Of each task a line of its own, with a ring where a seed was measured: there may be one point of a task alone. */
  private validationSeries(): uPlot.Series {
    return {
      stroke: () => this.colors.text,
      width: 1,
      dash: [...VALIDATION_DASH],
      spanGaps: false,
      points: {
        show: true,
        size: RING,
        width: 1,
        stroke: () => this.colors.text,
        fill: () => this.colors.ground,
        filter: (plot) => this.ringsOf(plot),
      },
    };
  }

  /** Places of the points that have a ring: none where they would lie one on another. */
  private ringsOf({ data: [steps], scales, width }: uPlot): number[] {
    const { min = 0, max = 1 } = scales['x'] ?? {};
    const rings = Array.from(steps.keys()).filter((i) => {
      const step = steps[i] ?? NaN;
      return step >= min && step <= max && this.curves.validation?.measured.has(step);
    });
    return rings.length * 1.5 * RING > width ? [] : rings;
  }

  /** The middles of the tasks; zoomed in, a few round steps. */
  private splits(min: number, max: number): number[] {
    const { stretches } = this.curves;
    if (max - min > 0.6 * this.total()) return stretches.map(({ from, to }) => (from + to) / 2);
    const rough = (max - min) / 4;
    const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
    const step = Math.max(1, ([1, 2, 5, 10].find((m) => m * power >= rough) ?? 10) * power);
    const first = Math.ceil(min / step) * step;
    return Array.from({ length: Math.max(0, Math.floor((max - first) / step) + 1) }, (_, i) => first + i * step);
  }

  private splitNames(plot: uPlot, splits: number[]): string[] {
    const { min = 0, max = 1 } = plot.scales['x'] ?? {};
    if (max - min <= 0.6 * this.total()) return splits.map(String);
    if (this.curves.joint) return [t('allTasks')];
    const room = splits.length < 100 ? 28 : 40;
    const every = Math.ceil((room * splits.length) / plot.width);
    return splits.map((_, i) => (i % every === 0 ? `T${i + 1}` : ''));
  }

  /** Every other task on a shaded ground, so that boundaries are seen without more lines. */
  private shadeTasks(plot: uPlot): void {
    const { ctx, bbox } = plot;
    const { min = 0, max = 1 } = plot.scales['x'] ?? {};
    // Of hundreds of tasks the shade would be a grey of its own: it comes where one has zoomed in.
    const shown = this.curves.stretches.filter(({ from, to }) => to > min && from < max);
    if (plot.width / shown.length < NARROWEST) return;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.fillStyle = this.colors.shade;
    for (const { task, from, to } of shown) {
      if (task % 2 === 0) continue;
      const left = plot.valToPos(from, 'x', true);
      ctx.fillRect(left, bbox.top, plot.valToPos(to, 'x', true) - left, bbox.height);
    }
    ctx.restore();
  }

  private onCursor(plot: uPlot): void {
    const { left, idx } = plot.cursor;
    const step = left === undefined || left < 0 || idx === undefined || idx === null ? undefined : plot.data[0][idx];
    const index = step === undefined ? -1 : this.curves.steps.indexOf(step);
    this.cursor = index < 0 ? undefined : index;
  }
}
/** What stands beside the accuracy on test sets. */
type BesideKey = 'chartOnline' | 'chartValidation';

const besideItem = (key: BesideKey, value: number | null = null) =>
  value === null ? nothing : html`<span class="item">${t(key, { value: (100 * value).toFixed(1) })}</span> `;

/** @param k which of the drawn lines it is */
const readoutItem = (task: number, k: number, value: number | null) =>
  value === null
    ? nothing
    : html`<span class="item"
        ><svg width="10" height="8">${svg`<line class="task-${k % TASK_STYLES}" x1="0" y1="4" x2="10" y2="4" />`}</svg
        >T${task + 1} ${(100 * value).toFixed(1)}</span
      > `;

customElements.define('lethe-curves', CurveChart);
