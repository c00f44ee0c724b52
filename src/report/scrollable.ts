import { markup, type Markup } from './markup';

/** A table that may be wider than the page scrolls by itself, by keyboard too. */
export function scrollable(label: string, table: Markup): Markup {
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${label}">${table}</div>`;
}
