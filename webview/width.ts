import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** How wide an element is, in whole pixels: what is drawn in it is drawn anew when that changes. */
export class Width implements ReactiveController {
  /** 0 before it is known. */
  pixels = 0;
  private sizes: ResizeObserver | undefined;
  private frame = 0;

  /** @param widest more room is not used */
  constructor(
    private readonly element: ReactiveControllerHost & HTMLElement,
    private readonly widest: number,
  ) {
    element.addController(this);
  }

  hostConnected(): void {
    // In the next frame: what is drawn anew may change the size once more.
    this.sizes = new ResizeObserver(() => {
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => this.measure());
    });
    this.sizes.observe(this.element);
  }

  hostDisconnected(): void {
    cancelAnimationFrame(this.frame);
    this.sizes?.disconnect();
  }

  private measure(): void {
    const pixels = Math.floor(Math.min(this.widest, this.element.clientWidth));
    if (pixels === this.pixels) return;
    this.pixels = pixels;
    this.element.requestUpdate();
  }
}
