import { html, LitElement, type TemplateResult } from 'lit';
import { forgettingCards } from '../forgettingCards';
import { t } from '../strings';
import type { SectionContext } from './section';

/** The forgetting curves and the accuracy matrices, side by side. */
class CurvesSection extends LitElement {
  static override properties = {
    context: { attribute: false },
    taskAware: { state: true },
    open: { state: true },
  };
  declare context: SectionContext;
  declare taskAware: boolean;
  /** Variants whose table twin is open. */
  declare open: ReadonlySet<string>;

  constructor() {
    super();
    this.open = new Set();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.taskAware = this.context.host.ui.taskAware ?? false;
  }

  protected override render() {
    const { variants, names } = this.context;
    if (!variants.some(({ runs }) => runs.some((run) => run.state.started)))
      return html`<p class="empty">${t('chartEmpty')}</p>`;
    return html`${forgettingCards(variants, {
      names,
      taskAware: this.taskAware,
      onTaskAware: (on) => this.setTaskAware(on),
      open: this.open,
      onToggle: (key, open) => this.toggleTable(key, open),
    })}`;
  }

  private setTaskAware(on: boolean): void {
    this.taskAware = on;
    this.context.host.remember({ taskAware: on });
  }

  private toggleTable(key: string, open: boolean): void {
    if (this.open.has(key) === open) return;
    this.open = new Set(open ? [...this.open, key] : [...this.open].filter((other) => other !== key));
  }
}
customElements.define('lethe-curves-section', CurvesSection);

export const curvesSection = (context: SectionContext): TemplateResult =>
  html`<lethe-curves-section .context=${context}></lethe-curves-section>`;
