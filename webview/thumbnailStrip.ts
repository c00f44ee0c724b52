import { html, LitElement } from 'lit';

/** Example images of one task side by side on a canvas, as the network sees them. */
export class ThumbnailStrip extends LitElement {
  static override properties = { label: {}, side: { type: Number }, images: { attribute: false } };
  declare label: string;
  /** Pixels in a row of an image. */
  declare side: number;
  /** Base64 of side × side grey values each. */
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
    if (!changed.has('images') && !changed.has('side')) return;
    const context = this.querySelector('canvas')?.getContext('2d');
    this.images.forEach((image, i) => context?.putImageData(greyImage(image, this.side), i * (this.side + 2), 0));
  }
}
customElements.define('lethe-thumbnails', ThumbnailStrip);

function greyImage(base64: string, side: number): ImageData {
  const bytes = atob(base64);
  const image = new ImageData(side, side);
  for (let i = 0; i < side * side; i++) {
    const grey = bytes.charCodeAt(i) || 0;
    image.data.set([grey, grey, grey, 255], 4 * i);
  }
  return image;
}
