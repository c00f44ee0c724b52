import { html, type TemplateResult } from 'lit';
import { t } from '../strings';
import type { SectionContext } from './section';

/** What a method does: its mechanism events. */
export const insideSection = (_context: SectionContext): TemplateResult =>
  html`<p class="empty">${t('insideEmpty')}</p>`;
