import type { ReactiveController, ReactiveControllerHost } from 'lit';

const isInMenu = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('.menu[open]') !== null;

/** Finds the parts of a panel in the page. */
export const panelRoot = (id: string): HTMLElement | null =>
  document.querySelector<HTMLElement>(`[data-panel-root="${CSS.escape(id)}"]`);

/**
 * The panel that has all the room of its section, where one has. Escape gives it back, in an open menu only folds that; the
 * focus stays with the panel.
 */
export class Alone implements ReactiveController {
  private panel: string | undefined;

  constructor(private readonly section: ReactiveControllerHost & HTMLElement) {
    section.addController(this);
    section.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !isInMenu(event.target)) this.set(undefined);
    });
  }

  hostDisconnected(): void {
    this.panel = undefined;
  }

  get id(): string | undefined {
    return this.panel;
  }

  set(id: string | undefined): void {
    const own = id ?? this.panel;
    if (own === undefined || id === this.panel) return;
    this.panel = id;
    this.section.requestUpdate();
    void this.section.updateComplete.then(() => {
      const button = id === undefined ? '.panel-menu > summary' : '.shrink';
      const root = panelRoot(own);
      root?.querySelector<HTMLElement>(button)?.focus();
      root?.scrollIntoView({ block: 'nearest' });
    });
  }

  /** Whether it is shown: all are, or it alone. */
  shows(id: string): boolean {
    return this.panel === undefined || this.panel === id;
  }
}
