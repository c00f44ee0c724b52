import { html, nothing, type TemplateResult } from 'lit';

export interface MenuOptions {
  /** What the menu is for, for tests. */
  readonly name: string;
  readonly label: string;
  /** Says more than the label where that alone is ambiguous or a sign. */
  readonly description?: string;
  /** Opens towards the left. */
  readonly atEnd?: boolean;
  /** By which what it belongs to finds it. */
  readonly className?: string;
  readonly items: readonly TemplateResult[];
}

/** A button that unfolds a few things to do or to choose. A click elsewhere or Escape folds it. */
export const menu = ({ name, label, description, atEnd = false, className = '', items }: MenuOptions): TemplateResult =>
  html`<details class="menu ${atEnd ? 'at-end' : ''} ${className}" data-menu=${name}>
    <summary aria-label=${description ?? nothing} title=${description ?? nothing}>${label}</summary>
    <div class="items">${items}</div>
  </details>`;

export interface MenuItem {
  readonly name: string;
  readonly label: string;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

/** Something to do: folds the menu, whose button has the focus again. */
export const menuItem = ({ name, label, disabled = false, onClick }: MenuItem): TemplateResult =>
  html`<button
    class="item"
    data-action=${name}
    ?disabled=${disabled}
    @click=${(event: Event) => {
      fold((event.target as HTMLElement).closest('details'));
      onClick();
    }}
  >
    ${label}
  </button>`;

export interface MenuChoice {
  readonly name: string;
  readonly label: string;
  readonly title?: string | undefined;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** Something to choose: the menu stays, for there may be more. */
export const menuChoice = ({ name, label, title, checked, disabled = false, onChange }: MenuChoice): TemplateResult =>
  html`<label class="item" title=${title ?? nothing}
    ><input
      type="checkbox"
      data-choice=${name}
      .checked=${checked}
      ?disabled=${disabled}
      @change=${(event: Event) => onChange((event.target as HTMLInputElement).checked)}
    />${label}</label
  >`;

const openMenus = () => [...document.querySelectorAll<HTMLDetailsElement>('details.menu[open]')];

function foldOthers({ target }: Event): void {
  for (const open of openMenus()) if (!(target instanceof Node && open.contains(target))) open.open = false;
}
document.addEventListener('pointerdown', foldOthers);
document.addEventListener('focusin', foldOthers);
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  for (const open of openMenus()) fold(open);
});

/** What had the focus is no longer there: its button has it. */
function fold(menu: HTMLDetailsElement | null): void {
  if (!menu) return;
  menu.open = false;
  menu.querySelector('summary')?.focus();
}
