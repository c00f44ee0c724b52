import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { Part } from '../drawing';
import { forgettingCards } from '../forgettingCards';
import { isOwnNumber, ownNumbers } from '../metrics/ownNumbers';
import { Alone } from '../panel/alone';
import { selectionChips } from '../pinned';
import { t } from '../strings';
import { labelsText, taskClasses, tellTasksApart } from '../taskClasses';
import type { AxisUnit } from '../timeline';
import { toggled } from '../toggled';
import type { SectionContext } from './section';

/** The link that was followed when it was looked at last. */
let seenLink: SectionContext['link'];

/** The forgetting curves and the accuracy matrices, side by side. */
class CurvesSection extends LitElement {
  static override properties = {
    context: { attribute: false },
    taskAware: { state: true },
    unit: { state: true },
    open: { state: true },
    parts: { state: true },
  };
  declare context: SectionContext;
  declare taskAware: boolean;
  declare unit: AxisUnit;
  /** Variants whose table twin is open. */
  declare open: ReadonlySet<string>;
  /** Parts of the training that are wanted in detail, by the variants. */
  declare parts: ReadonlyMap<string, Part>;

  private readonly alone = new Alone(this);

  constructor() {
    super();
    this.open = new Set();
    this.parts = new Map();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { ui } = this.context.host;
    this.taskAware = ui.taskAware ?? false;
    this.unit = ui.axis ?? 'steps';
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has('context')) return;
    const { link } = this.context;
    if (link !== seenLink && link?.section === 'curves' && link.variant !== undefined) this.bringIntoView(link.variant);
    seenLink = link;
  }

  /** The card that one has asked for may be further down the page. */
  private bringIntoView(key: string): void {
    const card = () => this.querySelector(`[data-card="${CSS.escape(key)}"]`);
    void this.updateComplete.then(() => card()?.scrollIntoView({ block: 'center' }));
  }

  protected override render() {
    const { variants } = this.context;
    if (!variants.some(({ runs }) => runs.some((run) => run.state.started)))
      return html`<p class="empty">${t('chartEmpty')}</p>`;
    const { id } = this.alone;
    return html`${isOwnNumber(id) ? nothing : this.cards()}
    ${id === undefined || isOwnNumber(id) ? ownNumbers(this.context, this.alone) : nothing}`;
  }

  private cards(): TemplateResult {
    const { variants, names, selection, pinned, select, follow, host } = this.context;
    return forgettingCards(variants, {
      ...{ names, abouts: this.abouts(), taskAware: this.taskAware, unit: this.unit, open: this.open },
      ...{ alone: this.alone, host, task: selection.task, pinned, chips: selectionChips(this.context) },
      onTaskAware: (on) => this.setTaskAware(on),
      onUnit: (unit) => this.setUnit(unit),
      onToggle: (key, open) => this.toggleTable(key, open),
      onTask: (task) => select({ task }),
      parts: this.parts,
      onPart: (key, part) => this.setPart(key, part),
      onCell: (variant, { task, of }) => follow({ section: 'why', variant, task, ...(of < task && { of }) }),
      focus: selection.variant,
    });
  }

  /** Names of tasks, else their classes. */
  private abouts(): readonly string[] {
    const { view, variants, names } = this.context;
    if (names.length > 0) return names;
    const classes = taskClasses(
      view,
      variants.flatMap(({ runs }) => runs),
    );
    return classes && tellTasksApart(classes) ? classes.map(labelsText) : [];
  }

  private setTaskAware(on: boolean): void {
    this.taskAware = on;
    this.context.host.remember({ taskAware: on });
  }

  private setUnit(unit: AxisUnit): void {
    this.unit = unit;
    this.context.host.remember({ axis: unit });
  }

  private setPart(key: string, part: Part | undefined): void {
    const others = [...this.parts].filter(([other]) => other !== key);
    this.parts = new Map(part ? [...others, [key, part]] : others);
  }

  private toggleTable(key: string, open: boolean): void {
    this.open = toggled(this.open, key, open);
  }
}
customElements.define('lethe-curves-section', CurvesSection);

export const curvesSection = (context: SectionContext): TemplateResult =>
  html`<lethe-curves-section .context=${context}></lethe-curves-section>`;
