import type { DashboardView } from '../../src/core/messages';
import type { Host } from '../host';
import type { Selection } from '../selection';
import type { LiveVariant } from '../variants';

/** The sections of the page, in the order of their tabs. One is shown at a time, and only that one is drawn. */
export const sections = ['answer', 'curves', 'why', 'inside', 'details'] as const;
export type Section = (typeof sections)[number];
export const isSection = (name: string | undefined): name is Section =>
  (sections as readonly (string | undefined)[]).includes(name);

/** What every section is drawn from. */
export interface SectionContext {
  readonly view: DashboardView;
  /** Those that the selection shows, in its order. */
  readonly variants: readonly LiveVariant[];
  /** All of the experiment, in the order of the file. */
  readonly all: readonly LiveVariant[];
  readonly selection: Selection;
  readonly select: (change: Partial<Selection>) => void;
  /** Shows another section, and what the change selects in it. */
  readonly show: (section: Section, change?: Partial<Selection>) => void;
  /** What tasks are called, where they have names. */
  readonly names: readonly string[];
  /** What tells tasks apart: their names, or else their classes; empty where nothing does. */
  readonly labels: readonly string[];
  readonly host: Host;
}
