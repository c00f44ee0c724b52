import { html, nothing, type TemplateResult } from 'lit';
import { isSection, sections, type Section } from '../src/core/dashboardPlace';
import { t, type TextKey } from './strings';

const titles: Readonly<Record<Section, TextKey>> = {
  answer: 'sectionAnswer',
  curves: 'sectionCurves',
  why: 'sectionWhy',
  inside: 'sectionInside',
  landscape: 'sectionLandscape',
  details: 'sectionDetails',
};

export const tabId = (section: Section): string => `tab-${section}`;
export const PANEL_ID = 'section';

/** The bar that stays in sight: one tab for each section; the arrow keys go through them. */
export function tabBar(shown: Section, marks: Partial<Record<Section, number>>, show: (section: Section) => void) {
  return html`<div
    class="tabs"
    role="tablist"
    aria-label=${t('sectionsTitle')}
    @keydown=${(event: KeyboardEvent) => onKey(event, shown, show)}
  >
    ${sections.map((section) => tab(section, section === shown, marks[section] ?? 0, show))}
  </div>`;
}

function tab(section: Section, isShown: boolean, mark: number, show: (section: Section) => void): TemplateResult {
  return html`<button
    role="tab"
    id=${tabId(section)}
    data-tab=${section}
    aria-selected=${isShown}
    aria-controls=${isShown ? PANEL_ID : nothing}
    tabindex=${isShown ? 0 : -1}
    @click=${() => show(section)}
  >
    ${t(titles[section])}${mark > 0 ? html` <span class="mark">${mark}<span class="visually-hidden"> ${t('problemsTitle')}</span></span>` : nothing}
  </button>`;
}

function onKey(event: KeyboardEvent, shown: Section, show: (section: Section) => void): void {
  const at = sections.indexOf(shown);
  const steps: Readonly<Record<string, number>> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 };
  const next = steps[event.key];
  const section = next === undefined ? undefined : sections.at(next % sections.length);
  if (!isSection(section)) return;
  event.preventDefault();
  show(section);
  document.getElementById(tabId(section))?.focus();
}
