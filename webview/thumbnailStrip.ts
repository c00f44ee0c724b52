import { html, LitElement } from 'lit';

/** Example images of one task side by side on a canvas, as the network sees them. */
export class ThumbnailStrip extends LitElement {
  static override properties = {
    label: {},
    side: { type: Number },
    channels: { type: Number },
    images: { attribute: false },
  };
  declare label: string;
  /** Pixels in a row of an image. */
  declare side: number;
  /** Values of a pixel: one grey, or red, green and blue. */
  declare channels: number;
  /** Base64 of side × side × channels values each. */
  declare images: readonly string[];

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render() {
    return html`<canvas
      role="img"
      aria-label=${this.label}
      width=${this.images.length * (this.side + 2) - 2}
      height=${this.side}
    ></canvas>`;
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has('images') && !changed.has('side') && !changed.has('channels')) return;
    const context = this.querySelector('canvas')?.getContext('2d');
    this.images.forEach((image, i) =>
      context?.putImageData(imageOf(image, this.side, this.channels), i * (this.side + 2), 0),
    );
  }
}
customElements.define('lethe-thumbnails', ThumbnailStrip);

function imageOf(base64: string, side: number, channels: number): ImageData {
  const bytes = atob(base64);
  const image = new ImageData(side, side);
  for (let i = 0; i < side * side; i++) {
    const value = (channel: number) => bytes.charCodeAt(i * channels + Math.min(channel, channels - 1)) || 0;
    image.data.set([value(0), value(1), value(2), 255], 4 * i);
  }
  return image;
}
