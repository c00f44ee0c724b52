import type { DashboardPlace, Section } from '../../src/core/dashboardPlace';
import type { DashboardView } from '../../src/core/messages';
import type { Host } from '../host';
import type { Selection } from '../selection';
import type { LiveVariant } from '../variants';

/** What every section is drawn from. */
export interface SectionContext {
  readonly view: DashboardView;
  /** Those that the selection shows, in its order. */
  readonly variants: readonly LiveVariant[];
  /** All of the experiment, in the order of the file. */
  readonly all: readonly LiveVariant[];
  readonly selection: Selection;
  /** The variant that the others are compared with. */
  readonly pinned: LiveVariant | undefined;
  readonly select: (change: Partial<Selection>) => void;
  /** Shows another section, and what the change selects in it. */
  readonly show: (section: Section, change?: Partial<Selection>) => void;
  /** Goes to a place of the dashboard, as a link does. */
  readonly follow: (place: DashboardPlace) => void;
  /** What tasks are called, where they have names. */
  readonly names: readonly string[];
  /** What tells tasks apart: their names, or else their classes; empty where nothing does. */
  readonly labels: readonly string[];
  /** The link that was followed last. */
  readonly link: DashboardPlace | undefined;
  readonly host: Host;
}
