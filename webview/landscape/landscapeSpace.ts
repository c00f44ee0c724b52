import { html, LitElement, type TemplateResult } from 'lit';
import type { LandscapePoint, LandscapeResult } from '../../src/core/analyses/landscape';
import type { SurfaceMeasure } from '../../src/core/landscape/levels';
import { markOf } from '../../src/core/landscape/marks';
import { isOffPlane } from '../../src/core/landscape/offPlane';
import {
  seenFrom,
  surfacesOf,
  type Seen,
  type Sight,
  type SpacePlace,
  type Surfaces,
} from '../../src/core/landscape/space';
import { TextPlaces } from '../../src/core/landscape/textPlaces';
import { isWithin, wayOf, type WayPlace } from '../../src/core/landscape/ways';
import { TASK_STYLES } from '../../src/core/lineStyles';
import { onThemeChange, readColors } from '../theme';
import { t } from '../strings';
import { Width } from '../width';
import { offMark } from './landscapeWords';

/** Widest picture, in pixels, and how high it is of that. */
const [WIDEST, SHARE] = [640, 0.86];
const START: Sight = { turn: -0.6, tilt: 0.5 };
/** What an arrow key turns, and what a pixel of dragging does (radians). */
const [STEP, DRAG] = [Math.PI / 24, 0.008];
/** A path is drawn along a surface in so many pieces from place to place. */
const PIECES = 24;

/** Radius of what was kept within a task. */
const KEPT = 1.8;
const FONT = '11px system-ui, sans-serif';
/** Of a line from a checkpoint that lies off the plane to its place on a surface. */
const DROP: readonly number[] = [3, 2];

/**
 * The surfaces of both tasks one above the other, turned by mouse and keyboard: the path on the new one, its shadow on the old.
 * A checkpoint off the plane is hollow and as high as its own number; how far off it lies stands beside it.
 */
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
    const marks = runs.flatMap((run, shape) => {
      const points = result.points.filter((one) => one.run === run && one.task <= this.upTo);
      const way = wayOf(result, run).filter(({ task }) => task <= (points.at(-1)?.task ?? -1));
      return [1, 0].flatMap((which) =>
        this.drawPath(paint, { surfaces, which, shape, color: colorOf(which), seen, way, points }),
      );
    });
    writeDistances(paint, marks, unit);
  }

  /** @returns its marks as they are seen */
  private drawPath(
    paint: CanvasRenderingContext2D,
    { surfaces, which, shape, color, seen, way, points }: PathOnSurface,
  ): SeenMark[] {
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
    const draw = (mark: Path2D, isOff: boolean) => {
      [paint.fillStyle, paint.strokeStyle] = isOff ? [colors.ground, color] : [color, colors.text];
      paint.lineWidth = isOff ? 1.75 : 1;
      paint.fill(mark);
      paint.stroke(mark);
    };
    for (const place of way.filter(isWithin)) {
      const foot = surfaces.above(which, place.x, place.y);
      if (!foot) continue;
      const { x, y } = seen(foot);
      draw(new Path2D(markOf(0, x, y, KEPT)), isOffPlane(place, this.result));
    }
    return points.flatMap((point, i): SeenMark[] => {
      const stands = surfaces.stand(which, point);
      if (!stands) return [];
      const isCurrent = i === points.length - 1;
      const [foot, at] = [seen(stands.foot), seen(stands.own ?? stands.foot)];
      if (stands.own) {
        trace(paint, [foot, at]);
        [paint.lineWidth, paint.strokeStyle] = [1, colors.text];
        paint.setLineDash([...DROP]);
        paint.stroke();
        paint.setLineDash([]);
      }
      draw(new Path2D(markOf(shape, at.x, at.y, isCurrent ? 6 : 3.5)), stands.isOff);
      return [{ x: at.x, y: at.y, isCurrent, text: stands.isOff && which === 1 ? offMark(point.distance) : '' }];
    });
  }
}
customElements.define('lethe-landscape-space', LandscapeSpace);

interface SeenMark {
  readonly x: number;
  readonly y: number;
  readonly isCurrent: boolean;
  /** Beside it; empty where there is none. */
  readonly text: string;
}

/** Beside what is looked at first, so that it has room. @param unit half of the picture's width, whose middle is at 0 */
function writeDistances(paint: CanvasRenderingContext2D, marks: readonly SeenMark[], unit: number): void {
  const colors = readColors();
  const texts = new TextPlaces(2 * unit, 2 * unit * SHARE);
  for (const { x, y } of marks) texts.keepFree(x + unit, y + unit * SHARE);
  [paint.font, paint.textAlign, paint.textBaseline] = [FONT, 'center', 'middle'];
  for (const { x, y, text } of [...marks].sort((a, b) => Number(b.isCurrent) - Number(a.isCurrent))) {
    const place = text === '' ? undefined : texts.beside(x + unit, y + unit * SHARE, text);
    if (!place) continue;
    const at = [place.x - unit, place.y - unit * SHARE] as const;
    [paint.lineWidth, paint.strokeStyle, paint.fillStyle] = [3, colors.ground, colors.text];
    paint.strokeText(text, ...at);
    paint.fillText(text, ...at);
  }
}

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
