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

/** A place as the query of a link: `section=why&method=ewc&task=3`. Tasks count from 1 there, as everywhere that is read. */
export function queryOf({ section, variant, task, of }: DashboardPlace): string {
  const query = new URLSearchParams();
  if (section !== undefined) query.set('section', section);
  if (variant !== undefined) query.set('method', variant);
  if (task !== undefined) query.set('task', String(task + 1));
  if (of !== undefined) query.set('of', String(of + 1));
  return query.toString();
}

/** The place that a link leads to; what it says wrongly it does not say. */
export function placeOfQuery(text: string): DashboardPlace {
  const query = new URLSearchParams(text);
  const [section, variant] = [query.get('section'), query.get('method')];
  const [task, of] = [taskIn(query.get('task')), taskIn(query.get('of'))];
  return {
    ...(isSection(section) && { section }),
    ...(variant !== null && variant !== '' && { variant }),
    ...(task !== undefined && { task }),
    ...(of !== undefined && { of }),
  };
}

const taskIn = (text: string | null): number | undefined =>
  text !== null && /^[1-9]\d{0,5}$/.test(text) ? Number(text) - 1 : undefined;
