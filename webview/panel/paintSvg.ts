import { onBaseline } from './paintText';

/** Draws what an SVG shows where it is in the page: shapes and texts with the styles that they have there. */
export function paintSvg(paint: CanvasRenderingContext2D, svg: SVGSVGElement): void {
  const box = svg.getBoundingClientRect();
  if (box.width === 0 || box.height === 0) return;
  paint.save();
  if (getComputedStyle(svg).overflow !== 'visible') {
    paint.beginPath();
    paint.rect(box.left, box.top, box.width, box.height);
    paint.clip();
  }
  paintChildren(paint, svg, 1);
  paint.restore();
}

function paintChildren(paint: CanvasRenderingContext2D, parent: SVGElement, opacity: number): void {
  for (const child of parent.children) {
    if (!(child instanceof SVGGraphicsElement) || child instanceof SVGDefsElement) continue;
    const style = getComputedStyle(child);
    if (style.display === 'none' || style.visibility === 'hidden') continue;
    const own = opacity * Number(style.opacity);
    if (child instanceof SVGTextElement) paintText(paint, child, style, own);
    else if (child instanceof SVGGeometryElement) paintShape(paint, child, style, own);
    else paintChildren(paint, child, own);
  }
}

function paintShape(
  paint: CanvasRenderingContext2D,
  shape: SVGGeometryElement,
  style: CSSStyleDeclaration,
  opacity: number,
): void {
  const matrix = shape.getScreenCTM();
  const outline = outlineOf(shape);
  if (!matrix || !outline) return;
  const path = new Path2D();
  path.addPath(outline, matrix);
  const fill = inkOf(paint, style.fill);
  if (fill !== undefined) {
    paint.globalAlpha = opacity * Number(style.fillOpacity);
    paint.fillStyle = fill;
    paint.fill(path);
  }
  const stroke = inkOf(paint, style.stroke);
  const width = parseFloat(style.strokeWidth);
  if (stroke !== undefined && width > 0) {
    const scale =
      style.vectorEffect === 'non-scaling-stroke' ? 1 : Math.sqrt(Math.abs(matrix.a * matrix.d - matrix.b * matrix.c));
    paint.globalAlpha = opacity * Number(style.strokeOpacity);
    paint.strokeStyle = stroke;
    paint.lineWidth = width * scale;
    paint.lineJoin = 'round';
    paint.setLineDash(
      style.strokeDasharray === 'none'
        ? []
        : style.strokeDasharray.split(/[\s,]+/).map((dash) => parseFloat(dash) * scale),
    );
    paint.stroke(path);
  }
  paint.globalAlpha = 1;
}

/** The shape in its own units. */
function outlineOf(shape: SVGGeometryElement): Path2D | undefined {
  const length = ({ baseVal }: SVGAnimatedLength) => baseVal.value;
  const path = new Path2D();
  if (shape instanceof SVGRectElement)
    path.roundRect(length(shape.x), length(shape.y), length(shape.width), length(shape.height), length(shape.rx));
  else if (shape instanceof SVGCircleElement)
    // By the style sheet, which may say it, too.
    path.arc(length(shape.cx), length(shape.cy), parseFloat(getComputedStyle(shape).r), 0, 2 * Math.PI);
  else if (shape instanceof SVGLineElement) {
    path.moveTo(length(shape.x1), length(shape.y1));
    path.lineTo(length(shape.x2), length(shape.y2));
  } else if (shape instanceof SVGPolylineElement) for (const { x, y } of shape.points) path.lineTo(x, y);
  else if (shape instanceof SVGPathElement) return new Path2D(shape.getAttribute('d') ?? '');
  else return undefined;
  return path;
}

/** What a computed fill or stroke paints with; undefined for nothing. */
function inkOf(paint: CanvasRenderingContext2D, value: string): string | CanvasPattern | undefined {
  if (value === 'none') return undefined;
  const id = /^url\("?#([^")]+)"?\)/.exec(value)?.[1];
  return id === undefined ? value : patternOf(paint, id);
}

/** One tile of a pattern of the page, over and over. */
function patternOf(paint: CanvasRenderingContext2D, id: string): CanvasPattern | undefined {
  const pattern = document.getElementById(id);
  if (!(pattern instanceof SVGPatternElement)) return undefined;
  const { a: ratio } = paint.getTransform();
  const tile = document.createElement('canvas');
  const [width, height] = [pattern.width.baseVal.value, pattern.height.baseVal.value];
  [tile.width, tile.height] = [Math.ceil(width * ratio), Math.ceil(height * ratio)];
  const ink = tile.getContext('2d');
  if (!ink) return undefined;
  ink.scale(tile.width / width, tile.height / height);
  for (const shape of pattern.children) if (shape instanceof SVGGeometryElement) paintTile(ink, shape);
  const repeated = paint.createPattern(tile, 'repeat');
  repeated?.setTransform(new DOMMatrix().scale(width / tile.width, height / tile.height));
  return repeated ?? undefined;
}

function paintTile(ink: CanvasRenderingContext2D, shape: SVGGeometryElement): void {
  const outline = outlineOf(shape);
  const style = getComputedStyle(shape);
  if (!outline) return;
  if (style.fill !== 'none') {
    ink.globalAlpha = Number(style.fillOpacity);
    ink.fillStyle = style.fill;
    ink.fill(outline);
  }
  if (style.stroke !== 'none') {
    ink.globalAlpha = Number(style.strokeOpacity);
    ink.strokeStyle = style.stroke;
    ink.lineWidth = parseFloat(style.strokeWidth);
    ink.stroke(outline);
  }
}

function paintText(
  paint: CanvasRenderingContext2D,
  element: SVGTextElement,
  style: CSSStyleDeclaration,
  opacity: number,
): void {
  const text = [...element.childNodes]
    .flatMap((node) => (node instanceof Text ? [node.data] : []))
    .join('')
    .trim();
  const box = element.getBoundingClientRect();
  if (text === '' || box.width === 0) return;
  const scale = element.getScreenCTM()?.a ?? 1;
  paint.font = `${style.fontStyle} ${style.fontWeight} ${parseFloat(style.fontSize) * scale}px ${style.fontFamily}`;
  const place = [text, box.left, onBaseline(paint, text, box)] as const;
  paint.globalAlpha = opacity;
  // A rim in the colour of the ground, where a text lies on what it must be told from.
  if (style.stroke !== 'none' && style.paintOrder.startsWith('stroke')) {
    paint.strokeStyle = style.stroke;
    paint.lineWidth = parseFloat(style.strokeWidth) * scale;
    paint.lineJoin = 'round';
    paint.setLineDash([]);
    paint.strokeText(...place);
  }
  paint.fillStyle = style.fill;
  paint.fillText(...place);
  paint.globalAlpha = 1;
}
