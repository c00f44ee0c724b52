/** How many of something there are, in words. */
import { t } from '../core/text';

export const variantsText = (n: number): string => (n === 1 ? t('1 variant') : t('{0} variants', n));
export const seedsText = (n: number): string => (n === 1 ? t('1 seed') : t('{0} seeds', n));
export const runsText = (n: number): string => (n === 1 ? t('1 run') : t('{0} runs', n));
export const tasksText = (n: number): string => (n === 1 ? t('1 task') : t('{0} tasks', n));
export const classesText = (n: number): string => (n === 1 ? t('1 class') : t('{0} classes', n));
export const partsText = (n: number): string => (n === 1 ? t('1 part') : t('{0} parts', n));
