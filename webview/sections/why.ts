import { html, type TemplateResult } from 'lit';
import { t } from '../strings';
import type { SectionContext } from './section';

/** Why a method has the number it has. */
export const whySection = (_context: SectionContext): TemplateResult => html`<p class="empty">${t('whyEmpty')}</p>`;
