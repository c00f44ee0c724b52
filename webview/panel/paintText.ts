/** Where the baseline of a text lies that the page shows in a box as high as its font. */
export function onBaseline(paint: CanvasRenderingContext2D, text: string, box: DOMRect): number {
  const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = paint.measureText(text);
  return box.top + (box.height - ascent - descent) / 2 + ascent;
}
