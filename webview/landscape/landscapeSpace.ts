import { html, LitElement, type TemplateResult } from 'lit';
import type { LandscapePoint, LandscapeResult } from '../../src/core/analyses/landscape';
import type { SurfaceMeasure } from '../../src/core/landscape/levels';
import { markOf } from '../../src/core/landscape/marks';
import {
  seenFrom,
  surfacesOf,
  type Seen,
  type Sight,
  type SpacePlace,
  type Surfaces,
} from '../../src/core/landscape/space';
import { wayOf, type WayPlace } from '../../src/core/landscape/ways';
import { TASK_STYLES } from '../../src/core/lineStyles';
import { onThemeChange, readColors } from '../theme';
import { t } from '../strings';
import { Width } from '../width';

/** Widest picture, in pixels, and how high it is of that. */
const [WIDEST, SHARE] = [640, 0.86];
const START: Sight = { turn: -0.6, tilt: 0.5 };
/** What an arrow key turns, and what a pixel of dragging does (radians). */
const [STEP, DRAG] = [Math.PI / 24, 0.008];
/** A path is drawn along a surface in so many pieces from place to place. */
const PIECES = 24;

/** The surfaces of both tasks one above the other, turned by mouse and keyboard: the path on the new one, its shadow on the old. */
export class LandscapeSpace extends LitElement {
  static override properties = {
    result: { attribute: false },
    measure: {},
    upTo: { type: Number },
    label: {},
    sight: { state: true },
  };
  declare result: LandscapeResult;
  declare measure: SurfaceMeasure;
  /** The last task after which checkpoints are looked at. */
  declare upTo: number;
  /** What it shows, in a sentence. */
  declare label: string;
  declare sight: Sight;
  private readonly width = new Width(this, WIDEST);
  private surfaces: Surfaces | undefined;
  private stopTheme: (() => void) | undefined;

  constructor() {
    super();
    this.sight = START;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.stopTheme = onThemeChange(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopTheme?.();
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('result') || changed.has('measure')) this.surfaces = surfacesOf(this.result, this.measure);
  }

  protected override render(): TemplateResult {
    return html`<canvas
      class="landscape-space"
      role="img"
      tabindex="0"
      aria-label="${this.label} ${t('landscapeSpaceKeys')}"
      @keydown=${(event: KeyboardEvent) => this.onKey(event)}
      @pointerdown=${(event: PointerEvent) => (event.target as Element).setPointerCapture(event.pointerId)}
      @pointermove=${(event: PointerEvent) => this.onMove(event)}
    ></canvas>`;
  }

  protected override updated(): void {
    const canvas = this.querySelector('canvas');
    const paint = canvas?.getContext('2d');
    const { pixels: width } = this.width;
    if (!canvas || !paint || width === 0) return;
    const height = Math.round(SHARE * width);
    const ratio = devicePixelRatio;
    [canvas.width, canvas.height] = [width * ratio, height * ratio];
    [canvas.style.width, canvas.style.height] = [`${width}px`, `${height}px`];
    paint.scale(ratio, ratio);
    paint.translate(width / 2, height / 2);
    this.draw(paint, width / 2);
  }

  private onKey(event: KeyboardEvent): void {
    const turns: Readonly<Record<string, readonly [turn: number, tilt: number]>> = {
      ArrowLeft: [-STEP, 0],
      ArrowRight: [STEP, 0],
      ArrowUp: [0, STEP],
      ArrowDown: [0, -STEP],
    };
    const by = turns[event.key];
    if (by) this.turn(...by);
    else if (event.key === 'Home') this.sight = START;
    else return;
    event.preventDefault();
  }

  private onMove({ buttons, movementX, movementY }: PointerEvent): void {
    if (buttons & 1) this.turn(movementX * DRAG, movementY * DRAG);
  }

  /** From level with the surfaces to right above them, and no further. */
  private turn(turn: number, tilt: number): void {
    const { sight } = this;
    this.sight = { turn: sight.turn + turn, tilt: Math.min(Math.PI / 2, Math.max(0, sight.tilt + tilt)) };
  }

  private draw(paint: CanvasRenderingContext2D, unit: number): void {
    const { surfaces, sight, result } = this;
    if (!surfaces) return;
    const colors = readColors();
    const colorOf = (which: number) => colors.tasks[(result.surfaces[which]?.of ?? 0) % TASK_STYLES] ?? colors.text;
    const seen = (place: SpacePlace): Seen => {
      const { x, y, depth } = seenFrom(sight, place);
      return { x: x * unit, y: y * unit, depth };
    };
    const facets = surfaces.facets.map(({ which, corners, badness }) => {
      const outline = corners.map(seen);
      return { which, badness, outline, depth: outline.reduce((sum, { depth }) => sum + depth, 0) };
    });
    for (const { which, badness, outline } of facets.sort((a, b) => a.depth - b.depth)) {
      trace(paint, outline);
      paint.closePath();
      paint.fillStyle = colors.ground;
      paint.globalAlpha = 0.55;
      paint.fill();
      paint.fillStyle = paint.strokeStyle = colorOf(which);
      paint.globalAlpha = 0.12 + 0.6 * (1 - badness) ** 2;
      paint.fill();
      paint.globalAlpha = 0.28;
      paint.lineWidth = 0.5;
      paint.stroke();
    }
    const runs = [...new Set(result.points.map(({ run }) => run))];
    runs.forEach((run, shape) => {
      const points = result.points.filter((one) => one.run === run && one.task <= this.upTo);
      const way = wayOf(result, run).filter(({ task }) => task <= (points.at(-1)?.task ?? -1));
      for (const which of [1, 0])
        this.drawPath(paint, { surfaces, which, shape, color: colorOf(which), seen, way, points });
    });
  }

  private drawPath(
    paint: CanvasRenderingContext2D,
    { surfaces, which, shape, color, seen, way, points }: PathOnSurface,
  ): void {
    const colors = readColors();
    const places = alongWay(way).flatMap(([x, y]) => {
      const place = surfaces.above(which, x, y);
      return place ? [place] : [];
    });
    trace(paint, places.map(seen));
    paint.globalAlpha = 1;
    paint.lineJoin = 'round';
    // A rim in the colour of the ground tells it from its surface.
    for (const [width, ink] of [
      [5, colors.ground],
      [2.5, color],
    ] as const) {
      [paint.lineWidth, paint.strokeStyle] = [width, ink];
      paint.stroke();
    }
    points.forEach(({ x, y }, i) => {
      const place = surfaces.above(which, x, y);
      if (!place) return;
      const at = seen(place);
      const mark = new Path2D(markOf(shape, at.x, at.y, i === points.length - 1 ? 6 : 3.5));
      [paint.fillStyle, paint.strokeStyle, paint.lineWidth] = [color, colors.text, 1];
      paint.fill(mark);
      paint.stroke(mark);
    });
  }
}
customElements.define('lethe-landscape-space', LandscapeSpace);

interface PathOnSurface {
  readonly surfaces: Surfaces;
  readonly which: number;
  readonly shape: number;
  readonly color: string;
  readonly seen: (place: SpacePlace) => Seen;
  readonly way: readonly WayPlace[];
  readonly points: readonly LandscapePoint[];
}

/** Places on the straight lines from place to place. */
const alongWay = (way: readonly WayPlace[]): (readonly [x: number, y: number])[] =>
  way.flatMap(({ x, y }, i) => {
    const next = way[i + 1];
    if (!next) return [[x, y] as const];
    return Array.from({ length: PIECES }, (_, piece) => {
      const share = piece / PIECES;
      return [x + share * (next.x - x), y + share * (next.y - y)] as const;
    });
  });

function trace(paint: CanvasRenderingContext2D, places: readonly Seen[]): void {
  paint.beginPath();
  for (const { x, y } of places) paint.lineTo(x, y);
}
