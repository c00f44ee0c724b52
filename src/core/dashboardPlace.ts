/** The sections of the dashboard, in the order of their tabs. */
export const sections = ['answer', 'curves', 'why', 'inside', 'landscape', 'details'] as const;
export type Section = (typeof sections)[number];
export const isSection = (name: unknown): name is Section => (sections as readonly unknown[]).includes(name);

/** A place in a dashboard that a link leads to: a section, and what is selected there. What is left out stays as it is. */
export interface DashboardPlace {
  readonly section?: Section;
  /** Key of a variant. */
  readonly variant?: string;
  /** After this task, from 0. */
  readonly task?: number;
  /** The old task whose forgotten images are looked for, from 0. */
  readonly of?: number;
}
