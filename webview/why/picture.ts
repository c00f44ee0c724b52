import { html, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { Picture } from '../asked';

/** A picture in its own pixels; the style sheet says how large they are. What it shows is said beside it. */
export const pictureCanvas = (picture: Picture): TemplateResult =>
  html`<canvas
    aria-hidden="true"
    width=${picture.width}
    height=${picture.height}
    ${ref((canvas) => canvas instanceof HTMLCanvasElement && draw(canvas, picture))}
  ></canvas>`;

function draw(canvas: HTMLCanvasElement, { width, height, channels, bytes }: Picture): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const pixels = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let channel = 0; channel < 3; channel++)
      pixels.data[4 * i + channel] = bytes[channels === 3 ? 3 * i + channel : i] ?? 0;
    pixels.data[4 * i + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
}
