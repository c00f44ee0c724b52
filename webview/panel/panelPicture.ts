import { paintSvg } from './paintSvg';
import { onBaseline } from './paintText';

/** Room around a picture (CSS pixels). */
const MARGIN = 12;
/** Pixels for each CSS pixel at least: pictures go into papers and slides. */
const LEAST_RATIO = 2;
/** Of a picture, in pixels: what browsers and clipboards take. */
const MOST_PIXELS = 40_000_000;

/** What one presses, folds and reads elsewhere is in no picture. */
const LEFT_OUT =
  '.visually-hidden, details, select, input, vscode-button, vscode-checkbox, .link, .shrink, .choice, .scrubber, .readout';

/**
 * Parts of the page as they are shown, in the colours of the theme, below each other. Drawn element by element: the page's
 * policy allows no pictures but its own, so there is no way through a picture of the document.
 */
export function pictureOf(parts: readonly HTMLElement[]): HTMLCanvasElement | undefined {
  const scrolling = parts.flatMap(scrollingOf);
  const places = scrolling.map(({ scrollLeft }) => scrollLeft);
  for (const region of scrolling) region.scrollLeft = 0;
  const canvas = painted(parts);
  scrolling.forEach((region, i) => (region.scrollLeft = places[i] ?? 0));
  return canvas;
}

/** What scrolls sideways in a part and is drawn: it is in the picture as a whole, from its beginning. */
const scrollingOf = (part: HTMLElement): HTMLElement[] =>
  [...part.querySelectorAll<HTMLElement>('.scroll')].filter((region) =>
    [null, part].includes(region.closest('details')),
  );

function painted(parts: readonly HTMLElement[]): HTMLCanvasElement | undefined {
  const boxes = parts.map((part) => ({ part, box: part.getBoundingClientRect() }));
  const width = Math.max(...boxes.map(({ part, box }) => rightOf(part, box) - box.left)) + 2 * MARGIN;
  const height = boxes.reduce((sum, { box }) => sum + box.height + MARGIN, MARGIN);
  const canvas = document.createElement('canvas');
  const paint = canvas.getContext('2d');
  if (!paint) return undefined;
  const ratio = Math.min(Math.max(devicePixelRatio, LEAST_RATIO), Math.sqrt(MOST_PIXELS / (width * height)));
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  paint.scale(ratio, ratio);
  paint.fillStyle = getComputedStyle(document.body).backgroundColor;
  paint.fillRect(0, 0, width, height);
  let top = MARGIN;
  for (const { part, box } of boxes) {
    paint.save();
    paint.translate(MARGIN - box.left, top - box.top);
    paintElement(paint, part);
    paint.restore();
    top += box.height + MARGIN;
  }
  return canvas;
}

const rightOf = (part: HTMLElement, { right }: DOMRect): number =>
  Math.max(right, ...scrollingOf(part).map((region) => region.getBoundingClientRect().left + region.scrollWidth));

/** The base64 of a PNG. */
export const pngText = (canvas: HTMLCanvasElement): string => canvas.toDataURL('image/png').split(',')[1] ?? '';

function paintElement(paint: CanvasRenderingContext2D, element: HTMLElement): void {
  if (element.matches(LEFT_OUT)) return;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  if (style.visibility === 'hidden') return;
  // Elements without a box of their own (display: contents) have children that are drawn.
  if (box.width > 0 && box.height > 0) paintBox(paint, style, box);
  if (element instanceof HTMLCanvasElement) {
    paint.imageSmoothingEnabled = style.imageRendering !== 'pixelated';
    if (element.width > 0 && element.height > 0) paint.drawImage(element, box.left, box.top, box.width, box.height);
    return;
  }
  for (const child of element.childNodes) {
    if (child instanceof SVGSVGElement) paintSvg(paint, child);
    else if (child instanceof HTMLElement) paintElement(paint, child);
    else if (child instanceof Text) paintText(paint, child, style);
  }
}

function paintBox(paint: CanvasRenderingContext2D, style: CSSStyleDeclaration, box: DOMRect): void {
  paint.fillStyle = style.backgroundColor;
  paint.fillRect(box.left, box.top, box.width, box.height);
  const sides = [
    ['Top', box.left, box.top, box.right, box.top],
    ['Right', box.right, box.top, box.right, box.bottom],
    ['Bottom', box.left, box.bottom, box.right, box.bottom],
    ['Left', box.left, box.top, box.left, box.bottom],
  ] as const;
  for (const [side, fromX, fromY, toX, toY] of sides) {
    const width = parseFloat(style[`border${side}Width`]);
    if (width === 0 || style[`border${side}Style`] === 'none') continue;
    paint.strokeStyle = style[`border${side}Color`];
    paint.lineWidth = width;
    paint.setLineDash([]);
    paint.beginPath();
    paint.moveTo(fromX, fromY);
    paint.lineTo(toX, toY);
    paint.stroke();
  }
}

/** Word by word, each where the page has it: lines break as they do there. */
function paintText(paint: CanvasRenderingContext2D, text: Text, style: CSSStyleDeclaration): void {
  paint.fillStyle = style.color;
  paint.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const range = document.createRange();
  for (const { 0: word, index } of text.data.matchAll(/\S+/g)) {
    range.setStart(text, index);
    range.setEnd(text, index + word.length);
    const box = range.getBoundingClientRect();
    if (box.width > 0) paint.fillText(word, box.left, onBaseline(paint, word, box));
  }
}
