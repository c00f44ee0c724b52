import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { menu, menuChoice, menuItem } from './menu';
import type { SectionContext } from './sections/section';
import { t } from './strings';
import type { LiveVariant } from './variants';
import { withWords } from './variantWords';

/** So many are hidden one by one, by the menus of their rows. */
const FEW = 8;

/** Which variants are shown: found by words of their labels, and chosen together or one by one. */
class VariantMenu extends LitElement {
  static override properties = {
    context: { attribute: false },
    words: { state: true },
  };
  declare context: SectionContext;
  /** What is looked for. */
  declare words: string;

  constructor() {
    super();
    this.words = '';
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** How runs go on is none of its business: of hundreds of variants it is drawn anew when some of them are others. */
  protected override render() {
    const { all, selection } = this.context;
    return guard([selection.hidden, this.words, ...all.flatMap(({ key, label }) => [key, label])], () => this.menu());
  }

  private menu(): TemplateResult {
    const { all, selection } = this.context;
    const shown = all.filter(({ key }) => !selection.hidden.has(key));
    const found = withWords(all, this.words);
    const counts = { n: shown.length, of: all.length };
    return menu({
      name: 'variants',
      label: shown.length < all.length ? t('variantsChosen', counts) : t('variantsAll'),
      atEnd: true,
      items: [
        this.field(found),
        menuItem({
          name: 'onlyThese',
          label: t('variantsOnly', { n: found.length }),
          disabled: found.length === 0,
          onClick: () => this.onlyFound(),
        }),
        menuItem({ name: 'allVariants', label: t('variantsAll'), onClick: () => this.showAll() }),
        ...found.map((variant) => this.choice(variant, shown)),
      ],
    });
  }

  private field(found: readonly LiveVariant[]): TemplateResult {
    const { all } = this.context;
    const isNarrowed = found.length < all.length;
    return html`<div class="find">
      <label
        >${t('variantsFind')}
        <input
          type="text"
          data-find="variants"
          autocomplete="off"
          spellcheck="false"
          .value=${this.words}
          @input=${(event: Event) => (this.words = (event.target as HTMLInputElement).value)}
          @keydown=${(event: KeyboardEvent) => this.onKey(event)}
      /></label>
      <span class="aside" role="status"
        >${isNarrowed ? t('variantsChosen', { n: found.length, of: all.length }) : nothing}</span
      >
    </div>`;
  }

  private choice({ key, label }: LiveVariant, shown: readonly LiveVariant[]): TemplateResult {
    const { selection, select } = this.context;
    const isShown = !selection.hidden.has(key);
    return menuChoice({
      name: `variant-${key}`,
      label,
      checked: isShown,
      disabled: isShown && shown.length === 1,
      onChange: (on) => {
        const others = [...selection.hidden].filter((other) => other !== key);
        select({ hidden: new Set(on ? others : [...others, key]) });
      },
    });
  }

  /** Enter does what the first button below does. */
  private onKey(event: KeyboardEvent): void {
    // Enter also ends the composing of a Chinese word.
    if (event.key === 'Enter' && !event.isComposing) this.onlyFound();
  }

  private onlyFound(): void {
    const { all, select } = this.context;
    const found = withWords(all, this.words);
    if (found.length > 0)
      select({ hidden: new Set(all.filter((variant) => !found.includes(variant)).map(({ key }) => key)) });
  }

  private showAll(): void {
    this.words = '';
    this.context.select({ hidden: new Set() });
  }
}
customElements.define('lethe-variant-menu', VariantMenu);

/** Nothing where there are few. */
export const variantMenu = (context: SectionContext): TemplateResult | typeof nothing =>
  context.all.length > FEW ? html`<lethe-variant-menu .context=${context}></lethe-variant-menu>` : nothing;
